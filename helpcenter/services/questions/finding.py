"""Finding questions: like ones before asking, and one's own by the link in a mail."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from helpcenter.errors import NotFound
from helpcenter.models import Asker, Question, User
from helpcenter.permissions import Role
from helpcenter.services import search, topics
from helpcenter.services.notifications import links
from helpcenter.services.search import Hit
from helpcenter.settings import Settings


def find(db: Session, public_id: str) -> Question:
    """The question with this public id. Raises NotFound."""
    found = db.scalar(select(Question).where(Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def find_similar(db: Session, text: str, *, language: str, limit: int = 5) -> list[Hit]:
    """Answers and questions like this one, best first, for whoever is about to ask it."""
    return search.search(db, text, language=language, limit=limit, kinds={"entry", "clip", "question"})


def is_theirs(db: Session, question: Question, user: User) -> bool:
    """Whether the person is to answer the question: has it, or answers for its topic; one without a topic is every expert's."""
    if user.role is not Role.EXPERT:
        return False
    return (
        question.expert_id == user.id or question.topic_id is None or question.topic_id in topics.answered_by(db, user)
    )


def asker_for_key(settings: Settings, question: Question, key: str) -> Asker | None:
    """Whose link to the question this is: the asker whose signature `key` is, also of what it was merged into."""
    for merged in _with_merged(question):
        for asker in merged.askers:
            if links.is_asker_key(settings, asker.public_id, key):
                return asker
    return None


def own_asker(question: Question, user: User | None) -> Asker | None:
    """Who of those that wait, also for what it was merged into, is the person who is signed in.

    By his account, or by his address once it was confirmed.
    """
    for merged in _with_merged(question) if user else ():
        for asker in merged.askers:
            if user and (asker.user_id == user.id or (asker.confirmed_at and asker.email == user.email)):
                return asker
    return None


def has_written(asker: Asker, question: Question) -> bool:
    """Whether it was this asker who wrote the question, also where it was merged into another since."""
    return (asker.first and asker.question_id == question.id) or asker.wrote == question.public_id


def _with_merged(question: Question) -> Iterator[Question]:
    """The question, and what it was merged into."""
    merged: Question | None = question
    while merged:
        yield merged
        db = object_session(merged)
        merged = db.get(Question, merged.merged_into_id) if db and merged.merged_into_id else None


def link_for(settings: Settings, question: Question, asker: Asker) -> str:
    """The question's page for this asker, as it stands in his mails."""
    return links.question_link(settings, question.public_id, asker.public_id)

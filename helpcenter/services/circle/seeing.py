"""What super-users see: open questions whose askers agreed to the circle, and of these the words alone."""

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Asker, Question, Topic, User
from helpcenter.services import topics
from helpcenter.services.questions.states import CLOSED

PAGE: Final = 50


class OpenTopic(NamedTuple):
    """A topic about which `questions` questions are open in the circle."""

    slug: str
    title: str
    questions: int


def open_questions(db: Session, user: User, *, topic: Topic | None = None) -> list[Question]:
    """The questions that the super-user may see, the oldest first, at most 50; of a topic: with those of all below it."""
    wanted = select(Question).where(*_seen_by(user)).order_by(Question.created_at, Question.id).limit(PAGE)
    if topic is not None:
        wanted = wanted.where(Question.topic_id.in_(topics.below(db, topic)))
    return list(db.scalars(wanted))


def open_topics(db: Session, user: User, *, language: str) -> list[OpenTopic]:
    """The topics of the questions that the super-user may see, by title."""
    counted = (
        select(Topic, func.count())
        .join(Question, Question.topic_id == Topic.id)
        .where(*_seen_by(user))
        .group_by(Topic.id)
    )
    found = [OpenTopic(topic.slug, topic.title(language), count) for topic, count in db.execute(counted)]
    return sorted(found, key=lambda one: one.title.casefold())


def find_question(db: Session, user: User, public_id: str) -> Question:
    """The question, if the super-user may see it. Raises NotFound."""
    found = db.scalar(select(Question).where(Question.public_id == public_id, *_seen_by(user)))
    if found is None:
        raise NotFound
    return found


def stands(question: type[Question] = Question) -> tuple[ColumnElement[bool], ...]:
    """That somebody has confirmed the question, and nobody holds it back."""
    confirmed = exists().where(Asker.question_id == question.id, Asker.confirmed_at.is_not(None))
    return confirmed, question.held_for == ""


def _seen_by(user: User) -> tuple[Any, ...]:
    mine = or_(Asker.user_id == user.id, Asker.email == user.email)
    own = exists().where(Asker.question_id == Question.id, mine)
    return (*stands(), Question.circle, Question.state.not_in(CLOSED), ~own)

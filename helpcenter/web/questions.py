"""Questions as a request names them: who may see one, and who has asked it."""

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Asker, Question, QuestionState, User, Visibility
from helpcenter.permissions import Action
from helpcenter.services import live, questions
from helpcenter.services.questions.states import ANSWERED
from helpcenter.web.context import settings
from helpcenter.web.people import allowed, current_user, visibilities

_NOT_FOR_ALL = frozenset({QuestionState.DECLINED})


def find_question(db: Session, public_id: str) -> Question:
    """The question with this public id; whether somebody may see it is the caller's to check. Raises NotFound."""
    found = db.scalar(select(Question).where(Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def asker_of_key(db: Session, public_id: str) -> Asker:
    """The asker whose key the form holds. Raises NotFound."""
    asker = questions.asker_for_key(settings(), find_question(db, public_id), request.form.get("key", ""))
    if asker is None:
        raise NotFound
    return asker


def first_asker(wanted: Question, key: str) -> Asker | None:
    """Whoever asks, by key or sign-in, if it is he who wrote the question; who only joined it is not shown what he wrote."""
    asker = questions.asker_for_key(settings(), wanted, key) if key else questions.own_asker(wanted, current_user())
    return asker if asker and questions.has_written(asker, wanted) else None


def may_read_all(db: Session, wanted: Question, key: str) -> bool:
    """Whether whoever asks may see what is never public of the question: who wrote it, and who may answer it."""
    user = current_user()
    theirs = user is not None and questions.is_theirs(db, wanted, user)
    return first_asker(wanted, key) is not None or allowed(Action.ANSWER, own=theirs)


def check_seen(db: Session, wanted: Question, asker: Asker | None, user: User | None) -> None:
    """Raise NotFound unless whoever asks may see the question: what nobody stands behind yet is its asker's alone.

    So is what a person has to look at first. One that was asked in a live session is for whom it is shown there. What was
    answered stays where its asker has left.
    """
    if asker or allowed(Action.READ_QUESTION, own=questions.own_asker(wanted, user) is not None):
        return
    left = not wanted.askers and wanted.state in ANSWERED
    behind = left or any(one.confirmed_at for one in wanted.askers)
    if wanted.held_for or wanted.state in _NOT_FOR_ALL or not behind:
        raise NotFound
    audiences = live.audiences_of(db, wanted)
    if audiences is not None and audiences.isdisjoint({*visibilities(), Visibility.PUBLIC, Visibility.UNLISTED}):
        raise NotFound

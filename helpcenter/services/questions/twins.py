"""Questions that say word for word the same: an editor decides whether they are one."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from helpcenter.errors import N_, Conflict
from helpcenter.models import Question, QuestionTwin, User
from helpcenter.services.questions.holding import is_shown
from helpcenter.services.questions.merging import merge
from helpcenter.services.questions.states import CLOSED


class Twins(NamedTuple):
    """A question, and those that say the same after it."""

    first: Question
    others: list[Question]


def proposed_merges(db: Session) -> list[Twins]:
    """What an editor has to decide, the oldest first; what was answered, merged or declined meanwhile is left out."""
    wanted = (
        select(QuestionTwin)
        .join(Question, Question.id == QuestionTwin.question_id)
        .where(Question.state.not_in(CLOSED), is_shown())
        .options(joinedload(QuestionTwin.question), joinedload(QuestionTwin.first))
        .order_by(QuestionTwin.first_id, QuestionTwin.question_id)
    )
    found: dict[int, Twins] = {}
    for twin in db.scalars(wanted):
        if twin.first.state not in CLOSED:
            found.setdefault(twin.first_id, Twins(twin.first, [])).others.append(twin.question)
    return list(found.values())


def merge_twins(db: Session, twins: Twins, *, now: datetime, actor: User | None) -> int:
    """They are one: all become part of the first; how many. Raises Conflict where one of them changed meanwhile."""
    for question in twins.others:
        merge(db, question, twins.first, now=now, actor=actor)
    _forget(db, twins.others)
    return len(twins.others)


def keep_apart(db: Session, twins: Twins) -> None:
    """They are not one: nobody is asked again."""
    _forget(db, twins.others)


def twins_of(db: Session, public_id: str) -> Twins:
    """What is proposed about the first question with this id. Raises Conflict where that has been decided."""
    found = next((twins for twins in proposed_merges(db) if twins.first.public_id == public_id), None)
    if found is None:
        raise Conflict(N_("This has been decided already."))
    return found


def _forget(db: Session, questions: Iterable[Question]) -> None:
    ids = [question.id for question in questions]
    db.execute(delete(QuestionTwin).where(QuestionTwin.question_id.in_(ids)))

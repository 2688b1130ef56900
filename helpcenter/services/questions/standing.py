"""Which questions count: those behind which somebody stands, and since when."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, Question, QuestionState, SessionQuestion


def stands() -> ColumnElement[bool]:
    """Whether somebody stands behind the question: an asker who has confirmed his address, or all who were there when it was asked.

    One that nobody waits for any more counts as well, once somebody has seen to it; one whose only asker has not confirmed does not.
    """
    askers = select(Asker.id).where(Asker.question_id == Question.id)
    asked_live = select(SessionQuestion.id).where(SessionQuestion.question_id == Question.id).exists()
    nobody = and_(~askers.exists(), Question.state != QuestionState.NEW)
    return or_(askers.where(Asker.confirmed_at.is_not(None)).exists(), asked_live, nobody)


def counts_from(db: Session, question: Question) -> datetime:
    """Since when the question waits in its state: its change, or later the first confirmation of who asked it from home."""
    since = question.state_at or question.created_at
    asked_live = select(SessionQuestion.id).where(SessionQuestion.question_id == question.id).limit(1)
    if db.scalar(asked_live) is not None:
        return since
    confirmed = db.scalar(select(func.min(Asker.confirmed_at)).where(Asker.question_id == question.id))
    return max(since, confirmed) if confirmed else since

"""How many questions are overdue, and how many are due today; for those who answer."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import Question
from helpcenter.services.questions.states import OPEN
from helpcenter.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open questions by when they are due; `today` leaves out what is `overdue` already, `open` counts all."""

    overdue: int
    today: int
    open: int


def waiting(db: Session, *, calendar: WorkCalendar, now: datetime) -> Waiting:
    """The open questions with a due date, counted; today is the calendar's."""
    local = now.astimezone(calendar.zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), calendar.zone)
    dated = select(func.count()).select_from(Question).where(Question.state.in_(OPEN), Question.due_at.is_not(None))
    overdue = db.scalar(dated.where(Question.due_at <= now)) or 0
    soon = db.scalar(dated.where(Question.due_at > now, Question.due_at < midnight)) or 0
    return Waiting(overdue, soon, db.scalar(dated) or 0)

"""The watch over open questions: each look does the one thing that is due, under a guard, with its mails and its audit row."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from helpcenter.models import Alarm, Question, QuestionState
from helpcenter.services.fate import adrift, gone
from helpcenter.services.fate.alarms import raise_alarm
from helpcenter.services.questions.standing import counts_from, stands
from helpcenter.services.questions.states import OPEN
from helpcenter.settings import Settings

AT_ONCE: Final = 200
_WATCHED: Final = OPEN | {QuestionState.ANSWERED}


class Deed(StrEnum):
    """What was done about a question."""

    TAKEN_BACK = "taken-back"
    DATED = "dated"
    REMINDED = "reminded"
    PASSED_ON = "passed-on"
    ESCALATED = "escalated"


_DEEDS: Final = {Alarm.REMINDED: Deed.REMINDED, Alarm.PASSED_ON: Deed.PASSED_ON, Alarm.ESCALATED: Deed.ESCALATED}


def due(db: Session, *, now: datetime) -> list[int]:
    """The ids of questions about which something is to be done now, the longest overdue first; also of those whose answer is gone."""
    undated = Question.due_at.is_(None) & stands()
    wanted = or_(Question.alarm_at <= now, undated, adrift.is_adrift(now))
    found = select(Question.id).where(or_(Question.state.in_(OPEN) & wanted, gone.has_lost_its_answer()))
    return list(db.scalars(found.order_by(Question.alarm_at, Question.id).limit(AT_ONCE)))


def watch(db: Session, question_id: int, *, settings: Settings, now: datetime) -> Deed | None:
    """Do the one thing that is due about the question; None where there is none, or somebody else was faster.

    Raises Conflict where somebody changes the question at this moment: then the next look does it.
    """
    locked = select(Question).where(Question.id == question_id, Question.state.in_(_WATCHED)).with_for_update()
    question = db.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if question is None:
        return None
    if gone.reopen_lost(db, question, now=now) or adrift.take_back(db, question, now=now):
        return Deed.TAKEN_BACK
    return _look(db, question, settings=settings, now=now) if question.state in OPEN else None


def due_date(db: Session, question: Question, *, settings: Settings, now: datetime) -> datetime:
    """Until when somebody has to see to the question: so much working time from its change, or from the end of its session."""
    start = counts_from(db, question)
    if question.state is QuestionState.QUEUED and (session := adrift.session_of(db, question, now=now)):
        start = max(start, session.ends_at)
    return settings.working_time.add(start, settings.due_after[question.state.value])


def _look(db: Session, question: Question, *, settings: Settings, now: datetime) -> Deed | None:
    if question.due_at is None:
        return Deed.DATED if _date(db, question, settings=settings, now=now) else None
    if question.alarm_at is None or question.alarm_at > now:
        return None
    if question.alarm is Alarm.NONE and _is_put_off(db, question, settings=settings, now=now):
        return Deed.DATED
    raised = raise_alarm(db, question, settings=settings, now=now)
    return _DEEDS[raised] if raised else None


def _date(db: Session, question: Question, *, settings: Settings, now: datetime) -> bool:
    if db.scalar(select(Question.id).where(Question.id == question.id, stands())) is None:
        return False
    return _set(db, question, due_date(db, question, settings=settings, now=now))


def _is_put_off(db: Session, question: Question, *, settings: Settings, now: datetime) -> bool:
    """Whether the session of a question that seemed to be due was moved: then it is due later."""
    later = due_date(db, question, settings=settings, now=now) if question.state is QuestionState.QUEUED else now
    return later > now and _set(db, question, later)


def _set(db: Session, question: Question, due_at: datetime) -> bool:
    guarded = update(Question).where(
        Question.id == question.id,
        Question.state == question.state,
        Question.alarm == Alarm.NONE,
        Question.due_at.is_not_distinct_from(question.due_at),
    )
    won = db.execute(guarded.values(due_at=due_at, alarm_at=due_at).returning(Question.id)).first() is not None
    db.refresh(question)
    return won

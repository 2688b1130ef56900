"""How well questions are answered, in numbers that anybody may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, Question, QuestionState, SessionQuestion
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import ANSWERED, OPEN
from helpcenter.worktime import WorkCalendar

_OLDEST: Final = 200
"""Among so many of the oldest open questions is the one that has waited longest, as some were confirmed long after their asking."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the questions that were `asked`: each was answered, was declined, or waits, some of these longer than promised.

    `working` and `clock` are the medians of the time until the first answer, in working time and by the clock, None without one;
    `oldest` is how long the longest waiting of all open questions has waited, whenever it was asked; None where none is open.
    """

    asked: int
    answered: int
    declined: int
    waiting: int
    overdue: int
    working: timedelta | None
    clock: timedelta | None
    oldest: timedelta | None

    @property
    def rate(self) -> int | None:
        """How many in a hundred were answered, rounded down, so that 100 means all; None without a question."""
        return 100 * self.answered // self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of one question: the state that counts, since when it waited, and when its asker had the first answer."""

    state: QuestionState
    begun: datetime
    answered: datetime | None
    due: datetime | None


def figures(db: Session, since: datetime, now: datetime, calendar: WorkCalendar) -> Figures:
    """The figures of what was asked in [since, now), at home or in a session, in whatever way.

    One that was merged counts as the question that it is part of; one that was answered and is open again, as waiting. Left out
    are those that no asker has confirmed, and those that moderators hold back.
    """
    asked = db.execute(_asked().where(Question.created_at >= since, Question.created_at < now)).all()
    fates = _fates(db, asked)
    times = [(one.begun, one.answered) for one in fates if one.state in ANSWERED and one.answered is not None]
    waiting = [one for one in fates if one.state not in ANSWERED and one.state is not QuestionState.DECLINED]
    return Figures(
        asked=len(fates),
        answered=sum(one.state in ANSWERED for one in fates),
        declined=sum(one.state is QuestionState.DECLINED for one in fates),
        waiting=len(waiting),
        overdue=sum(one.due is not None and one.due <= now for one in waiting),
        working=_median([calendar.between(begun, end) for begun, end in times]),
        clock=_median([end - begun for begun, end in times]),
        oldest=_oldest(db, now),
    )


def _asked() -> Select[*tuple[Any, ...]]:
    confirmed = select(func.min(Asker.confirmed_at)).where(Asker.question_id == Question.id)
    live = select(SessionQuestion.id).where(SessionQuestion.question_id == Question.id).exists()
    return select(
        Question.id,
        Question.state,
        Question.created_at,
        Question.state_at,
        Question.first_answered_at,
        Question.due_at,
        Question.merged_into_id,
        confirmed.correlate(Question).scalar_subquery().label("confirmed"),
        live.label("live"),
    ).where(stands(), Question.held_for == "")


def _fates(db: Session, asked: Sequence[Row[*tuple[Any, ...]]]) -> list[_Fate]:
    """The fate of each, in order; where it was merged, that of the last in the chain, from the merging at the earliest."""
    fates = [_Fate(row.state, _begun(row), row.first_answered_at, row.due_at) for row in asked]
    followed = [(place, row.merged_into_id, row.state_at) for place, row in enumerate(asked) if row.merged_into_id]
    while followed:
        ids = {target for _, target, _ in followed}
        rows = {row.id: row for row in db.execute(_columns().where(Question.id.in_(ids)))}
        for place, target, merged_at in followed:
            row = rows[target]
            answered = max(row.first_answered_at, merged_at) if row.first_answered_at and merged_at else None
            fates[place] = replace(fates[place], state=row.state, answered=answered, due=row.due_at)
        followed = [
            (place, rows[target].merged_into_id, at) for place, target, at in followed if rows[target].merged_into_id
        ]
    return fates


def _columns() -> Select[*tuple[Any, ...]]:
    return select(Question.id, Question.state, Question.first_answered_at, Question.due_at, Question.merged_into_id)


def _begun(row: Row[*tuple[Any, ...]]) -> datetime:
    created: datetime = row.created_at
    return created if row.live or row.confirmed is None else max(created, row.confirmed)


def _median(times: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(time.total_seconds() for time in times)) if times else None


def _oldest(db: Session, now: datetime) -> timedelta | None:
    wanted = _asked().where(Question.state.in_(OPEN), Question.created_at < now).order_by(Question.created_at)
    begun = [_begun(row) for row in db.execute(wanted.limit(_OLDEST))]
    return now - min(begun) if begun else None

"""The help centre in that month: its clock, its people, and what they do in each half hour."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.db import migrate
from helpcenter.models import Alarm, LiveSession, LiveSessionState, OutgoingMail, Question
from helpcenter.permissions import Role
from helpcenter.queue import SilentQueue
from helpcenter.services import accounts, fate, sessions
from helpcenter.services.questions.states import OPEN
from helpcenter.services.rota import warnings
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.bench.month.askers import Askers
from tests.bench.month.beats import Beats
from tests.bench.month.experts import Experts
from tests.bench.month.planner import Planner
from tests.bench.routing import World
from tests.factories import make_session, make_user

HALF_HOUR: Final = timedelta(minutes=30)
SEED: Final = 5


@dataclass(frozen=True, slots=True)
class Days:
    """From when on people ask, until when (`end` is the first day without), when all should be answered, and when somebody leaves.

    `solver` says how many seconds each planning of the rota may take.
    """

    first: date
    end: date
    drained: date
    leaves: date
    solver: float = 1.0


MONTH: Final = Days(date(2026, 12, 1), date(2027, 1, 1), date(2027, 1, 16), date(2026, 12, 15))
WEEK: Final = Days(date(2026, 12, 7), date(2026, 12, 10), date(2026, 12, 16), date(2026, 12, 9), 0.5)
"""The same in short."""


class Month:
    """One run of it: everything drawn is drawn from `random`, every instant is `now`."""

    def __init__(self, root: Path, number: int, days: Days, database_url: str = "") -> None:
        self.settings = Settings(data_root=root, database_url=database_url, secret_key="bench", holidays="DE-BY")
        self.calendar, self.days, self.number = self.settings.working_time, days, number
        if not database_url:
            migrate(self.settings.database)
        self.now, self.random = datetime.combine(days.first - timedelta(days=1), time(7), UTC), random.Random(SEED)
        self.ports = wire(self.settings, queue=SilentQueue(), clock=lambda: self.now)
        self.unescalated: dict[int, str] = {}
        with self.ports.database.transaction() as db:
            self.world = World(db, SEED)
            self.admin, self.editor = make_user(db, Role.ADMIN), make_user(db, Role.EDITOR)
        self.askers, self.beats, self.experts = Askers(self), Beats(self), Experts(self)
        self.planner = Planner(self)

    def run(self) -> None:
        """Half hour by half hour until the month is over and all is answered, or should be."""
        for now in self._half_hours():
            self.now = now
            self.askers.ask()
            for _ in range(3):  # a question that was taken back or dated late may be due for more at once
                if not self.beats.ring():
                    break
            self._check()
            if self.calendar.running(now):
                self.planner.fill()
                self.experts.work()
            self.askers.say()

    def _half_hours(self) -> Iterator[datetime]:
        for number in range((self.days.drained - self.days.first).days):
            day = self.days.first + timedelta(days=number)
            begins = datetime.combine(day, time(6), UTC)
            self.now = begins
            self._morning(day)
            for step in range(28):
                yield begins + step * HALF_HOUR

    def _morning(self, day: date) -> None:
        """One leaves for good; a session is planned each Tuesday, and each third is called off; the planner looks at the rota."""
        with self.ports.database.transaction() as db:
            if day == self.days.leaves:
                accounts.disable(db, self.experts.leave(), by=self.admin, now=self.now)
                warnings.free_of_gone(db, calendar=self.calendar, now=self.now)
            coming = db.scalars(select(LiveSession).where(LiveSession.state == LiveSessionState.SCHEDULED)).all()
            for session in coming:
                if session.starts_at.date() != day:
                    continue
                if session.id % 3 == 0:
                    sessions.cancel(db, session, reason="ill", actor=None, now=self.now)
                else:
                    session.state = LiveSessionState.ENDED
            if day.weekday() == 1:
                make_session(db, starts_at=datetime.combine(day + timedelta(days=2), time(17), UTC))
        self.planner.morning(day)

    def _check(self) -> None:
        """Note what is overdue, or without a date, and nothing was done about it in time."""
        with self.ports.database.reading() as db:
            for question_id in fate.due(db, now=self.now):
                question = db.get_one(Question, question_id)
                late = question.alarm_at is not None and question.alarm_at < self.now - 2 * HALF_HOUR
                if late or (question.state_at or self.now) < self.now - timedelta(days=1):
                    self._note(question, "nobody looked")
            chain = self.settings.due_after["passed on"] + self.settings.due_after["escalated"] + 2 * HALF_HOUR
            overdue = select(Question).where(
                Question.state.in_(OPEN), Question.due_at < self.now, Question.alarm != Alarm.ESCALATED
            )
            for question in db.scalars(overdue):
                if self.calendar.between(question.due_at or self.now, self.now) > chain:
                    self._note(question, "not escalated")

    def _note(self, question: Question, what: str) -> None:
        told = f"{what} at {self.now}: {question.state}, {question.alarm}, since {question.state_at}, due {question.due_at}"
        self.unescalated.setdefault(question.id, told)

    def mails(self, db: Session) -> Counter[str]:
        """How many mails there are of each kind."""
        counted = select(OutgoingMail.kind, func.count()).group_by(OutgoingMail.kind)
        return Counter(dict(db.execute(counted).all()))

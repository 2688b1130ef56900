"""A simulated month of questions on a clock of its own: what becomes of each, with two beats, dying workers, illness and holidays.

`python -m tests.bench.month [QUESTIONS]` prints it; `bench_month` is called by `make bench`. Who gets a question (`Month.route`)
and who has which shift (`Month.plan`) are functions of their own, so that routing and rota can be measured in the same month.
"""

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.db import migrate
from helpcenter.errors import Conflict
from helpcenter.models import (
    Alarm,
    AuditRow,
    LiveSession,
    LiveSessionState,
    OutgoingMail,
    Question,
    QuestionState,
    Team,
    Topic,
    User,
)
from helpcenter.permissions import Role
from helpcenter.queue import SilentQueue
from helpcenter.services import accounts, fate, live, questions, rota, sessions
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import CLOSED, OPEN
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.factories import make_session, make_shift, make_team, make_topic, make_user

S = QuestionState
FIRST, LAST, DRAINED = date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 16)
HALF_HOUR: Final = timedelta(minutes=30)
TEAMS, EXPERTS, TOPICS = 4, 12, 40
SPEED: Final = 0.62
"""How likely an expert who is at work deals with a question within half an hour."""
DEATHS: Final = 0.1
"""How likely a worker dies before its transaction is committed."""


class Killed(Exception):
    """The worker died here."""


class Month:
    """The help centre in that month: its people, its clock, and what they do in each half hour."""

    def __init__(self, root: Path, number: int, seed: int = 5) -> None:
        self.settings = Settings(data_root=root, secret_key="bench", holidays="DE-BY")
        migrate(self.settings.database)
        self.now, self.random = datetime.combine(FIRST, time(7), UTC), random.Random(seed)
        self.ports = wire(self.settings, queue=SilentQueue(), clock=lambda: self.now)
        self.number, self.asked, self.unescalated, self.deaths = number, 0, dict[int, str](), 0
        self.ill: dict[int, date] = {}
        with self.ports.database.transaction() as db:
            self._hire(db)

    def _hire(self, db: Session) -> None:
        self.experts = [make_user(db, Role.EXPERT, name=f"Expert {one}") for one in range(EXPERTS)]
        self.admin = make_user(db, Role.ADMIN)
        make_user(db, Role.EDITOR)
        self.topics = [make_topic(db) for _ in range(TOPICS)]
        # The last topic is nobody's.
        for one in range(TEAMS):
            team = make_team(db, *self.experts[one::TEAMS], about=self.topics[one : TOPICS - 1 : TEAMS])
            self.plan(db, team)

    def plan(self, db: Session, team: Team) -> None:
        """The team's shifts of the month: one after the other, with a week's gap in which nobody planned any."""
        days = (FIRST + timedelta(days=one) for one in range((DRAINED - FIRST).days))
        halves = [half for day in days for half in self.settings.working_time.halves(day)]
        for number, half in enumerate(halves):
            if not 60 <= number < 70:
                person = team.members[number % len(team.members)]
                make_shift(
                    db, team, person, starts_at=half.starts_at, ends_at=half.ends_at, day=half.day, half=half.half
                )

    def route(self, db: Session, question: Question) -> User | None:
        """Who is proposed for a new question; the next on duty, until somebody knows better."""
        return rota.next_on_duty(db, question.topic, now=self.now)

    def run(self) -> None:
        """Half hour by half hour until the month is over and all is answered, or should be."""
        for now in self._half_hours():
            self.now = now
            self._ask()
            for _ in range(3):  # a question that was taken back or dated late may be due for more at once
                self._beat()
            self._check()
            if self.settings.working_time.running(self.now):
                self._work()

    def _half_hours(self) -> Iterator[datetime]:
        for number in range((DRAINED - FIRST).days):
            day = FIRST + timedelta(days=number)
            begins = datetime.combine(day, time(6), UTC)
            self._morning(day)
            for step in range(28):
                yield begins + step * HALF_HOUR

    def _morning(self, day: date) -> None:
        """People fall ill on Mondays; one leaves for good; a session is planned each Tuesday, and each third is called off."""
        with self.ports.database.transaction() as db:
            if day.weekday() == 0:
                for one in self.random.sample(self.experts, 2):
                    self.ill[one.id] = day + timedelta(days=self.random.randint(1, 4))
            if day == date(2026, 12, 15):
                accounts.disable(db, self.experts[0], by=self.admin, now=self.now)
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

    def _ask(self) -> None:
        left = (datetime.combine(LAST, time(20), UTC) - self.now) / HALF_HOUR
        share = self.number - self.asked if left <= 0 else (self.number - self.asked) / max(1, left * 28 / 48)
        count = int(share) + (self.random.random() < share % 1)
        for _ in range(min(count, self.number - self.asked)):
            self.asked += 1
            with self.ports.database.transaction() as db:
                self._ask_one(db)

    def _ask_one(self, db: Session) -> None:
        topic = db.get_one(Topic, self.random.choice(self.topics).id)
        title, now = f"Question {self.asked}", self.now
        coming = db.scalars(select(LiveSession).where(LiveSession.state == LiveSessionState.SCHEDULED)).first()
        if coming and self.random.random() < 0.05:
            live.ask(db, coming, title=title, voter=f"v{self.asked}", network="", language="en", user=None, now=now)
            return
        question = questions.ask(
            db, title=title, topic=topic, language="en", email=f"asker{self.asked}@example.org", now=now
        )
        if self.random.random() < 0.9:
            questions.confirm_asker(db, question.askers[0], now=now)

    def _beat(self) -> None:
        """Two beats ring at once, each for all that is due; workers look at it in any order, and some die."""
        with self.ports.database.reading() as db:
            rung = fate.due(db, now=self.now) * 2
        self.random.shuffle(rung)
        for question_id in rung:
            with suppress(Killed, Conflict), self.ports.database.transaction() as db:
                done = fate.watch(db, question_id, settings=self.settings, now=self.now)
                if done and self.random.random() < DEATHS:
                    self.deaths += 1
                    raise Killed

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
                if self.settings.working_time.between(question.due_at, self.now) > chain:
                    self._note(question, "not escalated")

    def _note(self, question: Question, what: str) -> None:
        told = f"{what} at {self.now}: {question.state}, {question.alarm}, since {question.state_at}, due {question.due_at}"
        self.unescalated.setdefault(question.id, told)

    def _work(self) -> None:
        """Those who are there deal with what is theirs; the admin gives away what he was told of, and sees to new questions."""
        with self.ports.database.transaction() as db:
            here = [one for one in self.experts if self.ill.get(one.id, date.min) < self.now.date()]
            new = select(Question).where(Question.state.in_((S.NEW, S.REOPENED)), stands())
            for question in db.scalars(new.order_by(Question.id).limit(20)).all():
                if self.random.random() < 0.3 and (proposed := self.route(db, question)):
                    questions.assign(db, question, proposed, now=self.now, actor=None, reason=None)
            told = select(Question).where(Question.alarm == Alarm.ESCALATED, Question.state.in_(OPEN))
            for question in db.scalars(told.limit(3)).all():
                to = db.get_one(User, self.random.choice(here).id)
                if question.state is not S.QUEUED and to.disabled_at is None:
                    questions.assign(db, question, to, now=self.now, actor=self.admin, reason=None)
            for one in here:
                if self.random.random() < SPEED:
                    self._deal(db, db.get_one(User, one.id))

    def _deal(self, db: Session, expert: User) -> None:
        mine = select(Question).where(Question.expert_id == expert.id, Question.state.in_((S.ROUTED, S.BEING_ANSWERED)))
        question = db.scalars(mine.order_by(Question.due_at.is_(None), Question.due_at, Question.id).limit(1)).first()
        if question is None or expert.disabled_at is not None:
            return
        drawn = self.random.random()
        if drawn < 0.15:
            other = db.get_one(User, self.random.choice(self.experts).id)
            if other.disabled_at is None:
                questions.assign(db, question, other, now=self.now, actor=expert, reason=None)
        elif drawn < 0.18:
            questions.decline(db, question, reason="not ours", now=self.now, actor=expert)
        elif drawn < 0.21 and (into := self._another(db, question)):
            questions.merge(db, question, into, now=self.now, actor=expert)
        else:
            questions.answer(db, question, clip=None, entry=None, now=self.now, actor=expert)
            if self.random.random() < 0.05:
                questions.reopen(db, question, now=self.now, actor=None, reason="no")

    def _another(self, db: Session, question: Question) -> Question | None:
        others = select(Question).where(Question.topic_id == question.topic_id, Question.id != question.id, stands())
        return db.scalars(others.where(Question.state.not_in((S.MERGED, S.DECLINED))).limit(1)).first()


def lost(db: Session) -> int:
    """How many questions of which somebody stands behind are neither closed nor watched over."""
    forgotten = (
        select(func.count()).select_from(Question).where(Question.state.in_(OPEN), stands(), Question.due_at.is_(None))
    )
    return db.scalar(forgotten) or 0


def double_mails(db: Session) -> int:
    """How many mails more than there were deeds to tell: by the question's history, to the same person about the same question."""
    people, told = dict(db.execute(select(User.id, User.email)).all()), Counter[tuple[str, ...]]()
    ids = dict(db.execute(select(Question.id, Question.public_id)).all())
    for row in db.scalars(select(AuditRow).where(AuditRow.kind == "question")):
        if row.action == "assign" and row.actor_id != row.detail["to"]:
            told["question_assigned", ids[row.thing_id], people[row.detail["to"]]] += 1
        if row.action == "routed":  # back from a session, to who had it
            told["question_assigned", ids[row.thing_id], ""] += 1
        if row.action in {"answered", "declined"}:
            told[f"question_{row.action}", ids[row.thing_id], ""] += 1
    made = Counter[tuple[str, ...]]()
    for mail in db.scalars(select(OutgoingMail).where(OutgoingMail.kind != "confirm_question")):
        about = mail.params.get("question", "") or str(mail.params)
        made[
            mail.kind,
            about,
            mail.recipient,
            mail.params.get("due_at", "") or str(mail.created_at) * (mail.kind == "alert"),
        ] += 1
    return sum(
        max(0, count - max(1, told[kind, about, to] + told[kind, about, ""]))
        for (kind, about, to, _), count in made.items()
    )


def simulate(number: int) -> dict[str, Any]:
    """The month with so many questions: its figures by name, and how many questions ended how."""
    with tempfile.TemporaryDirectory() as folder:
        month = Month(Path(folder), number)
        month.run()
        with month.ports.database.reading() as db:
            ends = Counter(db.scalars(select(Question.state)))
            deeds = Counter(db.scalars(select(AuditRow.action).where(AuditRow.kind == "question")))
            return {
                "overdue_unescalated": len(month.unescalated), "lost": lost(db) + (number - sum(ends.values())),
                "double_mails": double_mails(db), "closed": sum(ends[one] for one in CLOSED), "asked": sum(ends.values()),
                "deaths": month.deaths, "unescalated": month.unescalated, "ends": dict(ends), "deeds": dict(deeds),
            }  # fmt: skip


def bench_month() -> dict[str, dict[str, Any]]:
    """The figures of `make bench`."""
    found = simulate(2000)
    how = f"of 2,000 questions of a simulated month, two beats, {found['deaths']} dead workers, 12 experts, 40 topics: "
    told = {
        "overdue_unescalated": "overdue without an alarm in time",
        "lost": "neither closed nor with a due date",
        "double_mails": "mails twice",
    }
    return {f"month_{name}": {"value": found[name], "unit": "", "how": how + words} for name, words in told.items()}


if __name__ == "__main__":
    print(json.dumps(simulate(int(sys.argv[1]) if sys.argv[1:] else 2000), indent=1))

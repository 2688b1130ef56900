"""A site in a hurry: working time around the clock, due dates of seconds, and real beats and workers that die."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from helpcenter.errors import Conflict
from helpcenter.models import (
    Alarm,
    Asker,
    AuditRow,
    MailState,
    OutgoingMail,
    Question,
    QuestionState,
    TopicExpert,
    User,
)
from helpcenter.permissions import Role
from helpcenter.queue import SilentQueue
from helpcenter.services import answers, dispatch, questions
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import CLOSED, OPEN
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.bench.month.counting import double_mails, lost
from tests.factories import make_shift, make_team, make_topic, make_user

ROOT = Path(__file__).resolve().parents[2]
SECONDS, QUESTIONS, KILL_EVERY, PATIENCE = 90.0, 300, 5.0, 400.0
GIVEN = {
    "WORK_DAYS": "MO,TU,WE,TH,FR,SA,SU", "WORK_MORNING": "00:00-12:00", "WORK_AFTERNOON": "12:00-23:59", "ZONE": "UTC",
    "HOLIDAYS": "", "TICK_SECONDS": "1", "WORKER_PROCESSES": "1", "SECRET_KEY": "for tests", "SOLVED_DAYS": "0.0001",
    "DUE_HOURS": "new=0.002,routed=0.002,being answered=0.002,reopened=0.002,passed on=0.001,escalated=0.001",
}  # fmt: skip
CALM = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
PROCESSES = {
    "beat 1": ["beat", "--pidfile="], "beat 2": ["beat", "--pidfile="], "worker 1": ["worker", "-n", "one@here", *CALM],
    "worker 2": ["worker", "-n", "two@here", *CALM],
}  # fmt: skip
CHAIN = [Alarm.REMINDED.value, Alarm.PASSED_ON.value, Alarm.ESCALATED.value]


class Site:
    """Two beats and two workers of one installation, each in a process group of its own."""

    def __init__(self, folder: Path, database_url: str, broker_url: str = "") -> None:
        given = {**GIVEN, "DATA_ROOT": str(folder / "data"), "DATABASE_URL": database_url, "BROKER_URL": broker_url}
        self._environment = os.environ | {f"HELPCENTER_{name}": value for name, value in given.items()}
        self.settings = Settings(**{name.lower(): value for name, value in given.items()})
        self.ports = wire(self.settings, queue=SilentQueue())
        self._log = (folder / "processes.log").open("ab")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        for name in PROCESSES:
            self._start(name)

    def _start(self, name: str) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "workers.app",
            "--quiet",
            *PROCESSES[name],
            "--loglevel",
            "WARNING",
        ]
        self._running[name] = subprocess.Popen(
            command, env=self._environment, cwd=ROOT, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        """Kill one of them, with its children, as the kernel would, and start it again."""
        self._end(name)
        self._start(name)

    def _end(self, name: str) -> None:
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Kill what is left, and close everything."""
        for name in list(self._running):
            self._end(name)
        self._log.close()
        self.ports.database.dispose()  # type: ignore[attr-defined]  # SqlDatabase, of which the port shows only the doors


class Rush:
    """People who ask and answer meanwhile: a third of the questions nobody looks at until the admins have been told."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site, self._random, self.asked, self.killed = site, random.Random(seed), 0, Counter[str]()
        self._struck = 0.0
        with site.ports.database.transaction() as db:
            self._experts = [make_user(db, Role.EXPERT, name=f"Expert {one}") for one in range(4)]
            self._admin, _ = make_user(db, Role.ADMIN), make_user(db, Role.EDITOR)
            self._topics = [make_topic(db) for _ in range(4)]
            team = make_team(db, *self._experts, about=self._topics)
            halves = site.settings.working_time.from_instant(site.ports.clock())
            for number in range(4):
                half = next(halves)
                values = {"starts_at": half.starts_at, "ends_at": half.ends_at, "day": half.day, "half": half.half}
                make_shift(db, team, self._experts[number], **values)
            for topic, one in zip(self._topics, self._experts, strict=True):
                db.add(TopicExpert(topic_id=topic.id, user_id=one.id))

    def run(self) -> None:
        """Ask and answer for a minute and a half, or until all are asked, while one process after another is killed."""
        began = self._struck = time.monotonic()
        while (passed := time.monotonic() - began) < SECONDS or self.asked < QUESTIONS:
            for _ in range(min(int(QUESTIONS * passed / SECONDS) + 1, QUESTIONS) - self.asked):
                self._ask()
                self._strike()
            self._answer()
            time.sleep(0.2)

    def _strike(self) -> None:
        """Kill one of them, if it is time."""
        if time.monotonic() - self._struck > KILL_EVERY:
            self._struck = time.monotonic()
            name = self._random.choice(list(PROCESSES))
            self.killed[name] += 1
            self._site.kill(name)

    def _ask(self) -> None:
        self.asked += 1
        with self._site.ports.database.transaction() as db:
            topic, now = db.merge(self._random.choice(self._topics)), self._site.ports.clock()
            address = f"asker{self.asked}@example.org"
            question = questions.ask(
                db, title=f"Question {self.asked}", topic=topic, language="en", email=address, now=now
            )  # fmt: skip
            if self.asked % 20:
                questions.confirm_asker(db, question.askers[0], now=now)

    def _answer(self, *, everything: bool = False) -> None:
        """What somebody has is answered now or later; what nobody looks at, not before all have been told."""
        mine = select(Question.id).where(Question.state.in_(OPEN), stands()).order_by(Question.id)
        with self._site.ports.database.reading() as db:
            if not everything:
                mine = mine.where(Question.id % 3 != 0, Question.expert_id.is_not(None))
            waiting = list(db.scalars(mine))
        for question_id in waiting:
            if everything or self._random.random() < 0.15:
                with suppress(Conflict), self._site.ports.database.transaction() as db:
                    question = db.get_one(Question, question_id)
                    expert, now = question.expert or db.merge(self._experts[0]), self._site.ports.clock()
                    dispatch.take(db, question, expert, now=now)
                    answers.give(db, question, author=expert, body="So it goes.", now=now)
                if not everything:
                    self._strike()

    def settle(self) -> None:
        """Nobody is killed any more: everything that waits is escalated, then answered, then asked about, and mailed."""
        self._until("everybody has been told", self._unescalated)
        self._answer(everything=True)
        self._until("all is answered and mailed", self._unsettled)

    def _until(self, what: str, left: object) -> None:
        deadline = time.monotonic() + PATIENCE
        while told := left():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"waited in vain until {what}: {told}"
            time.sleep(0.5)

    def _unescalated(self) -> list[str]:
        with self._site.ports.database.reading() as db:
            waiting = select(Question).where(Question.state.in_(OPEN), stands(), Question.alarm != Alarm.ESCALATED)
            return [f"{one.id} {one.state} {one.alarm} {one.due_at} {one.alarm_at}" for one in db.scalars(waiting)]

    def _unsettled(self) -> list[str]:
        with self._site.ports.database.reading() as db:
            mails = db.scalars(select(OutgoingMail).where(OutgoingMail.state != MailState.SENT))
            open_ = db.scalars(select(Question).where(Question.state.in_(OPEN), stands()))
            told = db.scalars(select(Asker).where(Asker.told_at.is_not(None)))
            return [f"{one.id} {one.kind} {one.state}" for one in mails] + [repr(one) for one in (*open_, *told)]

    def check(self) -> dict[str, object]:
        """Every question is there and closed, every mail went out once, every alarm was raised once and in order; figures."""
        with self._site.ports.database.reading() as db:
            ends = Counter(db.scalars(select(Question.state)))
            unconfirmed = db.scalar(select(func.count()).select_from(Question).where(~stands()))
            assert sum(ends.values()) == self.asked
            assert sum(ends[one] for one in CLOSED) == self.asked - (unconfirmed or 0)
            assert lost(db) == 0
            assert double_mails(db) == {}
            mails = db.scalars(select(OutgoingMail)).all()
            kinds = Counter(mail.kind for mail in mails)
            files = Counter(path.stem for path in self._site.settings.mailbox.glob("*.eml"))
            assert files == Counter(mail.message_id for mail in mails)
            assert kinds["question_answered"] == kinds["question_solved"] == ends[QuestionState.ANSWERED]
            assert kinds["confirm_question"] == self.asked
            assert sum(1 for _ in db.scalars(select(User))) == 6
            rows = db.scalars(select(AuditRow).where(AuditRow.kind == "question").order_by(AuditRow.id)).all()
        lag = self._check_alarms(rows)
        return {
            "asked": self.asked, "killed": dict(self.killed), "ends": dict(ends), "mails": dict(kinds),
            "deeds": dict(Counter(row.action for row in rows)), "longest_wait_for_an_alarm": f"{lag:.1f} s",
        }  # fmt: skip

    def _check_alarms(self, rows: list[AuditRow]) -> float:
        """Each due date is followed by its alarms, each once and in order; the longest wait for a reminder, in seconds."""
        raised: dict[tuple[int | None, str], list[str]] = {}
        waits = [0.0]
        for row in rows:
            if row.action in CHAIN:
                raised.setdefault((row.thing_id, row.detail["due"]), []).append(row.action)
            if row.action == Alarm.REMINDED:
                waits.append((row.at - datetime.fromisoformat(row.detail["due"])) / timedelta(seconds=1))
        assert all(chain == CHAIN[: len(chain)] for chain in raised.values()), raised
        ignored = [chain for (thing_id, _), chain in raised.items() if (thing_id or 0) % 3 == 0]
        assert CHAIN in ignored
        return max(waits)

"""Two beats at once, and a worker that dies at any place, over overdue questions: nothing is lost, nobody is written to twice."""

import os
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.jobs import WATCH_QUESTION
from helpcenter.models import Alarm, OutgoingMail, Question, QuestionState, User
from helpcenter.permissions import Role
from helpcenter.services import fate
from helpcenter.wiring import wire
from tests.factories import make_user
from tests.helpcenter.services.fate.acting import ask, at, expert, on_duty
from workers import beat
from workers.fate import watch

STEPS = ("dated", "reminded", "passed-on", "escalated", "taken-back")
POINTS = tuple(f"fate.{step}{place}" for step in STEPS for place in ("", "-kept"))
KINDS = ("question_due", "question_assigned", "question_passed_on", "alert")


def _site(ports, number=1):
    """Questions of Monday at 9 that Ada has, while Ben is next; and one whose expert is gone."""
    with ports.database.transaction() as db:
        ada, ben = expert(db, "Ada"), expert(db, "Ben")
        gone, admin = expert(db, disabled_at=at(8)), make_user(db, Role.ADMIN)
        topic = on_duty(db, ada, ben)
        for one in range(number):
            ask(db, state=QuestionState.ROUTED, topic=topic, expert_id=ada.id, email=f"a{one}@example.org")
        ask(db, state=QuestionState.ROUTED, topic=topic, expert_id=gone.id, email="gone@example.org")
        return ada.email, ben.email, admin.email


def _moments():
    """Each half hour from Monday at 9 to Wednesday at 18, in order."""
    return [at(9) + timedelta(minutes=30) * number for number in range(115)]


def _mails(ports):
    told = select(OutgoingMail.kind, OutgoingMail.recipient).where(OutgoingMail.kind.in_(KINDS))
    with ports.database.reading() as db:
        return Counter(tuple(row) for row in db.execute(told))


def _wanted(people, number):
    """What is written until Wednesday evening, where the last question comes to Ada as its expert is gone."""
    ada, ben, admin = people
    each = [("question_due", ada), ("question_passed_on", ada), ("question_assigned", ben), ("alert", admin)]
    return Counter({**dict.fromkeys(each, number + 1), ("question_assigned", ada): 1})


def test_a_tick_rings_for_what_is_due_and_the_task_does_it_once(each_database, ports, clock, queue):
    people = _site(ports)
    clock.now = at(9)
    beat.tick(ports)
    rung = [bell.row_id for bell in queue.rung if bell.task == WATCH_QUESTION]
    assert len(rung) == 2
    for question_id in rung * 2:
        watch(ports, question_id)
    clock.now = at(9, day=24)
    for question_id in rung * 3:
        watch(ports, question_id)
    assert _mails(ports) == {("question_assigned", people[0]): 1, ("question_due", people[0]): 2}


def test_two_beats_and_two_workers_at_every_moment_double_nothing_and_lose_nothing(each_database, ports, clock, queue):
    number = 3
    people = _site(ports, number)
    other = wire(ports.settings, queue=queue, clock=clock)
    failures = []

    def work(side):
        try:
            with side.database.transaction() as db:
                found = fate.due(db, now=clock())
            for question_id in found:
                watch(side, question_id)
        except Exception as error:  # noqa: BLE001 -- told below, from the test's own thread
            failures.append(error)

    for clock.now in _moments():
        for _ in range(2):
            threads = [threading.Thread(target=work, args=(side,)) for side in (ports, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    other.database.dispose()
    assert failures == []
    assert _mails(ports) == _wanted(people, number)


def _child(ports, question_id):
    """A process that watches over the question, in a group of its own; how it ended."""
    child = os.fork()
    if child == 0:
        os.setpgrp()
        try:
            watch(ports, question_id)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.kill
def test_a_worker_killed_at_every_place_loses_nothing_and_tells_nobody_twice(
    each_database, ports, clock, monkeypatch, tmp_path
):
    people = _site(ports)
    monkeypatch.setenv("HELPCENTER_FAILPOINT", ",".join(POINTS))
    monkeypatch.setenv("HELPCENTER_FAILPOINT_FOLDER", str(tmp_path))
    deaths = 0
    for clock.now in _moments():
        while found := _due(ports, clock):
            ports.database.dispose()
            deaths += sum(_child(wire(ports.settings, clock=clock), one) == -signal.SIGKILL for one in found)
    assert deaths == len(POINTS)
    with ports.database.reading() as db:
        rows = db.execute(
            select(Question.state, Question.alarm, User.email).join(User, User.id == Question.expert_id)
        ).all()
    assert [tuple(row) for row in rows] == [(QuestionState.ROUTED, Alarm.ESCALATED, people[1])] * 2
    assert _mails(ports) == _wanted(people, 1)


def _due(ports, clock):
    with ports.database.transaction() as db:
        return fate.due(db, now=clock())

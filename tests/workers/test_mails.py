import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpcenter.mail import FolderMailer, make_mailer, messages
from helpcenter.models import MailState, OutgoingMail
from helpcenter.ports import Ports
from helpcenter.services import notifications
from tests.conftest import Clock
from tests.mailsink import Sink, mail_sink
from workers import mails

POINTS = ["mail.claimed", "mail.before-hand-over", "mail.handing-over", "mail.handed-over", "mail.sent",
          "mail.handing-over,mail.reconciling", "mail.handed-over,mail.reconciling"]  # fmt: skip
TIMES = 2
RANDOM_KILLS = 12
ANSWERED = {
    "question": "Q", "asker": "A", "title": "How far?", "entry": "how-far", "clip": "C", "recording": "R", "start": 3.0,
    "excerpt": "",
}  # fmt: skip


def _queue(ports: Ports, number: object = 1, kind: str = "question_answered") -> int:
    params = ANSWERED if kind == "question_answered" else {"token": "T0ken", "next": "/"}
    key = f"{kind}:{number}"
    with ports.database.transaction() as db:
        assert notifications.queue_mail(
            db, effect_key=key, kind=kind, params=params, recipient="kim@example.org", language="de", now=ports.clock()
        )
        return db.query(OutgoingMail.id).filter_by(effect_key=key).scalar()


def _row(ports: Ports, mail_id: int) -> OutgoingMail:
    with ports.database.reading() as db:
        return db.get_one(OutgoingMail, mail_id)


def _due(ports: Ports) -> list[int]:
    with ports.database.reading() as db:
        return notifications.due_mails(db, ports.clock())


def _by_smtp(ports: Ports, sink: Sink, log: Path | None = None) -> Ports:
    settings = ports.settings.model_copy(update={"smtp_url": sink.url, "mail_relay_log": log})
    return replace(ports, settings=settings, mailer=make_mailer(settings))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.log"
    path.write_text("Nov 22 08:00:00 relay postfix/master[1]: daemon started\n")
    return path


def test_a_mail_is_sent_once(each_database, ports):
    mail_id = _queue(ports)
    assert _due(ports) == [mail_id]
    for _ in range(3):
        mails.send(ports, mail_id)
    row = _row(ports, mail_id)
    assert (row.state, row.sent_at, row.attempts, row.error) == (MailState.SENT, ports.clock(), 1, None)
    (mail,) = messages(ports.settings.mailbox, 10)
    assert (mail.to, mail.message_id.partition("@")[0]) == ("kim@example.org", f"<{row.message_id}")
    assert _due(ports) == []


def test_a_mail_that_is_gone_is_no_error(ports):
    mails.send(ports, 4711)


def test_a_secret_leaves_the_row_with_the_mail(ports):
    mail_id = _queue(ports, kind="sign_in")
    mails.send(ports, mail_id)
    assert "T0ken" in messages(ports.settings.mailbox, 1)[0].text
    assert _row(ports, mail_id).params == {"next": "/"}


def test_a_refusal_for_good_ends_it(ports):
    with mail_sink() as sink:
        sink.say["kim@example.org"] = "550 5.1.1 No such user"
        mail_id = _queue(ports)
        mails.send(_by_smtp(ports, sink), mail_id)
    row = _row(ports, mail_id)
    assert (row.state, row.error["params"]["why"]) == (MailState.FAILED, "550 5.1.1 No such user")
    assert _due(ports) == []


def test_a_mail_that_cannot_be_written_fails_with_the_reason(ports):
    mail_id = _queue(ports)
    with ports.database.transaction() as db:
        db.get_one(OutgoingMail, mail_id).params = {}
    mails.send(ports, mail_id)
    row = _row(ports, mail_id)
    assert (row.state, row.error["text"]) == (MailState.FAILED, "This mail could not be written: %(why)s")


def test_greylisting_is_waited_for_ever_longer_and_three_days_at_most(ports, clock: Clock):
    begun = clock.now
    with mail_sink() as sink:
        sink.say["kim@example.org"] = "450 4.2.0 Greylisted"
        by_smtp = _by_smtp(ports, sink)
        mail_id = _queue(ports)
        waits = []
        while (row := _row(ports, mail_id)).state is MailState.NEW:
            waits.append((row.due_at - clock.now) / timedelta(minutes=1))
            clock.now = row.due_at
            mails.send(by_smtp, mail_id)
        assert sink.mails == []
    assert waits == [0, 1, 5, 15, *[60] * 71]
    assert timedelta(days=2.9) < clock.now - begun < timedelta(days=3.1)
    assert "450 4.2.0 Greylisted" in row.error["params"]["why"]


def test_a_server_that_comes_back_gets_the_mail(ports, clock: Clock):
    with mail_sink() as sink:
        by_smtp = _by_smtp(ports, sink)
        mail_id = _queue(ports)
        sink.say["DATA"] = "421 4.3.2 Shutting down"
        mails.send(by_smtp, mail_id)
        sink.say.clear()
        clock.advance(minutes=1)
        assert _due(ports) == [mail_id]
        mails.send(by_smtp, mail_id)
    assert (_row(ports, mail_id).state, len(sink.mails)) == (MailState.SENT, 1)


@pytest.mark.parametrize("times", range(8))
def test_a_lost_250_makes_no_second_mail(ports, clock: Clock, log, times):
    with mail_sink(log) as sink:
        sink.drop_after_data = True
        by_smtp = _by_smtp(ports, sink, log)
        mail_id = _queue(ports, times)
        mails.send(by_smtp, mail_id)
        assert (_row(ports, mail_id).state, _due(ports)) == (MailState.HANDING_OVER, [])
        clock.advance(hours=1)
        assert _due(ports) == [mail_id]
        mails.send(by_smtp, mail_id)
    assert (_row(ports, mail_id).state, len(sink.mails)) == (MailState.SENT, 1)


def test_what_nobody_knows_a_person_decides(ports, clock: Clock):
    with mail_sink() as sink:
        sink.drop_after_data = True
        by_smtp = _by_smtp(ports, sink)
        mail_id = _queue(ports)
        mails.send(by_smtp, mail_id)
        clock.advance(hours=1)
        mails.send(by_smtp, mail_id)
        clock.advance(days=30)
        mails.send(by_smtp, mail_id)
        assert (_row(ports, mail_id).state, len(sink.mails), _due(ports)) == (MailState.UNKNOWN, 1, [])
        sink.drop_after_data = False
        with ports.database.transaction() as db:
            notifications.send_again(db, db.get_one(OutgoingMail, mail_id), now=clock.now, actor=None)
        mails.send(by_smtp, mail_id)
    assert (_row(ports, mail_id).state, sink.per_message_id()) == (MailState.SENT, {_row(ports, mail_id).message_id: 2})


def test_a_sign_in_link_is_sent_again_rather_than_never(ports, clock: Clock):
    with mail_sink() as sink:
        sink.drop_after_data = True
        by_smtp = _by_smtp(ports, sink)
        mail_id = _queue(ports, kind="sign_in")
        mails.send(by_smtp, mail_id)
        sink.drop_after_data = False
        clock.advance(hours=1)
        mails.send(by_smtp, mail_id)
    texts = {message.get_body(("plain",)).get_content() for _, message in sink.mails}
    assert (_row(ports, mail_id).state, len(sink.mails), len(texts)) == (MailState.SENT, 2, 1)


def test_who_comes_back_too_late_sends_nothing(each_database, ports, clock: Clock):
    """A worker that slept past its lease, just before it would have handed the mail over."""
    mail_id = _queue(ports)

    class Sleepy(FolderMailer):
        def send(self, message: Any, *, before_data: Any) -> None:
            clock.advance(minutes=10)
            mails.send(ports, mail_id)
            super().send(message, before_data=before_data)

    elsewhere = ports.settings.data_root / "elsewhere"
    mails.send(replace(ports, mailer=Sleepy(elsewhere)), mail_id)
    assert (_row(ports, mail_id).state, _row(ports, mail_id).fence) == (MailState.SENT, 2)
    assert (len(messages(ports.settings.mailbox, 9)), messages(elsewhere, 9)) == (1, [])


class Child:
    """See mail_child.py."""

    def __init__(self, ports: Ports, tmp_path: Path) -> None:
        settings = ports.settings
        environment = {
            "HELPCENTER_DATA_ROOT": settings.data_root, "HELPCENTER_DATABASE_URL": settings.database_url,
            "HELPCENTER_SMTP_URL": settings.smtp_url, "HELPCENTER_SECRET_KEY": settings.secret_key,
        }  # fmt: skip
        if settings.mail_relay_log:
            environment["HELPCENTER_MAIL_RELAY_LOG"] = settings.mail_relay_log
        self.folder = tmp_path / "points"
        self.folder.mkdir()
        self.now = ports.clock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.workers.mail_child"],
            env={**os.environ, **{name: str(value) for name, value in environment.items()}},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, mail_id: int, points: str = "", kill_after: float | None = None) -> int:
        assert self.process.stdin
        assert self.process.stdout
        folder = self.folder / f"{mail_id}"
        folder.mkdir(exist_ok=True)
        order = {
            "mail": mail_id,
            "points": points,
            "folder": str(folder),
            "now": self.now.isoformat(),
            "kill_after": kill_after,
        }
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=10)


def _children(ports: Ports, tmp_path: Path) -> Iterator[Child]:
    child = Child(ports, tmp_path)
    yield child
    child.close()


def _kill_at_every_point(ports: Ports, child: Child, sink: Sink | None) -> dict[str, int]:
    """How often a process died for each mail, by what it was told."""
    died = dict.fromkeys(POINTS, 0)
    for points in POINTS * TIMES:
        mail_id = _queue(ports, f"{points}:{died[points]}")
        while child.send(mail_id, points) != 0:
            died[points] += 1
            child.now += timedelta(hours=1)
            if sink:
                sink.wait_idle()
        child.now += timedelta(hours=1)
        assert child.send(mail_id) == 0
    return died


def _kill_at_random(ports: Ports, child: Child, sink: Sink | None) -> int:
    dice, died = random.Random(7), 0
    for number in range(RANDOM_KILLS):
        mail_id = _queue(ports, f"random:{number}")
        died += child.send(mail_id, kill_after=dice.uniform(0, 0.05)) != 0
        if sink:
            sink.wait_idle()
        child.now += timedelta(hours=1)
        assert child.send(mail_id) == 0
    return died


def _ends(ports: Ports) -> dict[str, MailState]:
    with ports.database.reading() as db:
        return {mail.message_id: mail.state for mail in db.query(OutgoingMail)}


EXPECTED_DEATHS = {point: TIMES * (1 + point.count(",")) for point in POINTS}


@pytest.mark.kill
def test_kills_around_the_folder_lose_no_mail(each_database, ports, tmp_path):
    for child in _children(ports, tmp_path):
        died = _kill_at_every_point(ports, child, None)
        died_at_random = _kill_at_random(ports, child, None)
    ends = _ends(ports)
    assert died == EXPECTED_DEATHS
    assert died_at_random > RANDOM_KILLS / 5
    assert set(ends.values()) == {MailState.SENT}
    found = [mail.message_id.strip("<>").partition("@")[0] for mail in messages(ports.settings.mailbox, 1000)]
    assert sorted(found) == sorted(ends)


@pytest.mark.kill
def test_kills_around_smtp_make_exactly_one_mail_each(each_database, ports, tmp_path, log):
    with mail_sink(log) as sink:
        by_smtp = _by_smtp(ports, sink, log)
        for child in _children(by_smtp, tmp_path):
            died = _kill_at_every_point(by_smtp, child, sink)
            died_at_random = _kill_at_random(by_smtp, child, sink)
    ends = _ends(ports)
    assert died == EXPECTED_DEATHS
    assert died_at_random > RANDOM_KILLS / 5
    assert set(ends.values()) == {MailState.SENT}
    assert sink.per_message_id() == dict.fromkeys(ends, 1)


@pytest.mark.drill
@pytest.mark.kill
def test_kills_around_smtp_without_a_log_make_no_second_mail(ports, tmp_path):
    with mail_sink() as sink:
        by_smtp = _by_smtp(ports, sink)
        for child in _children(by_smtp, tmp_path):
            _kill_at_every_point(by_smtp, child, sink)
    arrived = sink.per_message_id()
    ends = _ends(ports)
    assert max(arrived.values()) == 1
    assert {message_id for message_id, state in ends.items() if state is MailState.SENT} <= set(arrived)
    assert set(ends.values()) == {MailState.SENT, MailState.UNKNOWN}


def test_a_mail_that_tells_of_what_is_over_is_not_sent(ports: Ports, clock: Clock) -> None:
    params = {**ANSWERED, "useless_after": (clock.now + timedelta(hours=1)).isoformat()}
    with ports.database.transaction() as db:
        for number in range(2):
            notifications.queue_mail(
                db, effect_key=f"late:{number}", kind="question_answered", params=params,
                recipient="kim@example.org", language="en", now=clock.now,
            )  # fmt: skip
        early, late = [mail_id for (mail_id,) in db.query(OutgoingMail.id).order_by(OutgoingMail.id)]
    mails.send(ports, early)
    clock.advance(hours=2)
    mails.send(ports, late)
    assert [_row(ports, mail_id).state for mail_id in (early, late)] == [MailState.SENT, MailState.FAILED]

"""Sessions are called off with a reason; whoever subscribed hears of it once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import AuditRow, Broadcast, LiveSessionState, OutgoingMail, Reminder, Subscription
from helpcenter.services import sessions
from tests.factories import NOW, make_channel

THURSDAY = "2026-12-03T18:00"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def series(db, details):
    db.add(Subscription(target="all", email="kim@example.org", language="en", created_at=NOW, confirmed_at=NOW))
    wanted = details(channel=make_channel(db))
    return sessions.schedule(db, wanted, start=THURSDAY, rrule="FREQ=WEEKLY;COUNT=3", now=NOW)


def states(series):
    return [one.state.value for one in series]


def mails(db):
    return db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "session_cancelled")).all()


def test_one_is_called_off_and_the_others_stay(db, host, series, each_database):
    assert sessions.cancel(db, series[1], reason=" Anna is ill. ", actor=host, now=LATER) == [series[1]]
    db.expire_all()
    assert states(series) == ["scheduled", "cancelled", "scheduled"]
    assert (series[1].reason, series[1].sequence, series[1].updated_at) == ("Anna is ill.", 1, LATER)
    assert len(mails(db)) == 1
    assert db.scalar(select(func.count()).where(Reminder.session_id == series[1].id)) == 0
    deleted = select(Broadcast.deleted).order_by(Broadcast.session_id)
    assert db.scalars(deleted).all() == [False, True, False]
    log = db.scalars(select(AuditRow).where(AuditRow.action == "move")).one()
    assert (log.thing_id, log.actor_id, log.detail) == (series[1].id, host.id, {"from": "scheduled", "to": "cancelled"})


def test_all_that_follow_are_called_off_in_one_mail(db, host, series, each_database):
    assert sessions.cancel(db, series[1], reason="Holiday", following=True, actor=host, now=LATER) == series[1:]
    assert states(series) == ["scheduled", "cancelled", "cancelled"]
    (mail,) = mails(db)
    assert [told["session"] for told in mail.params["sessions"]] == [one.public_id for one in series[1:]]


def test_a_host_is_free_again(db, details, host, series):
    sessions.cancel(db, series[0], reason="Ill", actor=host, now=LATER)
    (again,) = sessions.schedule(db, details(), start=THURSDAY, now=LATER)
    assert again.state is LiveSessionState.SCHEDULED


def test_a_draft_goes_without_a_word(db, details, host, series):
    (draft,) = sessions.schedule(db, details(), start="2026-12-04T18:00", draft=True, now=NOW)
    sessions.cancel(db, draft, reason="Not needed", actor=host, now=LATER)
    assert (draft.state, mails(db)) == (LiveSessionState.CANCELLED, [])


def test_a_poll_that_is_called_off_concerns_those_who_asked_to_hear_of_it(db, details, host, series):
    poll = sessions.propose(db, details(), starts=["2026-12-04T18:00", "2026-12-05T18:00"], actor=host, now=NOW)
    mine = f"session:{poll.public_id}"
    db.add(Subscription(target=mine, email="bo@example.org", language="en", created_at=NOW, confirmed_at=NOW))
    sessions.cancel(db, poll, reason="Nobody can come", actor=host, now=LATER)
    assert [mail.recipient for mail in mails(db)] == ["bo@example.org"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("live", "end it instead"), ("ended", "is over"), ("processing", "is over"), ("published", "is over"),
        ("cancelled", "cancelled already"),
    ],
)  # fmt: skip
def test_what_has_begun_cannot_be_called_off(db, host, series, state, words):
    series[0].state = LiveSessionState(state)
    with pytest.raises(Conflict, match=words):
        sessions.cancel(db, series[0], reason="Ill", following=True, actor=host, now=LATER)
    assert states(series)[1:] == ["scheduled", "scheduled"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_is_needed_that_people_will_read(db, host, series, reason):
    with pytest.raises(InvalidInput):
        sessions.cancel(db, series[0], reason=reason, actor=host, now=LATER)
    assert states(series) == ["scheduled"] * 3

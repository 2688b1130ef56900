"""Sessions are changed and moved, one or all that follow; subscribers hear of what moved, once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    AuditRow,
    Broadcast,
    ChannelState,
    LiveSessionState,
    OutgoingMail,
    Reminder,
    Subscription,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import sessions
from helpcenter.services.sessions import DoubledTime, SkippedTime
from streaming.schedule import read_zone, to_local, write_local
from tests.factories import NOW, make_channel, make_topic, make_user

THURSDAY = "2026-12-03T18:00"
LATER = NOW + timedelta(hours=1)


def subscribe(db):
    db.add(Subscription(target="all", email="kim@example.org", language="en", created_at=NOW, confirmed_at=NOW))
    db.flush()


def mails(db):
    return db.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()


def local(session):
    return write_local(to_local(session.starts_at, read_zone(session.zone)))


@pytest.fixture
def one(db, details):
    (made,) = sessions.schedule(db, details(), start=THURSDAY, now=NOW)
    return made


@pytest.fixture
def series(db, details):
    """Four Thursdays across the change to summer time."""
    return sessions.schedule(db, details(), start="2027-03-18T18:00", rrule="FREQ=WEEKLY;COUNT=4", now=NOW)


def test_moving_tells_subscribers_once_and_plans_everything_anew(db, details, host, one, each_database):
    subscribe(db)
    sessions.edit(db, one, details(), start="2026-12-04T19:30", actor=host, now=LATER)
    assert (local(one), one.ends_at - one.starts_at) == ("2026-12-04T19:30", timedelta(hours=1))
    assert (one.sequence, one.updated_at) == (1, LATER)
    assert [mail.kind for mail in mails(db)] == ["session_moved"]
    due = db.scalars(select(Reminder.due_at).order_by(Reminder.due_at)).all()
    assert due == [one.starts_at - timedelta(days=1), one.starts_at - timedelta(minutes=15)]


def test_what_stays_the_same_leaves_no_trace(db, details, host, one):
    subscribe(db)
    sessions.edit(db, one, details(), start=THURSDAY, actor=host, now=LATER)
    assert (one.sequence, one.updated_at, mails(db)) == (0, NOW, [])
    assert db.scalars(select(AuditRow.action)).all() == ["schedule"]


def test_other_words_are_news_for_calendars_and_not_for_mailboxes(db, details, host, one):
    subscribe(db)
    topic, other = make_topic(db), make_user(db, Role.EDITOR)
    wanted = details(title="Brakes", minutes=90, hosts=[other], topics=[topic], visibility=Visibility.CUSTOMERS)
    sessions.edit(db, one, wanted, start=THURSDAY, actor=host, now=LATER)
    db.expire_all()
    assert (one.title, one.hosts, one.topics, one.visibility) == ("Brakes", [other], [topic], Visibility.CUSTOMERS)
    assert (one.ends_at - one.starts_at, one.sequence, mails(db)) == (timedelta(minutes=90), 1, [])
    log = db.scalars(select(AuditRow).where(AuditRow.action == "edit")).one()
    assert (log.actor_id, log.detail) == (host.id, {"fields": ["ends_at", "hosts", "title", "topics", "visibility"]})


def test_the_broadcast_hears_of_each_change(db, details, host):
    wanted = details(channel=make_channel(db))
    (one,) = sessions.schedule(db, wanted, start=THURSDAY, now=NOW)
    before = db.scalars(select(Broadcast)).one().asked
    sessions.edit(db, one, details(title="Brakes", channel=wanted.channel), start=THURSDAY, actor=host, now=LATER)
    db.expire_all()
    assert db.scalars(select(Broadcast)).one().asked == before + 1


def test_all_that_follow_move_by_the_same_shift_on_the_wall(db, details, host, series, each_database):
    changed = sessions.edit(db, series[1], details(), start="2027-03-26T17:15", following=True, actor=host, now=LATER)
    assert changed == series[1:]
    assert [local(one) for one in series] == [
        "2027-03-18T18:00", "2027-03-26T17:15", "2027-04-02T17:15", "2027-04-09T17:15",
    ]  # fmt: skip
    assert [one.starts_at.hour for one in series] == [17, 16, 15, 15]
    assert [one.occurrence for one in series] == [
        "2027-03-18T18:00", "2027-03-25T18:00", "2027-04-01T18:00", "2027-04-08T18:00",
    ]  # fmt: skip
    assert [one.sequence for one in series] == [0, 1, 1, 1]


def test_one_that_was_moved_alone_moves_from_where_it_is_and_keeps_its_own_words(db, details, host, series):
    sessions.edit(db, series[2], details(title="Brakes"), start="2027-04-02T20:00", actor=host, now=NOW)
    sessions.edit(
        db, series[0], details(description="New."), start="2027-03-18T19:00", following=True, actor=host, now=LATER
    )
    assert [local(one) for one in series] == [
        "2027-03-18T19:00", "2027-03-25T19:00", "2027-04-02T21:00", "2027-04-08T19:00",
    ]  # fmt: skip
    assert [one.title for one in series][2] == "Brakes"
    assert {one.description for one in series} == {"New."}


def test_another_zone_keeps_the_time_on_the_wall_for_all_that_follow(db, details, host, series):
    sessions.edit(
        db, series[0], details(zone="America/New_York"), start="2027-03-18T18:00", following=True, actor=host, now=LATER
    )
    assert {local(one)[-5:] for one in series} == {"18:00"}
    assert {one.starts_at.hour for one in series} == {22}  # New York changed its clocks four days before the first


@pytest.mark.parametrize("start", ["9999-12-31T18:00", "2030-12-03T18:00", "2020-12-03T18:00"])
def test_a_series_is_not_moved_out_of_reach(db, details, host, series, start):
    with pytest.raises(InvalidInput, match="This start is"):
        sessions.edit(db, series[0], details(), start=start, following=True, actor=host, now=NOW)
    assert {local(one)[-5:] for one in series} == {"18:00"}


def test_everybody_hears_of_a_moved_series_in_one_mail(db, details, host, series):
    subscribe(db)
    sessions.edit(db, series[0], details(), start="2027-03-18T19:00", following=True, actor=host, now=LATER)
    (mail,) = mails(db)
    assert [told["session"] for told in mail.params["sessions"]] == [one.public_id for one in series]


def test_those_that_were_cancelled_or_begun_stay(db, details, host, series):
    sessions.cancel(db, series[2], reason="Holiday", actor=host, now=NOW)
    sessions.move(db, series[3], LiveSessionState.LIVE, now=NOW, actor=host)
    sessions.edit(db, series[0], details(), start="2027-03-18T19:00", following=True, actor=host, now=LATER)
    assert [local(one)[-5:] for one in series] == ["19:00", "19:00", "18:00", "18:00"]


def test_a_series_across_a_skipped_hour_finds_back_to_its_time(db, details, host):
    nights = sessions.schedule(db, details(minutes=30), start="2027-03-27T02:30", rrule="FREQ=DAILY;COUNT=3", now=NOW)
    sessions.edit(db, nights[0], details(minutes=30), start="2027-03-27T02:15", following=True, actor=host, now=NOW)
    assert [local(one)[-5:] for one in nights] == ["02:15", "03:15", "02:15"]
    sessions.edit(db, nights[0], details(minutes=30), start="2027-03-27T04:15", following=True, actor=host, now=NOW)
    assert local(nights[2])[-5:] == "04:15"


def test_a_move_into_the_skipped_or_doubled_hour_is_refused_or_asked_about(db, details, host, one):
    with pytest.raises(SkippedTime):
        sessions.edit(db, one, details(), start="2027-03-28T02:30", actor=host, now=NOW)
    with pytest.raises(DoubledTime):
        sessions.edit(db, one, details(), start="2027-10-31T02:30", actor=host, now=NOW)
    sessions.edit(db, one, details(), start="2027-10-31T02:30", fold=1, actor=host, now=NOW)
    assert one.starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_session_in_the_second_of_two_equal_hours_keeps_it_when_its_words_change(db, details, host):
    (one,) = sessions.schedule(db, details(), start="2027-10-31T02:30", fold=1, now=NOW)
    sessions.edit(db, one, details(title="Brakes"), start="2027-10-31T02:30", actor=host, now=NOW)
    assert one.starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_seconds_that_no_form_shows_stay(db, details, host):
    (one,) = sessions.schedule(db, details(), start="2026-12-03T18:00:30", now=NOW)
    sessions.edit(db, one, details(title="Brakes"), start=THURSDAY, actor=host, now=NOW)
    assert one.starts_at == datetime(2026, 12, 3, 17, 0, 30, tzinfo=UTC)


def test_words_of_a_session_that_nobody_began_can_still_be_changed(db, details, host, one):
    afterwards = one.starts_at + timedelta(hours=5)
    sessions.edit(db, one, details(title="Brakes"), start=THURSDAY, actor=host, now=afterwards)
    assert one.title == "Brakes"
    with pytest.raises(InvalidInput, match="past"):
        sessions.edit(db, one, details(), start="2026-12-03T18:30", actor=host, now=afterwards)


@pytest.mark.parametrize("state", ["rehearsing", "live", "ended", "processing", "published", "cancelled"])
def test_what_has_begun_is_over_or_cancelled_cannot_be_changed(db, details, host, one, state):
    one.state = LiveSessionState(state)
    with pytest.raises(Conflict, match="cannot be changed any more"):
        sessions.edit(db, one, details(title="Brakes"), start=THURSDAY, actor=host, now=NOW)
    assert one.title == "Questions about e-bikes"


def test_a_channel_that_was_revoked_since_does_not_stop_other_changes(db, details, host):
    channel = make_channel(db)
    (one,) = sessions.schedule(db, details(channel=channel), start=THURSDAY, now=NOW)
    channel.state = ChannelState.REVOKED
    db.flush()
    sessions.edit(db, one, details(title="Brakes", channel=channel), start=THURSDAY, actor=host, now=NOW)
    assert one.title == "Brakes"


def test_a_picture_is_shown_on_the_broadcast_too(db, details):
    (one,) = sessions.schedule(db, details(channel=make_channel(db)), start=THURSDAY, now=NOW)
    before = db.scalars(select(Broadcast)).one().asked
    for _ in range(2):
        sessions.set_picture(db, one, "sessions/one.jpg", now=LATER)
    db.expire_all()
    assert (one.picture_key, one.updated_at, db.scalars(select(Broadcast.asked)).one()) == (
        "sessions/one.jpg",
        LATER,
        before + 1,
    )

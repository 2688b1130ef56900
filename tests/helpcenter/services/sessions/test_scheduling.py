"""Sessions and series are scheduled: all of them, or none with the reason."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    AuditRow,
    Broadcast,
    ChannelState,
    LiveSession,
    LiveSessionState,
    Reminder,
    Series,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import sessions
from helpcenter.services.sessions import DoubledTime, SkippedTime
from tests.factories import NOW, make_channel, make_topic, make_user

THURSDAY = "2026-12-03T18:00"


def rows(db, model=LiveSession):
    return db.scalar(select(func.count()).select_from(model))


def test_a_session_is_kept_in_utc_beside_its_zone(db, details, host, each_database):
    topic = make_topic(db)
    (made,) = sessions.schedule(db, details(topics=[topic]), start=THURSDAY, actor=host, now=NOW)
    db.expire_all()
    assert (made.starts_at, made.ends_at - made.starts_at) == (
        datetime(2026, 12, 3, 17, tzinfo=UTC),
        timedelta(hours=1),
    )
    assert (made.zone, made.state, made.sequence) == ("Europe/Berlin", LiveSessionState.SCHEDULED, 0)
    assert (made.hosts, made.topics, made.series, made.created_by_id) == ([host], [topic], None, host.id)


def test_who_scheduled_it_stands_in_the_log(db, details, host):
    (made,) = sessions.schedule(db, details(), start=THURSDAY, actor=host, now=NOW)
    log = db.scalars(select(AuditRow).where(AuditRow.kind == "live session")).all()
    assert [(row.action, row.thing_id, row.actor_id, row.at) for row in log] == [("schedule", made.id, host.id, NOW)]


def test_reminders_and_the_broadcast_are_asked_for(db, details):
    channel = make_channel(db)
    (made,) = sessions.schedule(db, details(channel=channel), start=THURSDAY, now=NOW)
    broadcast = db.scalars(select(Broadcast)).one()
    assert (broadcast.session_id, broadcast.channel_id, broadcast.due_at) == (made.id, channel.id, NOW)
    due = db.scalars(select(Reminder.due_at).order_by(Reminder.due_at)).all()
    assert due == [made.starts_at - timedelta(days=1), made.starts_at - timedelta(minutes=15)]


def test_a_draft_has_neither(db, details):
    draft = details(channel=make_channel(db))
    (made,) = sessions.schedule(db, draft, start=THURSDAY, draft=True, now=NOW)
    assert (made.state, rows(db, Broadcast), rows(db, Reminder)) == (LiveSessionState.DRAFT, 0, 0)


def test_a_series_is_made_at_once_in_local_time(db, details, each_database):
    made = sessions.schedule(
        db, details(), start="2027-03-18T18:00", rrule="RRULE:freq=weekly;byday=th;count=3", now=NOW
    )
    assert [one.starts_at.hour for one in made] == [17, 17, 16]
    assert [one.occurrence for one in made] == ["2027-03-18T18:00", "2027-03-25T18:00", "2027-04-01T18:00"]
    series = db.scalars(select(Series)).one()
    assert {one.series_id for one in made} == {series.id}
    assert (series.rrule, series.zone, series.first_local) == (
        "FREQ=WEEKLY;BYDAY=TH;COUNT=3", "Europe/Berlin", "2027-03-18T18:00",
    )  # fmt: skip


def test_a_date_of_a_series_whose_time_the_clocks_skip_comes_an_hour_later_and_keeps_its_name(db, details):
    made = sessions.schedule(db, details(), start="2027-03-27T02:30", rrule="FREQ=DAILY;COUNT=3", now=NOW)
    assert [one.starts_at for one in made] == [
        datetime(2027, 3, 27, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert made[1].occurrence == "2027-03-28T02:30"


def test_a_start_that_the_clocks_skip_is_refused_with_another_time(db, details):
    with pytest.raises(SkippedTime, match=r"2027-03-28 the clocks in Europe/Berlin skip 02:30.* such as 03:30"):
        sessions.schedule(db, details(), start="2027-03-28T02:30", now=NOW)


def test_a_start_that_comes_twice_is_asked_about(db, details):
    with pytest.raises(DoubledTime, match=r"2027-10-31 .* show 02:30 twice"):
        sessions.schedule(db, details(), start="2027-10-31T02:30", now=NOW)
    made = [
        sessions.schedule(db, details(), start="2027-10-31T02:30", fold=fold, now=NOW)[0].starts_at for fold in (0, 1)
    ]
    assert made == [datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "  "}, "write a title"),
        ({"title": "x" * 101}, "has 101 characters; YouTube takes 100"),
        ({"title": "Bikes < Cars"}, "neither < nor >"),
        ({"description": "ä" * 2001}, "has 4002 bytes; 4000 are possible"),
        ({"minutes": 4}, "from 5 minutes to 720"),
        ({"minutes": 721}, "from 5 minutes to 720"),
        ({"minutes": -60}, "from 5 minutes to 720"),
        ({"zone": "Europe/Berln"}, "Do you mean Europe/Berlin"),
        ({"zone": "Mars"}, "no time zone Mars"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"language": "fr"}, "either de or en"),
        ({"visibility": Visibility.STAFF}, "for everybody"),
        ({"hosts": []}, "who answers on camera"),
    ],
)
def test_what_cannot_be_a_session_is_refused_in_words(db, details, values, words):
    with pytest.raises(InvalidInput, match=words):
        sessions.schedule(db, details(**values), start=THURSDAY, now=NOW)
    assert rows(db) == 0


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2026-11-22T09:59", "start is past"),
        ("2026-11-22T10:00", "start is past"),  # this very moment
        ("2031-12-03T18:00", "more than three years away"),
        ("9999-12-31T23:59", "more than three years away"),
        ("0001-01-01T00:00", "local date and time"),
        ("2026-02-30T18:00", "local date and time"),
        ("2026-12-03T18:00+01:00", "local date and time"),
        ("2026-12-03", "local date and time"),
        ("tomorrow", "local date and time"),
        ("", "local date and time"),
    ],
)
def test_a_start_that_cannot_be_used_is_refused_in_words(db, details, start, words):
    with pytest.raises(InvalidInput, match=words):
        sessions.schedule(db, details(), start=start, now=NOW)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY", "has no end"),
        ("FREQ=HOURLY;COUNT=2", "daily at most"),
        ("FREQ=DAILY;BYHOUR=9,18;COUNT=2", "cannot hold hours"),
        ("FREQ=WEEKLY;COUNT=105", "more than 104 sessions"),
        ("FREQ=YEARLY;COUNT=9", "more than three years"),
        ("FREQ=DAILY;UNTIL=20261201", "no date on which this rule comes true"),
        ("FREQ=DAILY;UNTIL=20261210;COUNT=2", "either COUNT or UNTIL"),
        ("every Thursday", "cannot be read"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_in_words(db, details, rule, words):
    with pytest.raises(InvalidInput, match=words):
        sessions.schedule(db, details(), start=THURSDAY, rrule=rule, now=NOW)
    assert (rows(db), rows(db, Series)) == (0, 0)


@pytest.mark.parametrize(
    "values",
    [{"role": Role.CUSTOMER}, {"role": Role.SUPER_USER}, {"role": Role.EDITOR, "disabled_at": NOW}],
)
def test_hosts_are_experts_editors_or_admins_who_still_work_here(db, details, values):
    person = make_user(db, name="Kim", **values)
    with pytest.raises(InvalidInput, match="Kim cannot be a host"):
        sessions.schedule(db, details(hosts=[person]), start=THURSDAY, now=NOW)


def test_a_channel_that_lets_nobody_in_is_refused(db, details):
    channel = make_channel(db, title="Bikes", state=ChannelState.REVOKED)
    with pytest.raises(InvalidInput, match="Bikes does not let us in"):
        sessions.schedule(db, details(channel=channel), start=THURSDAY, now=NOW)


def test_signs_that_nobody_sees_are_left_out(db, details):
    wanted = details(title=" Two\x00 \ud800 words\n", description="One\r\ntwo\x1b[31m\ud83d")
    (made,) = sessions.schedule(db, wanted, start=THURSDAY, now=NOW)
    db.flush()
    assert (made.title, made.description) == ("Two words", "One\ntwo[31m")


def test_a_draft_is_announced_later(db, details, host, each_database):
    wanted = details(channel=make_channel(db))
    made = sessions.schedule(db, wanted, start=THURSDAY, rrule="FREQ=WEEKLY;COUNT=3", draft=True, now=NOW)
    sessions.announce(db, made[0], actor=host, now=NOW)
    assert [one.state.value for one in made] == ["scheduled", "draft", "draft"]
    sessions.announce(db, made[1], following=True, actor=host, now=NOW)
    assert [one.state.value for one in made] == ["scheduled"] * 3
    assert (rows(db, Broadcast), rows(db, Reminder)) == (3, 6)
    with pytest.raises(Conflict, match="not a draft any more"):
        sessions.announce(db, made[0], actor=host, now=NOW)


def test_a_draft_whose_time_is_taken_or_past_cannot_be_announced(db, details, host):
    (draft,) = sessions.schedule(db, details(), start=THURSDAY, draft=True, now=NOW)
    sessions.schedule(db, details(title="Brakes"), start=THURSDAY, now=NOW)
    with pytest.raises(Conflict, match="Anna Beispiel is a host of “Brakes”"):
        sessions.announce(db, draft, actor=host, now=NOW)
    with pytest.raises(InvalidInput, match="start is past"):
        sessions.announce(db, draft, actor=host, now=NOW + timedelta(days=30))
    assert draft.state is LiveSessionState.DRAFT

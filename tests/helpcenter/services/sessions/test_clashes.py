"""No host and no channel is in two sessions at once, even when two people schedule at the same moment."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict
from helpcenter.models import Channel, LiveSession, LiveSessionState, Series, User
from helpcenter.permissions import Role
from helpcenter.services import sessions
from tests.factories import NOW, make_channel, make_session, make_user
from tests.helpcenter.services.sessions.conftest import usual

THURSDAY = "2026-12-03T18:00"


def count(db, model=LiveSession):
    return db.scalar(select(func.count()).select_from(model))


def test_a_host_is_in_one_session_at_a_time(db, details, each_database):
    sessions.schedule(db, details(title="Brakes"), start=THURSDAY, now=NOW)
    with pytest.raises(Conflict) as refused:
        sessions.schedule(db, details(), start="2026-12-03T18:59", now=NOW)
    assert str(refused.value) == (
        "Anna Beispiel is a host of “Brakes” at that time: 2026-12-03 18:00–19:00 (Europe/Berlin)."
    )
    assert count(db) == 1


def test_a_channel_broadcasts_one_session_at_a_time(db, details):
    channel = make_channel(db, title="Bikes")
    sessions.schedule(
        db, details(title="Brakes", channel=channel, zone="America/New_York"), start="2026-12-03T12:00", now=NOW
    )
    other = make_user(db, Role.EXPERT)
    with pytest.raises(Conflict) as refused:
        sessions.schedule(db, details(channel=channel, hosts=[other]), start=THURSDAY, now=NOW)
    assert str(refused.value) == (
        "The channel Bikes broadcasts “Brakes” at that time: 2026-12-03 12:00–13:00 (America/New_York)."
    )
    for free in (details(channel=make_channel(db), hosts=[other]), details(hosts=[make_user(db, Role.ADMIN)])):
        sessions.schedule(db, free, start=THURSDAY, now=NOW)
    assert count(db) == 3


@pytest.mark.parametrize(
    ("start", "minutes", "free"),
    [
        ("2026-12-03T17:00", 60, True),
        ("2026-12-03T19:00", 60, True),
        ("2026-12-03T17:01", 60, False),
        ("2026-12-03T18:20", 10, False),
        ("2026-12-03T17:00", 180, False),
        ("2026-12-03T18:00", 60, False),
    ],
)
def test_sessions_may_follow_each_other_without_a_pause(db, details, start, minutes, free):
    sessions.schedule(db, details(), start=THURSDAY, now=NOW)
    try:
        sessions.schedule(db, details(minutes=minutes), start=start, now=NOW)
    except Conflict:
        assert not free
    else:
        assert free


@pytest.mark.parametrize("state", LiveSessionState)
def test_only_what_is_ahead_or_live_takes_time(db, details, host, state):
    wanted = details()
    start = NOW + timedelta(days=11, hours=8)
    make_session(db, starts_at=start, hosts=[host], state=state)
    taken = state in {LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING, LiveSessionState.LIVE}
    try:
        sessions.schedule(db, wanted, start=THURSDAY, now=NOW)
    except Conflict:
        assert taken
    else:
        assert not taken


def test_one_clash_refuses_the_whole_series_and_names_both(db, details, each_database):
    sessions.schedule(db, details(title="Brakes"), start="2026-12-17T18:30", now=NOW)
    with pytest.raises(Conflict) as refused:
        sessions.schedule(db, details(), start=THURSDAY, rrule="FREQ=WEEKLY;COUNT=6", now=NOW)
    assert str(refused.value) == (
        "Nothing was changed, since 2026-12-17 18:00–19:00 (Europe/Berlin) is not free. "
        "Anna Beispiel is a host of “Brakes” at that time: 2026-12-17 18:30–19:30 (Europe/Berlin)."
    )
    assert (count(db), count(db, Series)) == (1, 0)


def test_a_session_does_not_clash_with_itself_when_it_moves(db, details, host):
    (one,) = sessions.schedule(db, details(), start=THURSDAY, now=NOW)
    sessions.edit(db, one, details(), start="2026-12-03T18:30", actor=host, now=NOW)
    assert one.sequence == 1


def test_a_series_may_move_into_its_own_places(db, details, host):
    made = sessions.schedule(db, details(), start=THURSDAY, rrule="FREQ=DAILY;COUNT=5", now=NOW)
    sessions.edit(db, made[0], details(), start="2026-12-05T18:00", following=True, actor=host, now=NOW)
    assert [one.starts_at.day for one in made] == [5, 6, 7, 8, 9]


def test_one_of_a_series_cannot_move_onto_another_of_it(db, details, host):
    made = sessions.schedule(db, details(), start=THURSDAY, rrule="FREQ=DAILY;COUNT=3", now=NOW)
    with pytest.raises(Conflict, match="2026-12-04 18:00"):
        sessions.edit(db, made[0], details(), start="2026-12-04T18:30", actor=host, now=NOW)
    assert made[0].starts_at.day == 3


def test_longer_sessions_of_a_series_must_not_run_into_each_other(db, details, host):
    made = sessions.schedule(db, details(), start=THURSDAY, rrule="FREQ=DAILY;COUNT=3", now=NOW)
    sessions.edit(db, made[2], details(), start="2026-12-04T19:30", actor=host, now=NOW)
    with pytest.raises(Conflict, match="2026-12-04 19:30–21:30"):
        sessions.edit(db, made[0], details(minutes=120), start=THURSDAY, following=True, actor=host, now=NOW)
    assert {one.ends_at - one.starts_at for one in made} == {timedelta(hours=1)}


def test_a_clash_refuses_the_move_of_all_that_follow(db, details, host):
    made = sessions.schedule(db, details(), start=THURSDAY, rrule="FREQ=WEEKLY;COUNT=3", now=NOW)
    sessions.schedule(db, details(title="Brakes"), start="2026-12-17T20:00", now=NOW)
    with pytest.raises(Conflict, match=r"2026-12-17 20:30–21:30 .* is not free"):
        sessions.edit(db, made[0], details(), start="2026-12-03T20:30", following=True, actor=host, now=NOW)
    assert {one.starts_at.hour for one in made} == {17}


def test_a_new_host_must_be_free(db, details, host):
    other = make_user(db, Role.EXPERT, name="Bo")
    (one,) = sessions.schedule(db, details(), start=THURSDAY, now=NOW)
    sessions.schedule(db, details(title="Brakes", hosts=[other]), start=THURSDAY, now=NOW)
    with pytest.raises(Conflict, match="Bo is a host of “Brakes”"):
        sessions.edit(db, one, details(hosts=[host, other]), start=THURSDAY, actor=host, now=NOW)
    assert one.hosts == [host]


@pytest.mark.parametrize("by", ["host", "channel"])
def test_of_two_people_who_schedule_at_the_same_moment_one_wins(ports, each_database, by):
    with ports.database.transaction() as db:
        hosts = [make_user(db, Role.EXPERT, name="Anna").id for _ in range(2 if by == "channel" else 1)]
        channel_id = make_channel(db).id if by == "channel" else None
    barrier, answers = Barrier(2), []

    def schedule(number):
        barrier.wait()
        try:
            with ports.database.transaction() as db:
                user = db.get_one(User, hosts[number % len(hosts)])
                channel = db.get_one(Channel, channel_id) if channel_id else None
                sessions.schedule(
                    db, usual(hosts=[user], channel=channel), start=f"2026-12-03T18:{number * 10:02}",
                    rrule="FREQ=WEEKLY;COUNT=10", now=NOW,
                )  # fmt: skip
            answers.append("scheduled")
        except Conflict as error:
            answers.append("clash" if "at that time" in str(error) else str(error))

    threads = [Thread(target=schedule, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["clash", "scheduled"]
    with ports.database.reading() as db:
        assert count(db) == 10

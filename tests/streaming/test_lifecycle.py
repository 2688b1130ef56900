"""What comes next, as a table: what is known, and what is done about it."""

from datetime import UTC, datetime, timedelta

import pytest

from streaming.lifecycle import Action, Known, Next, Waits, alarms, next_action
from streaming.platform import BroadcastStatus as S

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WAITS = Waits.at_pace(1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def known(**values):
    """A session in three hours, of which nothing exists yet."""
    usual = {"wanted": S.READY, "starts_at": NOW + 3 * HOUR, "ends_at": NOW + 4 * HOUR}
    return Known(**usual | values)


def ready(**values):
    """Its broadcast is made, bound and up to date, and was looked at just now."""
    usual = {
        "exists": True,
        "status": S.READY,
        "bound": True,
        "has_ingest": True,
        "created_at": NOW - DAY,
        "looked_at": NOW,
    }
    return known(**usual | values)


def live(**values):
    begun = {"starts_at": ago(600), "ends_at": NOW + HOUR, "wanted": S.LIVE, "status": S.LIVE}
    return ready(**begun | values)


WELL = {"picture_since": ago(30), "healthy_since": ago(5), "health_at": NOW}
BADLY = WELL | {"healthy_since": None}
CASES = [
    ("a new session gets a broadcast", known(), Action.CREATE),
    ("one that is far ahead waits", known(starts_at=NOW + 100 * DAY, ends_at=NOW + 101 * DAY), NOW + 10 * DAY),
    ("a lost answer is not asked again at once", known(created_at=ago(1)), ago(1) + 5 * SECOND),
    ("it is looked for after 5 s", known(created_at=ago(5)), Action.FIND),
    ("and after 20 s", known(created_at=ago(6), create_looks=1), ago(6) + 20 * SECOND),
    ("and after 65 s", known(created_at=ago(65), create_looks=2), Action.FIND),
    ("only then it is made again", known(created_at=ago(66), create_looks=3), Action.CREATE),
    ("what was refused is not tried again", known(held={Action.CREATE: None}), None),
    ("what is held is tried later", known(held={Action.CREATE: NOW + MINUTE}), NOW + MINUTE),
    ("no broadcast is made for what is to end", known(wanted=S.COMPLETE), None),
    ("the channel's stream is made", ready(bound=False, has_ingest=False), Action.INGEST),
    ("a stream that was asked for is waited for", ready(bound=False, has_ingest=False, ingest_at=ago(1)), ago(1) + 5 * SECOND),
    ("then it is bound", ready(bound=False), Action.BIND),
    ("a broadcast that has begun is not bound any more", ready(bound=False, status=S.TESTING), NOW + 30 * SECOND),
    ("details are brought in step", ready(stale=frozenset({Action.UPDATE, Action.THUMBNAIL})), Action.UPDATE),
    ("then the picture", ready(stale=frozenset({Action.PLAYLISTS, Action.THUMBNAIL})), Action.THUMBNAIL),
    ("a picture that is refused holds nothing up",
     ready(stale=frozenset({Action.PLAYLISTS, Action.THUMBNAIL}), held={Action.THUMBNAIL: None}), Action.PLAYLISTS),
    ("far from the start it is looked at each day", ready(starts_at=NOW + 9 * DAY, ends_at=NOW + 9 * DAY + HOUR), NOW + DAY),
    ("near it, each hour", ready(), NOW + HOUR),
    ("but in time for the last hour", ready(starts_at=NOW + 90 * MINUTE), NOW + 30 * MINUTE),
    ("in the last hour, each minute", ready(starts_at=NOW + 50 * MINUTE), NOW + MINUTE),
    ("in the evening, each minute", ready(starts_at=NOW - 40 * MINUTE, ends_at=NOW + 20 * MINUTE), NOW + MINUTE),
    ("around the start, each 10 s", ready(starts_at=NOW + 10 * MINUTE), NOW + 10 * SECOND),
    ("the rehearsal waits for a picture", ready(wanted=S.TESTING), NOW + 5 * SECOND),
    ("and begins with it", ready(wanted=S.TESTING, picture_since=NOW), Action.REHEARSE),
    ("going live waits for a picture", ready(wanted=S.LIVE), NOW + 5 * SECOND),
    ("and for sound", ready(wanted=S.LIVE, picture_since=ago(60)), NOW + 5 * SECOND),
    ("and for some seconds", ready(wanted=S.LIVE, **WELL | {"healthy_since": ago(4)}), NOW + 5 * SECOND),
    ("then it goes live", ready(wanted=S.LIVE, **WELL), Action.GO_LIVE),
    ("but not by what was seen a while ago",
     ready(wanted=S.LIVE, looked_at=ago(11), **WELL | {"healthy_since": ago(60), "health_at": ago(11)}), Action.LOOK),
    ("with a bad picture it goes live once somebody insists", ready(wanted=S.LIVE, insisted=True, **BADLY), Action.GO_LIVE),
    ("not before", ready(wanted=S.LIVE, **BADLY), NOW + 5 * SECOND),
    ("never without a picture",
     ready(wanted=S.LIVE, insisted=True, **BADLY | {"picture_since": None}), NOW + 5 * SECOND),
    ("also from the rehearsal", ready(wanted=S.LIVE, status=S.TESTING, **WELL), Action.GO_LIVE),
    ("but not from between two states", ready(wanted=S.LIVE, status=S.TEST_STARTING, **WELL), NOW + 2 * SECOND),
    ("going live comes before everything else", ready(wanted=S.LIVE, stale=frozenset(Action), **WELL), Action.GO_LIVE),
    ("between two states nothing is written",
     ready(wanted=S.LIVE, status=S.LIVE_STARTING, stale=frozenset(Action)), NOW + 2 * SECOND),
    ("one that is stuck is looked at less often",
     ready(wanted=S.LIVE, status=S.LIVE_STARTING, status_since=ago(100)), NOW + 30 * SECOND),
    ("live, it is looked at each 30 s", live(), NOW + 30 * SECOND),
    ("live, without a picture, it is not ended", live(dark_since=ago(5000)), NOW + 30 * SECOND),
    ("live long after its end, it is not ended", live(ends_at=ago(7200)), NOW + 30 * SECOND),
    ("the end waits", live(wanted=S.COMPLETE, end_at=NOW + 20 * SECOND), NOW + 20 * SECOND),
    ("then it ends", live(wanted=S.COMPLETE, end_at=NOW), Action.END),
    ("a rehearsal can be ended too", live(status=S.TESTING, wanted=S.COMPLETE, end_at=NOW), Action.END),
    ("what has not begun cannot end, and goes", ready(wanted=S.COMPLETE, end_at=NOW), Action.DELETE),
    ("what is over rests", live(status=S.COMPLETE, wanted=S.COMPLETE), None),
    ("what YouTube took away rests", live(status=S.REVOKED), None),
    ("cancelled before it was made", known(gone=True), None),
    ("cancelled while the answer is lost", known(gone=True, created_at=ago(5)), Action.FIND),
    ("cancelled, and nothing was made", known(gone=True, created_at=ago(70), create_looks=3), Action.FORGET),
    ("cancelled ahead", ready(gone=True), Action.DELETE),
    ("cancelled while live", live(gone=True), Action.END),
    ("cancelled after the end", live(gone=True, status=S.COMPLETE), None),
    ("made anew: the old one goes", ready(leaving=True), Action.DELETE),
    ("made anew: also one that was ended before it began", ready(leaving=True, status=S.COMPLETE), Action.DELETE),
    ("made anew: there is none", known(leaving=True), Action.FORGET),
    ("it is counted again where two may have been made", ready(doubtful=True, created_at=ago(300)), Action.FIND),
]  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_next_thing(given, wanted):
    if isinstance(wanted, Action):
        assert next_action(given, NOW, WAITS) == Next(wanted)
    else:
        assert next_action(given, NOW, WAITS) == (Next(Action.WAIT, wanted) if wanted else Next(Action.REST))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (live(dark_since=ago(60)), set()),
        (live(dark_since=ago(61)), {"dark"}),
        (ready(dark_since=ago(3600)), set()),
        (live(ends_at=NOW - 30 * MINUTE), set()),
        (live(ends_at=NOW - 31 * MINUTE), {"overtime"}),
        (live(ends_at=NOW - 31 * MINUTE, wanted=S.COMPLETE), set()),
        (live(status=S.LIVE_STARTING, status_since=ago(90)), set()),
        (live(status=S.LIVE_STARTING, status_since=ago(91)), {"stuck"}),
        (live(dark_since=ago(61), ends_at=NOW - HOUR), {"dark", "overtime"}),
    ],
)
def test_what_needs_a_person(given, wanted):
    assert alarms(given, NOW, WAITS) == wanted


def test_a_faster_pace_shortens_the_waits_around_a_session_and_leaves_hours_alone():
    fast = Waits.at_pace(10)
    assert (fast.gate, fast.looks[-1], fast.live, fast.near) == (0.5 * SECOND, 6.5 * SECOND, 3 * SECOND, 2 * SECOND)
    assert fast.hour == HOUR

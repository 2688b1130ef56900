from datetime import timedelta

import pytest

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import AuditRow, LiveSessionState, MarkerKind, QuestionState
from helpcenter.services import broadcasts, console
from helpcenter.services.console import Command
from streaming.platform import BroadcastStatus
from tests.factories import NOW, make_channel, make_question, make_session, make_user

_S = LiveSessionState
SECOND = timedelta(seconds=1)
BY = {"actor": None, "now": NOW}


def on_a_channel(db, **values):
    session = make_session(db, channel_id=make_channel(db).id, **values)
    session.state, state = _S.SCHEDULED, session.state
    broadcasts.request_sync(db, session, now=NOW)
    session.state = state
    return session, broadcasts.of_session(db, session)


def mark(db, session, **values):
    usual = {
        "kind": MarkerKind.TOPIC,
        "title": "Tyres",
        "question": None,
        "at": NOW,
        "key": None,
        "actor": None,
        "now": NOW,
    }
    return console.mark(db, session, **usual | values)


def test_a_session_without_a_channel_is_run_by_the_host_alone(db, settings):
    session = make_session(db)
    console.rehearse(db, session, **BY)
    assert session.state is _S.REHEARSING
    console.abort(db, session, **BY)
    console.go_live(db, session, **BY)
    assert (session.state, session.live_at) == (_S.LIVE, NOW)
    console.end(db, session, settings=settings, actor=None, now=NOW + SECOND)
    assert (session.state, session.ended_at) == (_S.ENDED, NOW + SECOND)


def test_with_a_channel_a_command_is_a_wish_until_the_platform_has_followed(each_database, db):
    session, row = on_a_channel(db)
    console.go_live(db, session, actor=make_user(db), now=NOW)
    db.refresh(row)
    assert (session.state, row.wanted, row.due_at) == (_S.SCHEDULED, BroadcastStatus.LIVE, NOW)
    console.abort(db, session, **BY)
    db.refresh(row)
    assert row.wanted is BroadcastStatus.READY
    assert [one.action for one in db.query(AuditRow)] == ["wants live", "wants ready"]


def test_the_end_waits_for_half_a_minute_unless_it_is_pressed_again(each_database, db, settings):
    session, row = on_a_channel(db, state=_S.LIVE)
    row.status = row.wanted = BroadcastStatus.LIVE
    console.end(db, session, settings=settings, **BY)
    db.refresh(row)
    assert (row.wanted, row.end_at) == (BroadcastStatus.COMPLETE, NOW + 30 * SECOND)
    later = NOW + 10 * SECOND
    console.end(db, session, settings=settings, actor=None, now=later)
    db.refresh(row)
    assert row.end_at == later
    with pytest.raises(Conflict):
        console.abort(db, session, actor=None, now=later)


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (_S.DRAFT, console.go_live),
        (_S.LIVE, console.go_live),
        (_S.CANCELLED, console.rehearse),
        (_S.ENDED, console.abort),
        (_S.SCHEDULED, console.abort),
        (_S.SCHEDULED, console.start_over),
    ],
)
def test_what_does_not_fit_is_refused(db, state, command):
    session, row = on_a_channel(db, state=state)
    row.status = BroadcastStatus.LIVE
    with pytest.raises(Conflict):
        command(db, session, **BY)


@pytest.mark.parametrize(
    ("state", "values", "wanted"),
    [
        (_S.DRAFT, {}, set()),
        (_S.SCHEDULED, {}, {Command.REHEARSE, Command.GO_LIVE}),
        (_S.SCHEDULED, {"wanted": "live"}, {Command.ABORT}),
        (_S.SCHEDULED, {"wanted": "live", "status": "liveStarting"}, set()),
        (_S.SCHEDULED, {"wanted": "testing"}, {Command.ABORT, Command.GO_LIVE}),
        (_S.REHEARSING, {"wanted": "testing", "status": "testing"}, {Command.ABORT, Command.GO_LIVE}),
        (_S.LIVE, {"wanted": "live", "status": "live"}, {Command.END, Command.MARK}),
        (_S.LIVE, {"wanted": "complete", "status": "live", "end_at": NOW + SECOND}, {Command.END, Command.ABORT, Command.MARK}),
        (_S.LIVE, {"wanted": "complete", "status": "live", "end_at": NOW}, {Command.MARK}),
        (_S.SCHEDULED, {"wanted": "live", "status": "liveStarting", "alerts": {"stuck": ""}}, {Command.START_OVER}),
        (_S.PROCESSING, {"wanted": "complete", "status": "complete"}, set()),
        (_S.CANCELLED, {"deleted": True}, set()),
    ],
)  # fmt: skip
def test_only_what_can_be_done_is_offered(db, settings, state, values, wanted):
    session, row = on_a_channel(db, state=state)
    for name, value in values.items():
        setattr(row, name, BroadcastStatus(value) if isinstance(value, str) else value)
    db.flush()
    assert console.view(db, session, settings=settings, now=NOW).commands == wanted


def test_markers_are_kept_once_by_their_key(each_database, db):
    session = make_session(db, state=_S.LIVE, live_at=NOW)
    first = mark(db, session, key="a")
    assert mark(db, session, key="a", title="Something else").id == first.id
    assert mark(db, session, key="b", at=NOW - SECOND, now=NOW).id != first.id
    assert [one.key for one in console.markers_of(db, session)] == ["b", "a"]


def test_a_mark_of_an_answer_takes_its_question_up_and_knows_who_set_it(db):
    session = make_session(db, state=_S.LIVE, live_at=NOW)
    question, host = make_question(db, title="How far?"), make_user(db)
    marker = mark(db, session, kind=MarkerKind.ANSWERING, title="", question=question, key="a", actor=host)
    assert (marker.title, marker.at, marker.made_by_id) == ("How far?", NOW, host.id)
    assert question.state is QuestionState.BEING_ANSWERED


def test_answering_one_that_has_an_answer_leaves_its_state(db):
    session = make_session(db, state=_S.LIVE, live_at=NOW)
    question = make_question(db, state=QuestionState.ANSWERED)
    mark(db, session, kind=MarkerKind.ANSWERING, question=question)
    assert question.state is QuestionState.ANSWERED


@pytest.mark.parametrize(
    "values", [{"at": NOW + 11 * SECOND}, {"at": NOW - 301 * SECOND}, {"title": "x" * 301}, {"key": "x" * 65}]
)
def test_a_marker_that_cannot_be_is_refused(db, values):
    with pytest.raises(InvalidInput):
        mark(db, make_session(db, state=_S.LIVE, live_at=NOW), **values)


@pytest.mark.parametrize("state", [_S.SCHEDULED, _S.PROCESSING, _S.CANCELLED])
def test_markers_are_set_while_it_is_live(db, state):
    with pytest.raises(Conflict):
        mark(db, make_session(db, state=state))


def test_pressing_once_more_says_what_has_become_of_the_session(db, settings):
    told = {}
    for state, ended_at in ((_S.SCHEDULED, None), (_S.ENDED, NOW), (_S.PROCESSING, NOW), (_S.CANCELLED, NOW)):
        with pytest.raises(Conflict) as refused:
            console.end(db, make_session(db, state=state, ended_at=ended_at), settings=settings, **BY)
        told[state] = str(refused.value)
    assert told == {
        _S.SCHEDULED: "This session is not live.",
        _S.ENDED: "This session has ended already.",
        _S.PROCESSING: "This session has ended already.",
        _S.CANCELLED: "This session has been cancelled in the meantime.",
    }


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (_S.LIVE, "This session is live already: somebody else has begun it."),
        (_S.CANCELLED, "This session has been cancelled in the meantime."),
        (_S.ENDED, "This session has ended already."),
    ],
)
def test_going_live_too_late_says_why(db, state, said):
    session = make_session(db, state=state, ended_at=NOW if state is _S.ENDED else None)
    with pytest.raises(Conflict) as refused:
        console.go_live(db, session, **BY)
    assert str(refused.value) == said


def test_what_the_host_reads_while_he_waits(db, settings):
    session, row = on_a_channel(db)
    row.wanted, row.remote_id = BroadcastStatus.LIVE, "abc"
    db.flush()
    shown = console.view(db, session, settings=settings, now=NOW)
    assert str(shown.doing) == "It goes live as soon as picture and sound have arrived well for some seconds."
    assert [light.lit for light in shown.gate] == [None, None, None]
    assert (shown.watch_url, shown.stream) == ("https://www.youtube.com/watch?v=abc", None)


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ({}, True),
        ({"status": BroadcastStatus.TESTING}, True),
        ({"insisted": True}, False),
        ({"wanted": BroadcastStatus.READY}, False),
        ({"status": BroadcastStatus.LIVE_STARTING}, False),
        ({"health": None}, False),
        ({"health": {"status": "inactive", "health": "noData", "since": NOW.isoformat(), "issues": []}}, False),
        ({"health": {"status": "active", "health": "good", "since": NOW.isoformat(), "issues": []}}, False),
    ],
)
def test_going_live_all_the_same_is_offered_where_a_bad_picture_holds_it_up(db, settings, values, offered):
    session, row = on_a_channel(db)
    row.wanted, row.status = BroadcastStatus.LIVE, BroadcastStatus.READY
    row.health = {"status": "active", "health": "bad", "since": NOW.isoformat(), "issues": []}
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    shown = console.view(db, session, settings=settings, now=NOW)
    assert (Command.INSIST in shown.commands) is offered


def test_insisting_is_for_those_who_wait_to_go_live(each_database, db):
    session, row = on_a_channel(db)
    with pytest.raises(Conflict):
        console.insist(db, session, **BY)
    console.go_live(db, session, **BY)
    console.insist(db, session, **BY)
    db.refresh(row)
    assert (row.wanted, row.insisted) == (BroadcastStatus.LIVE, True)
    console.abort(db, session, **BY)
    db.refresh(row)
    assert (row.wanted, row.insisted) == (BroadcastStatus.READY, False)
    session.state = _S.LIVE
    with pytest.raises(Conflict):
        console.insist(db, session, **BY)

"""The host's page: how the session stands, the buttons, the stream key, the marks."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Broadcast, Channel, LiveSession, LiveSessionState, Marker, MarkerKind, Question
from helpcenter.permissions import Role
from helpcenter.services import broadcasts, channels
from streaming.platform import BroadcastStatus, Ingest
from tests.factories import NOW, make_channel, make_question, make_session, make_topic, make_user

KEY = "abcd-efgh-ijkl-mnop"


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Eberhard")


@pytest.fixture
def browser(host, sign_in):
    return sign_in(host)


@pytest.fixture
def session(ports, host):
    """A session of the host with a broadcast that is ready, in twelve minutes."""
    with ports.database.transaction() as db:
        channel = make_channel(db)
        channels.keep_stream(db, ports.settings, channel, Ingest("s1", "room", "rtmps://a.example/live2", "", KEY))
        start = NOW + timedelta(minutes=12)
        made = make_session(db, starts_at=start, hosts=[db.merge(host)], channel_id=channel.id, topics=[make_topic(db)])
        broadcasts.request_sync(db, made, now=NOW)
        row = broadcasts.of_session(db, made)
        row.remote_id, row.status = "vid00000001", BroadcastStatus.READY
    return made


def change(ports, session, *, state=None, **values):
    """Set how the session and its broadcast stand."""
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        found.state = LiveSessionState(state) if state else found.state
        if state == "live":
            found.live_at = NOW - timedelta(minutes=5)
        row = broadcasts.of_session(db, found)
        for name, value in values.items():
            setattr(row, name, value)


def wanted(ports):
    with ports.database.reading() as db:
        return db.scalars(select(Broadcast.wanted)).one()


def marks(ports):
    with ports.database.reading() as db:
        rows = db.execute(select(Marker.kind, Marker.title, Marker.at).order_by(Marker.at, Marker.id))
        return [tuple(row) for row in rows]


def test_hosts_see_what_they_are_going_to_host(browser, session, ports):
    with ports.database.transaction() as db:
        make_session(db, title="Somebody else's")
    page = browser.get("/console").text
    assert (session.title in page, "Somebody else" in page) == (True, False)
    assert f"/console/{session.public_id}" in page


def test_without_sessions_the_list_says_what_to_do(browser):
    assert "You host no session soon" in browser.get("/console").text


def test_only_hosts_and_editors_come_in(session, sign_in, client, ports):
    with ports.database.transaction() as db:
        people = {role: make_user(db, role) for role in (Role.CUSTOMER, Role.EXPERT, Role.EDITOR)}
    for role, status in ((Role.CUSTOMER, 403), (Role.EXPERT, 403), (Role.EDITOR, 200)):
        browser = sign_in(people[role])
        for what in ("", "/now", "/marks", "/encoder"):
            assert browser.get(f"/console/{session.public_id}{what}").status_code == status
        assert browser.post(f"/console/{session.public_id}/key").status_code == status
    assert client.get(f"/console/{session.public_id}").status_code == 302


def test_strangers_can_neither_act_nor_mark(session, sign_in, ports):
    with ports.database.transaction() as db:
        other = make_user(db, Role.EXPERT)
    stranger = sign_in(other)
    for what in ("do/go_live", "do/end", "marks", "marks/1/undo"):
        assert stranger.post(f"/console/{session.public_id}/{what}", data={"kind": "topic"}).status_code == 403
    assert (wanted(ports), marks(ports)) == (BroadcastStatus.READY, [])


def test_before_it_begins_the_page_counts_down_and_offers_to_rehearse(browser, session):
    page = browser.get(f"/console/{session.public_id}").text
    for text in ("in 12 minutes", "/do/rehearse", "/do/go_live", "watch?v=vid00000001"):
        assert text in page
    for text in ("/do/end", "data-since"):
        assert text not in page


def test_a_session_that_should_have_begun_says_so(browser, session, clock):
    clock.advance(minutes=20)
    assert "It should have begun 8 minutes ago" in browser.get(f"/console/{session.public_id}").text


def test_going_live_and_thinking_better_of_it(browser, session, ports):
    answer = browser.post(f"/console/{session.public_id}/do/go_live")
    assert (answer.status_code, answer.location) == (303, f"/console/{session.public_id}")
    assert wanted(ports) is BroadcastStatus.LIVE
    assert "Going live" in browser.get(f"/console/{session.public_id}").text
    browser.post(f"/console/{session.public_id}/do/abort")
    assert wanted(ports) is BroadcastStatus.READY


def test_what_cannot_be_done_now_is_said(browser, session):
    answer = browser.post(f"/console/{session.public_id}/do/end")
    assert answer.status_code == 409
    assert "This session is not live." in answer.text
    for action in ("mark", "delete", "view"):
        assert browser.post(f"/console/{session.public_id}/do/{action}").status_code == 404


def test_ending_asks_once_more_and_can_be_taken_back(browser, session, ports):
    change(ports, session, state="live", status=BroadcastStatus.LIVE, wanted=BroadcastStatus.LIVE)
    page = browser.get(f"/console/{session.public_id}").text
    assert ("/do/end" in page, "?ask=end" in page) == (False, True)
    assert f'data-since="{(NOW - timedelta(minutes=5)).timestamp()}"' in page
    asked = browser.get(f"/console/{session.public_id}?ask=end").text
    assert "Do you want to end the session?" in asked
    assert "30 more seconds" in asked
    browser.post(f"/console/{session.public_id}/do/end")
    counting = browser.get(f"/console/{session.public_id}?ask=end").text
    assert f'data-until="{(NOW + timedelta(seconds=30)).timestamp()}"' in counting
    assert "Go on after all" in counting
    browser.post(f"/console/{session.public_id}/do/abort")
    assert wanted(ports) is BroadcastStatus.LIVE


def test_health_is_said_in_plain_words(browser, session, ports):
    issue = {"kind": "noAudioStream", "severity": "error", "description": ""}
    health = {"status": "active", "health": "bad", "since": NOW.isoformat(), "issues": [issue]}
    change(ports, session, health=health, health_at=NOW)
    assert "No sound arrives" in browser.get(f"/console/{session.public_id}/now").text


def test_what_the_page_shows_already_is_not_sent_again(browser, session, ports):
    for what in ("now", "marks"):
        address = f"/console/{session.public_id}/{what}"
        seen = browser.get(address).text.partition("seen=")[2].partition('"')[0]
        assert browser.get(f"{address}?seen={seen}").status_code == 204
        assert browser.get(f"{address}?seen=older").status_code == 200
    browser.post(f"/console/{session.public_id}/do/rehearse")
    assert browser.get(f"/console/{session.public_id}/now?seen={seen}").status_code == 200


def test_the_stream_key_is_in_no_page_before_it_is_asked_for(browser, session):
    address = f"/console/{session.public_id}"
    for page in (address, f"{address}/encoder", f"{address}/now", f"{address}/marks", "/console"):
        assert KEY not in browser.get(page).text
    assert "rtmps://a.example/live2" in browser.get(address).text
    assert browser.get(f"{address}/key").status_code == 405
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.post(f"{address}/key", headers=headers)
        assert KEY in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_channel_or_a_key_the_page_says_so(browser, session, ports):
    with ports.database.transaction() as db:
        db.scalars(select(Channel)).one().stream_key = None
    assert "stream key is being made" in browser.get(f"/console/{session.public_id}").text
    with ports.database.transaction() as db:
        db.get_one(LiveSession, session.id).channel_id = None
    answer = browser.post(f"/console/{session.public_id}/key")
    assert "No channel broadcasts this session." in answer.text


@pytest.fixture
def live(session, ports):
    change(ports, session, state="live", status=BroadcastStatus.LIVE, wanted=BroadcastStatus.LIVE)
    return f"/console/{session.public_id}"


def test_marks_are_set_by_the_servers_clock_and_once_per_key(browser, live, ports, clock):
    for _ in range(2):
        browser.post(f"{live}/marks", data={"kind": "topic", "title": "Welcome", "key": "a"})
        clock.advance(seconds=7)
    browser.post(f"{live}/marks", data={"kind": "answering", "title": "From the chat", "key": "b", "late": "4.5"})
    at = NOW + timedelta(seconds=14 - 4.5)
    assert marks(ports) == [(MarkerKind.TOPIC, "Welcome", NOW), (MarkerKind.ANSWERING, "From the chat", at)]


def test_absurd_delays_do_not_count(browser, live, ports):
    for key, late in enumerate(("-60", "1e9", "nan", "soon", "")):
        browser.post(f"{live}/marks", data={"kind": "topic", "title": "A", "key": str(key), "late": late})
    assert [at for _, _, at in marks(ports)] == [NOW] * 5


def test_a_question_is_answered_and_marked_so(browser, live, session, ports):
    with ports.database.transaction() as db:
        topic_id = db.get_one(LiveSession, session.id).topics[0].id
        question = make_question(db, title="Can I wash it?", topic_id=topic_id)
    assert "Can I wash it?" in browser.get(live).text
    answer = browser.post(f"{live}/marks", data={"kind": "answering", "question": question.public_id, "key": "q"})
    assert answer.location == f"{live}#marks"
    assert "You are answering" in browser.get(live).text
    with ports.database.reading() as db:
        assert db.get_one(Question, question.id).state.value == "being answered"
    browser.post(f"{live}/marks", data={"kind": "answered", "title": "Can I wash it?", "key": "r"})
    assert "You are answering" not in browser.get(live).text
    assert [kind.value for kind, _, _ in marks(ports)] == ["answering", "answered"]


def test_off_the_record_is_said_until_it_is_over(browser, live):
    browser.post(f"{live}/marks", data={"kind": "off_record", "key": "a"})
    page = browser.get(f"{live}/marks").text
    assert ("Off the record: this part is cut" in page, 'value="on_record"' in page) == (True, True)
    browser.post(f"{live}/marks", data={"kind": "on_record", "key": "b"})
    assert "this part is cut" not in browser.get(f"{live}/marks").text


def test_the_last_mark_is_taken_back(browser, live, ports):
    answer = browser.post(
        f"{live}/marks", data={"kind": "topic", "title": "Oops", "key": "a"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, "Oops" in answer.text) == (200, True)
    with ports.database.reading() as db:
        number = db.scalars(select(Marker.id)).one()
    for _ in range(2):
        assert browser.post(f"{live}/marks/{number}/undo").status_code == 303
    assert marks(ports) == []


def test_marks_outside_of_a_session_are_refused(browser, session, ports):
    address = f"/console/{session.public_id}/marks"
    for headers, place in (({}, 'class="notice notice--bad"'), ({"HX-Request": "true"}, 'id="marks"')):
        answer = browser.post(address, data={"kind": "topic", "title": "Early", "key": "a"}, headers=headers)
        assert answer.status_code == 409
        assert "Markers can be set while the session is live." in answer.text
        assert place in answer.text
    assert browser.post(address, data={"kind": "dance"}).status_code == 404
    assert browser.post(address, data={"kind": "answering", "question": "nothing"}).status_code == 404
    assert marks(ports) == []


def test_the_page_speaks_german(browser, session):
    page = browser.get(f"/console/{session.public_id}?lang=de").text
    assert "in 12 Minuten" in page
    assert "Auf Sendung gehen" in page


def test_a_host_whom_a_bad_picture_keeps_from_beginning_can_begin_all_the_same(browser, session, ports):
    health = {"status": "active", "health": "bad", "since": NOW.isoformat(), "issues": []}
    address = f"/console/{session.public_id}"
    assert "Go live all the same" not in browser.get(address).text
    change(ports, session, wanted=BroadcastStatus.LIVE, health=health, health_at=NOW)
    assert "Go live all the same" in browser.get(address).text
    assert browser.post(f"{address}/do/insist").status_code == 303
    page = browser.get(address).text
    assert ("Go live all the same" in page, "It goes live with whatever arrives" in page) == (False, True)
    assert browser.post(f"{address}/do/abort").status_code == 303
    assert browser.post(f"{address}/do/insist").status_code == 409

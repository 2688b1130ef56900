"""The host's page: how the session stands, the buttons, the stream key."""

from datetime import timedelta

from helpcenter.permissions import Role
from streaming.platform import BroadcastStatus
from tests.factories import NOW, make_session, make_user
from tests.helpcenter.blueprints.console.conftest import change, marks, wanted


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
        for what in ("", "/now", "/desk", "/encoder"):
            assert browser.get(f"/console/{session.public_id}{what}").status_code == status
        assert browser.post(f"/console/{session.public_id}/key").status_code == status
    assert client.get(f"/console/{session.public_id}").status_code == 302


def test_strangers_can_neither_act_nor_mark(session, sign_in, ports):
    with ports.database.transaction() as db:
        other = make_user(db, Role.EXPERT)
    stranger = sign_in(other)
    for what in ("do/go_live", "do/end", "desk/topic", "desk/undo", "questions/any/show", "notes"):
        sent = {"title": "A", "key": "a", "notes": "mine"}
        assert stranger.post(f"/console/{session.public_id}/{what}", data=sent).status_code == 403
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


def test_our_script_gets_the_new_state_alone_so_that_the_page_stays(browser, session, ports):
    script = {"HX-Request": "true"}
    answer = browser.post(f"/console/{session.public_id}/do/go_live", headers=script)
    assert (answer.status_code, answer.text.lstrip().startswith('<div id="now"'), "Going live" in answer.text) == (
        200,
        True,
        True,
    )
    assert wanted(ports) is BroadcastStatus.LIVE
    refused = browser.post(f"/console/{session.public_id}/do/end", headers=script)
    assert (refused.status_code, refused.text.lstrip().startswith('<div id="now"')) == (200, True)
    assert 'role="alert">This session is not live.' in refused.text


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


def test_two_hosts_who_both_end_it_end_it_once(browser, session, ports, clock):
    change(ports, session, state="live", status=BroadcastStatus.LIVE, wanted=BroadcastStatus.LIVE)
    address = f"/console/{session.public_id}"
    ends_at = f'data-until="{(NOW + timedelta(seconds=30)).timestamp()}"'
    for _ in range(2):
        assert browser.post(f"{address}/do/end").status_code == 303
        clock.advance(seconds=2)
    page = browser.get(address).text
    assert (ends_at in page, 'name="at_once"' in page) == (True, True)
    browser.post(f"{address}/do/end", data={"at_once": "1"})
    assert ends_at not in browser.get(address).text


def test_health_is_said_in_plain_words(browser, session, ports):
    issue = {"kind": "noAudioStream", "severity": "error", "description": ""}
    health = {"status": "active", "health": "bad", "since": NOW.isoformat(), "issues": [issue]}
    change(ports, session, health=health, health_at=NOW)
    assert "No sound arrives" in browser.get(f"/console/{session.public_id}/now").text


def test_what_the_page_shows_already_is_not_sent_again(browser, session, ports):
    for what in ("now", "desk"):
        address = f"/console/{session.public_id}/{what}"
        seen = browser.get(address).text.partition("seen=")[2].partition('"')[0]
        assert browser.get(f"{address}?seen={seen}").status_code == 204
        assert browser.get(f"{address}?seen=older").status_code == 200
    browser.post(f"/console/{session.public_id}/do/rehearse")
    assert browser.get(f"/console/{session.public_id}/now?seen={seen}").status_code == 200


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

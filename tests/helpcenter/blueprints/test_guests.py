"""A guest's page and what it asks for; and the host's side of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Guest, LiveSession, LiveSessionState, Marker, MarkerKind
from helpcenter.permissions import Role
from tests.factories import NOW, make_session, make_user

SCRIPT = {"Accept": "application/json"}
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Maria Weber")


@pytest.fixture
def session(ports, host):
    with ports.database.transaction() as db:
        return make_session(db, hosts=[db.merge(host)], state=LiveSessionState.REHEARSING)


@pytest.fixture
def desk(session):
    return f"/console/{session.public_id}/studio/guests"


@pytest.fixture
def browser(host, sign_in):
    return sign_in(host)


@pytest.fixture
def link(browser, desk, ports):
    """The path of a new link."""
    address = browser.post(desk, json={}).json["address"]
    assert address.startswith(ports.settings.site_url + "/join/")
    return address.removeprefix(ports.settings.site_url)


def knock(client, link, **values):
    return client.post(f"{link}/knock", json={"name": "Ahmed", "agreed": True, **values}, headers=SCRIPT)


def end(ports, session):
    with ports.database.transaction() as db:
        db.get_one(LiveSession, session.id).state = LiveSessionState.ENDED


def test_a_guest_comes_in_step_by_step(client, browser, desk, link):
    assert knock(client, link).json["state"] == "knocking"
    (shown,) = browser.get(desk).json["guests"]
    assert (shown["name"], shown["state"], shown["here"]) == ("Ahmed", "knocking", True)
    assert browser.post(f"{desk}/{shown['id']}/admit").json["state"] == "admitted"
    assert client.post(f"{link}/here").json["wanted"] is True
    assert client.post(f"{link}/offer", json={"sdp": SDP, "after": 1}).json == {"round": 2}
    (shown,) = browser.get(desk).json["guests"]
    assert (shown["offer"], shown["round"]) == (SDP, 2)
    browser.post(f"{desk}/{shown['id']}/answer", json={"round": 2, "sdp": SDP + "a"})
    said = client.post(f"{link}/here").json
    assert (said["answer"], said["round"], said["wanted"], said["closed"]) == (SDP + "a", 2, False, "")
    browser.post(f"{desk}/{shown['id']}/again")
    assert client.post(f"{link}/here").json["wanted"] is True
    assert client.post(f"{link}/leave").json["state"] == "left"


def test_the_page_says_what_is_recorded_and_keeps_its_address_to_itself(client, link):
    page = client.get(link)
    for words in ("The session is recorded.", "I agree that my picture, voice and name", "off the record"):
        assert words in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_camera_and_microphone_are_for_the_hosts_and_the_guests_page_alone(client, browser, session, link):
    wanted = "camera=(self), microphone=(self), display-capture=(self)"
    for page in (client.get(link), browser.get(f"/console/{session.public_id}")):
        assert wanted in page.headers["Permissions-Policy"]
    for path in ("/", "/sessions", "/ask"):
        assert "camera=(), microphone=(), display-capture=()" in client.get(path).headers["Permissions-Policy"]


def test_without_consent_or_a_name_nobody_is_at_the_door(client, link, ports):
    for body, words in (
        ({"agreed": False}, "consent"),
        ({"agreed": "yes"}, "consent"),
        ({"name": " "}, "say your name"),
    ):
        answer = knock(client, link, **body)
        assert (answer.status_code, words in answer.json["detail"]) == (400, True)
    assert client.post(f"{link}/knock", json={"agreed": True}).status_code == 400
    assert client.post(f"{link}/knock", data="agreed").status_code == 400
    with ports.database.reading() as db:
        assert db.scalars(select(Guest.agreed_at)).one() is None


def test_a_wrong_secret_leads_nowhere(client, session, link):
    other = link[:-4] + "AAAA"
    page = client.get(other)
    assert (page.status_code, "This link leads nowhere" in page.text) == (404, True)
    for what in ("knock", "here", "offer", "leave"):
        assert (
            client.post(f"{other}/{what}", json={"name": "A", "agreed": True, "sdp": SDP, "after": 1}).status_code
            == 404
        )


def test_links_die_with_the_session(client, browser, desk, link, session, ports):
    knock(client, link)
    end(ports, session)
    page = client.get(link)
    assert (page.status_code, "This session is over. Thank you for coming." in page.text) == (409, True)
    assert "over" in client.post(f"{link}/here").json["closed"]
    assert knock(client, link).status_code == 409
    assert browser.post(desk, json={}).status_code == 409
    assert browser.get(desk).json["open"] is False


def test_who_is_sent_out_is_told_so(client, browser, desk, link):
    knock(client, link)
    (shown,) = browser.get(desk).json["guests"]
    browser.post(f"{desk}/{shown['id']}/remove")
    assert client.post(f"{link}/here").json["closed"] == "The host has ended your part in this session."
    assert browser.get(desk).json["guests"] == []


def test_a_strangers_session_and_a_strangers_guest_are_not_touched(client, browser, desk, link, sign_in, ports, host):
    knock(client, link)
    (shown,) = browser.get(desk).json["guests"]
    with ports.database.transaction() as db:
        stranger = make_user(db, Role.EXPERT)
        own = make_session(db, hosts=[db.merge(stranger)], state=LiveSessionState.REHEARSING)
    other = sign_in(stranger)
    assert other.get(desk).status_code == 403
    for what in ("admit", "remove", "answer", "again"):
        assert other.post(f"{desk}/{shown['id']}/{what}", json={"round": 1, "sdp": SDP}).status_code == 403
        address = f"/console/{own.public_id}/studio/guests/{shown['id']}/{what}"
        assert other.post(address, json={"round": 1, "sdp": SDP}).status_code == 404
    assert other.post(desk, json={}).status_code == 403
    assert client.get(desk).status_code == 302


def test_off_the_record_is_said_to_both(client, browser, desk, link, session, ports):
    assert (browser.get(desk).json["off_record"], client.post(f"{link}/here").json["off_record"]) == (False, False)
    with ports.database.transaction() as db:
        db.add(Marker(session_id=session.id, kind=MarkerKind.OFF_RECORD, title="", at=NOW))
    assert (browser.get(desk).json["off_record"], client.post(f"{link}/here").json["off_record"]) == (True, True)
    with ports.database.transaction() as db:
        db.add(Marker(session_id=session.id, kind=MarkerKind.ON_RECORD, title="", at=NOW + timedelta(seconds=1)))
    assert browser.get(desk).json["off_record"] is False


def test_rubbish_is_refused(client, browser, desk, link):
    knock(client, link)
    (shown,) = browser.get(desk).json["guests"]
    browser.post(f"{desk}/{shown['id']}/admit")
    for body in (
        {},
        {"sdp": 5, "after": 1},
        {"sdp": "hello", "after": 1},
        {"sdp": SDP},
        {"sdp": SDP, "after": "1"},
        {"sdp": SDP, "after": 10**30},
        {"sdp": SDP, "after": True},
        {"sdp": SDP + "\ud800", "after": 1},
        [],
    ):
        assert client.post(f"{link}/offer", json=body).status_code == 400
    for body in ({}, {"round": "1", "sdp": SDP}, {"round": 1}, {"round": 10**30, "sdp": SDP}):
        assert browser.post(f"{desk}/{shown['id']}/answer", json=body).status_code == 400
    assert browser.post(f"{desk}/nobody/admit").status_code == 404


def test_a_name_of_half_a_sign_and_a_body_without_end_are_refused(client, link):
    assert knock(client, link, name="Ahmed \ud800").status_code == 400
    deep = client.post(f"{link}/knock", data="[" * 100_000, content_type="application/json")
    assert deep.status_code == 400

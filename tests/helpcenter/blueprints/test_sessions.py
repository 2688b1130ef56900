import json
import re
from datetime import timedelta

import pytest
import vobject
from defusedxml import ElementTree
from sqlalchemy import select

from helpcenter.models import Broadcast, DateOption, DateVote, LiveSession, LiveSessionState, Visibility
from helpcenter.permissions import Role
from tests.conftest import NOW
from tests.factories import (
    make_answer,
    make_channel,
    make_recording,
    make_session,
    make_topic,
    make_user,
    make_watchable,
)

EN = {"Accept-Language": "en"}
DAY = timedelta(days=1)
VIDEO = "dQw4w9WgXcQ"


def _make(ports, **values):
    with ports.database.transaction() as db:
        return make_session(db, **values)


def _page(browser, session, query=""):
    return browser.get(f"/sessions/{session.public_id}{query}", headers=EN)


@pytest.fixture
def poll(ports):
    with ports.database.transaction() as db:
        session = make_session(db, title="StreamCamp: when?", state=LiveSessionState.DRAFT)
        for days in (20, 21, -1):
            start = NOW + days * DAY
            session.date_options.append(DateOption(starts_at=start, ends_at=start + timedelta(hours=1)))
    return session


def _votes(ports):
    with ports.database.reading() as db:
        return db.scalars(select(DateVote)).all()


# --- The programme ----------------------------------------------------------------------------------------------------


def _parts(page):
    """The titles in each section of the programme, by the section's id."""
    parts = re.split(r'<h2 id="(\w+)"', page)
    return {
        name: re.findall(r'class="card__link"[^>]*>([^<]+)', part)
        for name, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_an_empty_programme_says_so_and_offers_mail(client):
    page = client.get("/sessions", headers=EN).text
    assert "No session is planned at the moment" in page
    assert "There are no past sessions yet" in page
    assert 'href="/subscriptions?target=all"' in page


def test_the_programme_shows_what_is_on_to_come_open_and_past(client, ports, poll):
    for state in LiveSessionState:
        if state is not LiveSessionState.DRAFT:
            _make(ports, title=state.value, state=state)
    _make(ports, title="later", starts_at=NOW + 9 * DAY)
    _make(ports, title="never begun", starts_at=NOW - DAY)
    _make(ports, title="not begun in time", starts_at=NOW - timedelta(minutes=61))
    _make(ports, title="called off and past", starts_at=NOW - DAY, state=LiveSessionState.CANCELLED)
    _make(ports, title="a draft", state=LiveSessionState.DRAFT, announced_at=None)
    _make(ports, title="a draft called off", state=LiveSessionState.CANCELLED, announced_at=None)
    assert _parts(client.get("/sessions", headers=EN).text) == {
        "live": ["live"],
        "ahead": ["scheduled", "rehearsing", "cancelled", "later"],
        "polls": ["StreamCamp: when?"],
        "follow": [],
        "past": ["published", "processing", "ended"],
    }


def test_the_programme_of_a_topic_holds_what_is_below_it(client, ports):
    with ports.database.transaction() as db:
        bikes = make_topic(db, slug="bikes", titles={"en": "Bikes"})
        battery = make_topic(db, slug="battery", parent_id=bikes.id, titles={"en": "Battery"})
        make_session(db, title="about bikes", topics=[bikes])
        make_session(db, title="about batteries", topics=[battery])
        make_session(db, title="about nothing")
    listed = {
        slug: _parts(client.get(f"/sessions?topic={slug}", headers=EN).text)["ahead"]
        for slug in ("bikes", "battery", "none")
    }
    assert listed == {
        "bikes": ["about bikes", "about batteries"],
        "battery": ["about batteries"],
        "none": ["about bikes", "about batteries", "about nothing"],
    }
    page = client.get("/sessions?topic=battery", headers=EN).text
    assert ['href="/subscriptions?target=topic:battery"' in page, "webcal://127.0.0.1:8000/topics/battery/sessions.ics" in page] == [
        True, True,
    ]  # fmt: skip


def test_the_next_session_stands_on_the_start_page_and_at_its_topics(client, ports):
    with ports.database.transaction() as db:
        bikes = make_topic(db, slug="bikes")
        battery = make_topic(db, slug="battery", parent_id=bikes.id)
        session = make_session(db, title="Next one", topics=[battery])
        other = make_topic(db, slug="other")
    link = f'href="/sessions/{session.public_id}"'
    assert [link in client.get(path).text for path in ("/", "/topics/bikes", "/topics/battery", f"/topics/{other.slug}")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_a_change_shows_at_once_on_pages_that_are_kept(client, ports):
    session = _make(ports, title="Before")
    paths = ("/", "/sessions", f"/sessions/{session.public_id}", "/sessions.ics", "/sessions.atom")
    assert ["Before" in client.get(path).text for path in paths] == [True] * 5
    with ports.database.transaction() as db:
        db.get_one(LiveSession, session.id).title = "After"
    assert ["After" in client.get(path).text for path in paths] == [True] * 5


def test_time_alone_makes_kept_pages_old(client, ports, clock):
    _make(ports, title="Never begun")
    paths = ("/", "/sessions")
    assert ["Never begun" in client.get(path, headers=EN).text for path in paths] == [True] * 2
    clock.advance(days=5)
    assert ["Never begun" in client.get(path, headers=EN).text for path in paths] == [False] * 2


# --- Who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visibility", "at_its_address", "in_lists"),
    [
        (Visibility.PUBLIC, [200, 200, 200], [True, True, True]),
        (Visibility.UNLISTED, [200, 200, 200], [False, False, True]),
        (Visibility.CUSTOMERS, [404, 200, 200], [False, True, True]),
        (Visibility.STAFF, [404, 404, 200], [False, False, True]),
    ],
)
def test_who_sees_a_session(client, ports, sign_in, visibility, at_its_address, in_lists):
    session = _make(ports, title="Secret", visibility=visibility)
    with ports.database.transaction() as db:
        customer, editor = make_user(db), make_user(db, Role.EDITOR)
    browsers = [client, sign_in(customer), sign_in(editor)]
    paths = [f"/sessions/{session.public_id}", f"/sessions/{session.public_id}.ics"]
    assert [[browser.get(path).status_code for browser in browsers] for path in paths] == [at_its_address] * 2
    assert ["Secret" in browser.get("/sessions").text for browser in browsers] == in_lists
    feeds = ["/sessions.ics", "/sessions.atom"]
    public = visibility is Visibility.PUBLIC
    assert [["Secret" in browser.get(feed).text for feed in feeds] for browser in browsers] == [[public] * 2] * 3
    assert ('name="robots" content="noindex"' in browsers[2].get(paths[0]).text) is not public


def test_a_draft_is_its_hosts_and_the_editors(client, ports, sign_in):
    with ports.database.transaction() as db:
        host, other = make_user(db, Role.EXPERT), make_user(db, Role.EXPERT)
        editor = make_user(db, Role.EDITOR)
        session = make_session(db, state=LiveSessionState.DRAFT, announced_at=None, hosts=[host])
    browsers = [client, sign_in(host), sign_in(other), sign_in(editor)]
    assert [_page(browser, session).status_code for browser in browsers] == [404, 200, 404, 200]
    assert (
        client.post(
            "/subscriptions", data={"target": f"session:{session.public_id}", "email": "a@b.example"}
        ).status_code
        == 404
    )
    assert client.post(f"/sessions/{session.public_id}/vote").status_code == 404


def test_rubbish_in_addresses_is_no_fault_of_ours(each_database, client):
    paths = (
        "/sessions/%00", "/sessions/%00.ics", "/topics/%00/sessions.ics", "/hosts/%00/sessions.ics",
        "/subscriptions?target=session:%00", "/sessions?topic=%00", "/sessions/%ff", "/subscriptions/%00?key=%00",
    )  # fmt: skip
    assert [path for path in paths if client.get(path).status_code not in {200, 400, 404}] == []


# --- A session's page -------------------------------------------------------------------------------------------------


def test_before_it_the_page_says_when_with_whom_and_how_to_come(client, ports):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="battery", titles={"en": "Battery"})
        host = make_user(db, Role.EXPERT, name="Anna Krause")
        session = make_session(db, topics=[topic], hosts=[host], description="About **range**.")
    page = _page(client, session).text.replace("\u202f", " ")
    for words in (
        "Monday, November 23, 2026", "6:00 PM – 7:00 PM (Berlin, Central European Standard Time)", "with Anna Krause",
        'href="/topics/battery"', "<strong>range</strong>", f'href="/sessions/{session.public_id}.ics"',
        "https://calendar.google.com/calendar/render?action=TEMPLATE", f'value="session:{session.public_id}"',
        'datetime="2026-11-23T17:00:00+00:00"',
    ):  # fmt: skip
        assert words in page
    assert "youtube" not in page


def test_search_engines_find_data_that_is_no_script(client, ports):
    session = _make(ports, title='</script><script>alert("1")</script>')
    answer = _page(client, session)
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
    assert [part["@type"] for part in json.loads(data[0])["@graph"]] == ["Event", "BroadcastEvent"]
    assert json.loads(data[0])["@graph"][0]["name"] == '</script><script>alert("1")</script>'
    assert "<script>alert" not in answer.text


def test_live_it_is_watched_here_after_a_click(client, ports):
    with ports.database.transaction() as db:
        session = make_session(db, state=LiveSessionState.LIVE)
    assert "The picture appears here in a moment" in _page(client, session).text
    with ports.database.transaction() as db:
        db.add(Broadcast(session_id=session.id, channel_id=make_channel(db).id, marker="qa-1", remote_id=VIDEO))
    page = _page(client, session).text
    assert [f'data-youtube="{VIDEO}"' in page, "live now" in page, "<iframe" in page] == [True, True, False]


def test_once_its_time_has_come_nobody_is_sent_to_his_calendar(client, ports):
    other = _make(ports, title="Another one", starts_at=NOW + 3 * DAY)
    pages = {
        hours: _page(client, _make(ports, starts_at=NOW - timedelta(hours=hours), state=LiveSessionState.SCHEDULED)).text
        for hours in (0.5, 30)
    }  # fmt: skip
    for page in pages.values():
        assert ["Put it in your calendar" in page, "Be reminded" in page] == [False, False]
    assert "It begins any moment" in pages[0.5]
    assert ["did not begin" in pages[30], f'href="/sessions/{other.public_id}"' in pages[30]] == [True, True]


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.PROCESSING])
def test_afterwards_the_recording_is_announced(client, ports, state):
    page = _page(client, _make(ports, state=state)).text
    assert "The recording is on its way" in page


def test_in_the_end_the_same_address_plays_the_recording(client, ports):
    with ports.database.transaction() as db:
        recording = make_watchable(db, title="Recorded")
        make_answer(db, slug="how-far", title="How far?", recording=recording)
        session = make_session(db, state=LiveSessionState.PUBLISHED, recording_id=recording.id)
    page = _page(client, session, "?t=20").text
    assert [f'href="/recordings/{recording.public_id}?t={second}"' in page for second in (0, 20, 40)] == [True] * 3
    assert page.count('class="transcript__line"') == 12
    assert ['data-start="20.0"' in page, 'href="/faq/how-far?clip=' in page, "play-1.mp4" in page] == [True, True, True]


def test_a_recording_for_customers_is_not_played_to_others(client, ports, sign_in):
    with ports.database.transaction() as db:
        recording = make_recording(db, visibility=Visibility.CUSTOMERS)
        session = make_session(db, state=LiveSessionState.PUBLISHED, recording_id=recording.id)
        customer = make_user(db)
    assert "Sign in as a customer" in _page(client, session).text
    assert "Sign in as a customer" not in _page(sign_in(customer), session).text


def test_called_off_it_says_why_and_what_instead(client, ports):
    session = _make(ports, state=LiveSessionState.CANCELLED, reason="The host is ill.")
    page = _page(client, session).text
    assert ["The host is ill." in page, "No other session is planned yet" in page] == [True, True]
    other = _make(ports, title="Another one", starts_at=NOW + 3 * DAY)
    assert f'href="/sessions/{other.public_id}"' in _page(client, session).text


# --- Date polls -------------------------------------------------------------------------------------------------------


def _options(page):
    return re.findall(r'name="option" value="(\w+)"( checked)?', page)


def test_a_visitor_votes_and_changes_his_mind(client, ports, poll):
    answer = _page(client, poll)
    first, second = (public_id for public_id, _ in _options(answer.text))  # the date that is past is not offered
    assert [answer.headers["Cache-Control"], "Set-Cookie" in answer.headers] == ["private, no-store", False]
    voted = client.post(f"/sessions/{poll.public_id}/vote", data={"option": [first, second]})
    assert (voted.status_code, voted.location) == (303, f"/sessions/{poll.public_id}?told=voted")
    assert _options(_page(client, poll).text) == [(first, " checked"), (second, " checked")]
    client.post(f"/sessions/{poll.public_id}/vote", data={"option": [second]})
    assert _options(_page(client, poll).text) == [(first, ""), (second, " checked")]
    assert len(_votes(ports)) == 1


def test_a_poll_whose_dates_have_passed_asks_nobody(client, clock, poll):
    assert "2 dates to choose from" in client.get("/sessions", headers=EN).text
    clock.advance(days=30)
    page = _page(client, poll).text
    assert ["Its proposed dates have passed" in page, "Only you and the editors see it" in page] == [True, False]
    assert poll.title not in client.get("/sessions", headers=EN).text


def test_everybody_has_one_vote_per_date(app, ports, sign_in, poll):
    with ports.database.transaction() as db:
        customer = make_user(db)
    browsers = [sign_in(customer), sign_in(customer), app.test_client(), app.test_client()]
    for browser in browsers:
        browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        first, _ = _options(_page(browser, poll).text)
        for _ in range(2):
            assert browser.post(f"/sessions/{poll.public_id}/vote", data={"option": [first[0]]}).status_code == 303
    assert len(_votes(ports)) == 3


def test_a_voter_cannot_be_made_up(client, ports, poll):
    first, _ = _options(_page(client, poll).text)
    for value in ("", "x", "abc.def", f"abc.{'0' * 32}"):
        client.set_cookie("voter", value, domain="localhost")
        assert _options(_page(client, poll).text)[0] == (first[0], "")
        client.post(f"/sessions/{poll.public_id}/vote", data={"option": [first[0]]})
    assert len({vote.voter for vote in _votes(ports)}) == 4


def test_nobody_votes_once_the_date_is_fixed(client, ports):
    session = _make(ports)
    assert client.post(f"/sessions/{session.public_id}/vote", data={"option": ["x"]}).status_code == 409
    assert _votes(ports) == []


# --- Feeds ------------------------------------------------------------------------------------------------------------


def test_there_is_a_calendar_of_everything_each_topic_each_host_and_each_session(client, ports):
    with ports.database.transaction() as db:
        battery = make_topic(db, slug="battery", parent_id=make_topic(db, slug="bikes").id)
        host = make_user(db, Role.EXPERT, name="Anna")
        one = make_session(db, title="one", topics=[battery], hosts=[host])
        make_session(db, title="two", starts_at=NOW + 2 * DAY)
    titles = {}
    for path in (
        "/sessions.ics", "/topics/bikes/sessions.ics", f"/hosts/{host.public_id}/sessions.ics", f"/sessions/{one.public_id}.ics",
    ):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
        titles[path.split("/")[1]] = [event.summary.value for event in vobject.readOne(answer.text).vevent_list]
        single = path.startswith("/sessions/")
        assert answer.headers.get("Content-Disposition") == (
            f"attachment; filename={one.public_id}.ics" if single else None
        )
    assert titles == {"sessions.ics": ["one", "two"], "topics": ["one"], "hosts": ["one"], "sessions": ["one"]}


def test_there_is_no_calendar_of_what_is_not_there(client, ports, poll):
    with ports.database.transaction() as db:
        nobody = make_user(db)
    paths = [
        "/topics/none/sessions.ics", "/hosts/none/sessions.ics", f"/hosts/{nobody.public_id}/sessions.ics",
        "/sessions/none.ics", "/sessions/none", f"/sessions/{poll.public_id}.ics",
    ]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [404] * 6


def test_feed_readers_find_the_feed(client, ports):
    _make(ports, title="One")
    assert 'type="application/atom+xml"' in client.get("/sessions").text
    answer = client.get("/sessions.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert ElementTree.fromstring(answer.data).findtext(".//{*}entry/{*}title") == "One"

"""What visitors do with live sessions in a real browser: see when on their own clock, be reminded, vote, and watch."""

import json
import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Broadcast, DateOption, DateVote, LiveSessionState, OutgoingMail
from tests.conftest import NOW
from tests.e2e.test_public import WIDER
from tests.factories import make_channel, make_session, make_topic, make_watchable

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
DAY = timedelta(days=1)


@pytest.fixture
def page(open_page):
    page = open_page(timezone_id="America/Chicago")
    page.clock.set_fixed_time(NOW)
    return page


@pytest.fixture
def sessions(ports):
    """One session in each state, and a poll, by their states; all with long German titles."""
    with ports.database.transaction() as db:
        topic = make_topic(
            db, titles={"de": "Akku und Ladegerät im Winter pflegen und richtig einlagern", "en": "Battery"}
        )
        recording = make_watchable(db)
        made = {
            state.value: make_session(
                db, title=f"Geschwindigkeitsbegrenzungen und Akkuwechselstationen {state}", state=state, topics=[topic],
                starts_at=NOW + 5 * DAY, recording_id=recording.id if state is LiveSessionState.PUBLISHED else None,
            )
            for state in LiveSessionState
        }  # fmt: skip
        for days in (20, 21):
            start = NOW + days * DAY
            made["draft"].date_options.append(DateOption(starts_at=start, ends_at=start + timedelta(hours=1)))
        channel = make_channel(db)
        db.add(Broadcast(session_id=made["live"].id, channel_id=channel.id, marker="qa-1", remote_id="dQw4w9WgXcQ"))
    return {state: f"/sessions/{session.public_id}" for state, session in made.items()}


def test_a_visitor_sees_how_long_it_is_and_when_on_his_own_clock(page, sessions):
    page.goto(sessions["scheduled"])
    box = page.locator("[data-moment]")
    expect(box.locator("[data-count]")).to_have_text("in 5 days")
    expect(box.locator("[data-own]")).to_contain_text("On your clock: Friday, November 27, 3:00 – 4:00 AM CST")
    page.goto(sessions["scheduled"] + "?lang=de")
    expect(box.locator("[data-count]")).to_have_text("in 5 Tagen")


def test_days_are_counted_as_in_the_calendar(open_page, sessions):
    page = open_page(timezone_id="Europe/Berlin")
    page.clock.set_fixed_time(NOW.replace(hour=20))
    page.goto(sessions["scheduled"])
    expect(page.locator("[data-count]")).to_have_text("in 5 days")


def test_whoever_lives_there_is_not_told_the_time_twice(open_page, sessions):
    page = open_page(timezone_id="Europe/Paris")
    page.clock.set_fixed_time(NOW)
    page.goto(sessions["scheduled"])
    expect(page.locator("[data-count]")).to_be_visible()
    expect(page.locator("[data-own]")).to_be_hidden()


def test_without_scripts_the_page_says_it_all(open_page, sessions):
    page = open_page(java_script_enabled=False)
    page.goto(sessions["scheduled"])
    expect(page.locator("time")).to_contain_text("Friday, November 27, 2026")
    expect(page.locator("time")).to_contain_text("(Berlin, Central European Standard Time)")
    expect(page.locator("[data-count]")).to_be_hidden()


def test_data_for_search_engines_passes_the_policy(page, sessions):
    page.goto(sessions["scheduled"])
    data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert [part["@type"] for part in data["@graph"]] == ["Event", "BroadcastEvent"]


def test_google_is_asked_for_nothing_before_the_click(page, sessions):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body="the player"))
    page.goto(sessions["live"])
    button = page.get_by_role("button", name="Load video from YouTube")
    expect(button).to_be_visible()
    assert [url for url in asked if "127.0.0.1" not in url] == []
    button.click()
    expect(page.locator("iframe")).to_have_attribute(
        "src", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=0&autoplay=1"
    )


def test_a_visitor_asks_to_be_reminded(page, ports, sessions):
    page.goto(sessions["scheduled"])
    page.get_by_label("Your mail address").fill("kim@example.org")
    page.get_by_role("button", name="Remind me by mail").click()
    expect(page.get_by_role("heading", name="Please look into your mail")).to_be_visible()
    with ports.database.reading() as db:
        assert [mail.recipient for mail in db.scalars(select(OutgoingMail))] == ["kim@example.org"]


def test_a_visitor_votes_on_dates(page, ports, sessions):
    page.goto(sessions["draft"])
    assert page.context.cookies() == []
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Note my dates").click()
    expect(page.get_by_text("Thank you, your dates are noted.")).to_be_visible()
    expect(page.get_by_role("checkbox").nth(1)).to_be_checked()
    expect(page.get_by_text("1 can come")).to_be_visible()
    with ports.database.reading() as db:
        assert len(db.scalars(select(DateVote)).all()) == 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_wider_than_a_phone(open_page, sessions, language):
    page = open_page(locale=language)
    page.route("**/media/**", lambda route: route.fulfill(status=200, body=""))
    for path in ("/sessions", *sessions.values(), "/subscriptions", "/"):
        page.goto(path)
        assert (path, page.evaluate(WIDER)) == (path, [])

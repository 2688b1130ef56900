"""What visitors do in a real browser: watch from a second on, follow the text, search, ask, and not be seen by Google."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helpcenter.models import RecordingState, Source
from helpcenter.services import search
from tests.factories import make_answer, make_question, make_recording, make_topic, make_watchable

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "ebike-qa.mp4"
WIDER = """[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter((one) => document.documentElement.scrollWidth > document.documentElement.clientWidth)
    .map((one) => `${one.tagName}.${one.className}`)"""
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def recording(ports, tmp_path):
    with ports.database.transaction() as db:
        recording = make_watchable(db, cues=100, duration=508.0)
        source = tmp_path / "play.mp4"
        shutil.copy(SAMPLE, source)
        ports.storage.put(recording.version.play_key, source)
        entry = make_answer(db, clips=2, recording=recording, title="How far does it go?")
        search.index_recording(db, recording.id)
        search.index_entry(db, entry.id)
    return recording


def seconds(page: Page) -> float:
    page.wait_for_function("() => document.getElementById('player').readyState >= 2")
    return page.evaluate("document.getElementById('player').currentTime")


@pytest.mark.parametrize(("address", "at"), [("/faq/how-far", 5), ("/faq/how-far?t=4", 9)])
def test_the_answer_is_at_its_second_before_anybody_clicks(page, recording, address, at):
    page.goto(address)
    assert seconds(page) == pytest.approx(at, abs=0.3)


def test_a_clicked_line_is_played_and_marked(page, recording):
    page.goto(f"/recordings/{recording.public_id}")
    line = page.get_by_role("link", name="Sentence 40", exact=False)
    line.click()
    page.wait_for_function("() => !document.getElementById('player').paused")
    expect(line).to_have_attribute("aria-current", "true")
    assert 200 <= seconds(page) < 215
    assert page.url.endswith(f"/recordings/{recording.public_id}")


def test_the_text_follows_the_player_without_moving_the_page(page, recording):
    page.goto(f"/recordings/{recording.public_id}")
    seconds(page)
    before = page.evaluate("scrollY")
    page.evaluate("document.getElementById('player').currentTime = 451")
    line = page.get_by_role("link", name="Sentence 90", exact=False)
    expect(line).to_have_attribute("aria-current", "true")
    page.wait_for_function(
        "() => { const line = document.querySelector('.transcript [aria-current]').getBoundingClientRect();"
        " const box = document.querySelector('.transcript__lines').getBoundingClientRect();"
        " return line.top >= box.top && line.bottom <= box.bottom; }"
    )
    assert page.evaluate("scrollY") == before


def test_a_chapter_moves_the_player(page, recording):
    page.goto(f"/recordings/{recording.public_id}")
    page.get_by_role("link", name="Part 2").click()
    page.wait_for_function("() => document.getElementById('player').currentTime >= 40")


def test_a_clip_of_an_uncut_recording_ends_where_it_ends(page, recording):
    page.goto("/faq/how-far")
    seconds(page)
    page.get_by_role("link", name="Sentence 2", exact=False).click()
    page.wait_for_function("() => !document.getElementById('player').paused")
    page.evaluate("document.getElementById('player').currentTime = 14.2")
    page.wait_for_function("() => document.getElementById('player').paused")
    assert seconds(page) == pytest.approx(15, abs=0.6)


def test_captions_are_there_to_be_switched_on(page, recording):
    page.goto("/faq/how-far")
    seconds(page)
    page.wait_for_function("() => document.getElementById('player').textTracks[0].cues?.length > 0")
    assert page.evaluate("document.getElementById('player').textTracks[0].language") == "en"


def test_google_hears_of_nobody_before_the_click(open_page, site, ports):
    with ports.database.transaction() as db:
        video = make_recording(db, source=Source.YOUTUBE, source_ref="dQw4w9WgXcQ", state=RecordingState.READY)
        make_answer(db, recording=video)
    page, asked = open_page(), []
    page.route(
        lambda url: not url.startswith(site),
        lambda route: (asked.append(route.request), route.fulfill(body="<p>YouTube</p>", content_type="text/html")),
    )
    for address in (f"/recordings/{video.public_id}?t=41", "/faq/how-far", f"/recordings/{video.public_id}?t=41"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert asked == []
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    page.get_by_role("button", name="Load video from YouTube").click()
    expect(page.frame_locator("iframe").get_by_text("YouTube")).to_be_visible()
    address = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=41&autoplay=1"
    assert [request.url for request in asked] == [address]
    assert page.locator("iframe").get_attribute("referrerpolicy") == "strict-origin-when-cross-origin"


def test_suggestions_are_reached_by_keyboard(page, recording):
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("how fa")
    option = page.get_by_role("option", name="How far does it go?").first
    expect(option).to_be_visible()
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    box.press("Enter")
    page.wait_for_url("**/faq/how-far**")


def test_escape_closes_the_suggestions_and_keeps_the_words(page, recording):
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("how fa")
    expect(page.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("how fa")


def test_answers_appear_while_one_types_a_question(page, recording):
    page.goto("/ask")
    page.get_by_label("Your question").press_sequentially("How far does")
    expect(page.get_by_role("link", name="How far does it go?")).to_be_visible()


def test_all_works_without_a_script(open_page, recording):
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("how far")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="How far does it go?").first.click()
    page.get_by_role("link", name="Sentence 2", exact=False).click()
    assert page.url.endswith("&t=5")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(open_page, ports, recording, width):
    with ports.database.transaction() as db:
        long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
        topic = make_topic(db, slug="long", titles={"en": long, "de": long})
        entry = make_answer(
            db,
            slug="long",
            topic_id=topic.id,
            title=long,
            recording=db.merge(recording),
            body=f"| {long} |\n|---|\n| {long} |\n\n`{long}`",
        )
        question = make_question(db, title=long)
        search.index_entry(db, entry.id)
    page = open_page(viewport={"width": width, "height": 800})
    for address in ("/", "/topics/long", "/faq/long", "/faq/how-far", f"/recordings/{recording.public_id}", f"/search?q={long}",
                    f"/ask?q={long}&topic=long", f"/questions/{question.public_id}"):  # fmt: skip
        page.goto(address, wait_until="domcontentloaded")
        assert (address, page.evaluate(WIDER)) == (address, [])

"""What editors do in a real browser: send a recording over a line that breaks, publish a proposal."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpcenter.models import Clip, ClipState, FaqEntry, Recording, StepState
from helpcenter.permissions import Role
from helpcenter.services import accounts, steps
from tests.factories import make_clip, make_entry, make_recording, make_topic, make_user

VENDOR = Path(__file__).resolve().parents[2] / "helpcenter" / "static" / "vendor"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
    pytest.mark.skipif(not (VENDOR / "tus.min.js").exists(), reason="needs the browser libraries: make setup"),
]


@pytest.fixture
def is_complaint():
    """A refusal that the page puts into words is also noted by the browser; everything else is a mistake of ours."""
    return lambda text: "status of 422" not in text


@pytest.fixture
def page(open_page, site, ports):
    """An editor's page."""
    with ports.database.transaction() as db:
        editor = make_user(db, Role.EDITOR)
        token = accounts.start_sign_in(db, editor, browser="test", now=ports.clock())
    page = open_page(viewport={"width": 1280, "height": 720})
    page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
    return page


def throttle(page: Page, bytes_per_second: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
    session.send("Network.emulateNetworkConditions", conditions)


def test_an_upload_is_paused_and_goes_on_after_a_reload(page, ports, tmp_path):
    film = tmp_path / "talk.mp4"
    film.write_bytes(bytes(range(256)) * 8000)
    page.goto("/workbench/upload")
    page.get_by_label("File of the recording").set_input_files(film)
    page.get_by_label("Title").fill("Our Q&A")
    throttle(page, 400_000)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#sending-amount")).to_have_text(re.compile(r"\((?!0 )\d+ %\)"))
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#sending-state")).to_have_text("Paused.")

    throttle(page, -1)
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("Our Q&A")
    page.get_by_label("File of the recording").set_input_files(film)
    expect(page.locator("#known")).to_be_visible()
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/workbench/recordings/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Our Q&A")
    expect(page.locator(".step")).to_have_count(10)
    with ports.database.reading() as db:
        recording = db.scalars(select(Recording)).one()
        assert Path(recording.version.pending_path).read_bytes() == film.read_bytes()


def test_a_mistake_is_said_before_the_file_is_sent(page, tmp_path):
    film, captions = tmp_path / "talk.mp4", tmp_path / "talk.vtt"
    film.write_bytes(b"0" * 1000)
    captions.write_text("no times in here")
    page.goto("/workbench/upload")
    page.get_by_label("File of the recording").set_input_files(film)
    page.get_by_label("Captions").set_input_files(captions)
    with page.expect_response("**/details") as answer:
        page.get_by_role("button", name="Upload").click()
    assert answer.value.status == 422
    expect(page.locator('[data-error="captions"]')).to_contain_text("There are no captions in talk.vtt")


def test_the_page_of_a_recording_follows_along(page, ports):
    with ports.database.transaction() as db:
        recording = make_recording(db)
        steps.add_chain(db, recording.id, now=ports.clock())
    page.goto(f"/workbench/recordings/{recording.public_id}")
    expect(page.locator(".step--done")).to_have_count(0)
    with ports.database.transaction() as db:
        for step in steps.of_recording(db, recording.id):
            step.state = StepState.DONE
    expect(page.locator(".step--done")).to_have_count(10)
    expect(page.locator("#progress")).not_to_have_attribute("hx-get", re.compile("."))


def test_a_proposal_is_found_an_entry_and_published(page, ports):
    with ports.database.transaction() as db:
        make_topic(db, titles={"en": "Battery"}, slug="battery")
        clip = make_clip(db, make_recording(db), title="How far?")
    page.goto("/workbench")
    page.get_by_role("link", name="How far?").click()
    page.get_by_label("Title: the question that it answers").fill("How far does it go?")
    page.get_by_label("To", exact=True).fill("0:20.5")
    page.get_by_label("Topic").select_option("battery")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").first).to_contain_text("Published.")
    with ports.database.reading() as db:
        entry = db.scalars(select(FaqEntry)).one()
        found = db.get_one(Clip, clip.id)
        assert (entry.slug, entry.topic.slug) == ("how-far-does-it-go", "battery")
        assert (found.state, found.start, found.end) == (ClipState.CONFIRMED, 5.0, 20.5)


def test_an_existing_entry_is_found_as_one_types(page, ports):
    with ports.database.transaction() as db:
        clip = make_clip(db, make_recording(db))
        entry = make_entry(db, title="How do I charge it?")
    page.goto(f"/workbench/clips/{clip.public_id}")
    page.get_by_label("Find another entry").press_sequentially("charge")
    page.get_by_label("How do I charge it?").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").first).to_contain_text("Published.")
    with ports.database.reading() as db:
        assert [link.clip_id for link in db.get_one(FaqEntry, entry.id).clips] == [clip.id]


def test_keys_decide(page, ports):
    with ports.database.transaction() as db:
        recording = make_recording(db)
        first, second = (make_clip(db, recording, start=start, end=start + 5) for start in (5, 20))
    page.goto(f"/workbench/clips/{first.public_id}")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(f"**/{second.public_id}?done=reject*")
    page.get_by_label("Title: the question that it answers").press("Control+Enter")
    expect(page.get_by_text("No proposals wait")).to_be_visible()
    with ports.database.reading() as db:
        states = [db.get_one(Clip, clip.id).state for clip in (first, second)]
    assert states == [ClipState.REJECTED, ClipState.CONFIRMED]


def test_a_preview_comes_without_losing_what_was_typed(page, ports):
    with ports.database.transaction() as db:
        entry = make_entry(db)
    page.goto(f"/workbench/entries/{entry.public_id}")
    answer = page.locator("#body-en")
    answer.fill("Sixty **miles**.")
    page.locator("section", has=answer).get_by_role("button", name="Preview").click()
    expect(page.locator("#preview-en strong")).to_have_text("miles")
    expect(answer).to_have_value("Sixty **miles**.")

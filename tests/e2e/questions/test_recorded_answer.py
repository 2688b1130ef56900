"""An expert records his answer in the browser; the pipeline makes it the answer."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Answer, AnswerState, Recording
from helpcenter.permissions import Role
from helpcenter.services import steps
from tests.factories import make_question, make_user
from workers.pipeline.advance import advance

VENDOR = Path(__file__).resolve().parents[3] / "helpcenter" / "static" / "vendor"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
    pytest.mark.skipif(not (VENDOR / "tus.min.js").exists(), reason="needs the browser libraries: make setup"),
]


@pytest.fixture
def question(ports):
    with ports.database.transaction() as db:
        return make_question(db, title="Which way round does the battery go?", email="kim@example.org")


@pytest.fixture
def page(browser_of, ports):
    """An expert's page."""
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT, name="Ada")
    return browser_of(expert)


def work_off(ports):
    while True:
        with ports.database.reading() as db:
            due = steps.due(db, now=ports.clock())
        if not due:
            return
        for recording_id in due:
            advance(ports, recording_id)


def test_what_is_recorded_in_the_browser_answers_the_question(page, question, ports, open_page):
    page.goto(f"/workbench/questions/{question.public_id}/answer")
    page.get_by_role("link", name="Answer with a video instead").click()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#clock")).to_have_text("0:03")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Look at it, then send it.")).to_be_visible()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("status").first).to_have_text(
        "The video has arrived. As soon as it is ready, it answers the question by itself."
    )
    work_off(ports)
    with ports.database.reading() as db:
        answer, recording = db.scalars(select(Answer)).one(), db.scalars(select(Recording)).one()
        assert (answer.state, answer.recording_id) == (AnswerState.GIVEN, recording.id)
        assert 2.5 < recording.version.duration < 6
        assert answer.clip.start == pytest.approx(0, abs=0.5)
    theirs = open_page()
    theirs.goto(f"/questions/{question.public_id}")
    theirs.get_by_role("link", name="Which way round does the battery go?").click()
    expect(theirs.locator("video")).to_be_visible()
    theirs.evaluate("document.querySelector('video').play()")
    theirs.wait_for_timeout(1500)
    assert theirs.evaluate("document.querySelector('video').currentTime") > 0.5


def test_what_is_written_is_kept_while_it_is_written(page, question):
    page.goto(f"/workbench/questions/{question.public_id}/answer")
    page.get_by_label("Your answer").press_sequentially("The arrow points to the")
    expect(page.locator("#answer-state")).to_have_text("Kept as a draft.")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("The arrow points to the")


def test_without_a_camera_a_file_can_be_sent(open_page, page, site, question):
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    page.goto(f"/workbench/questions/{question.public_id}/record")
    expect(page.get_by_role("alert")).to_contain_text("No camera was found.")
    expect(page.get_by_label("Video", exact=True)).to_be_visible()

"""A session on this site from its date to its recording, in real browsers: a question is asked, answered on camera, and is a clip."""

import re
import shutil
import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Clip, LiveSession, LiveSessionState, OutgoingMail, Question, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts, steps, topics
from tests.factories import make_user
from workers.live.project import project
from workers.pipeline.advance import advance
from workers.studio.segmenting import Segmenting

pytestmark = [
    pytest.mark.drill,
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]

BRAKES, BATTERY = "Why do my brakes squeal in the rain?", "Can I charge the battery in the cellar?"
SOON = 90_000
CLIP_PLAYS = (
    "[...document.querySelectorAll('video')].some(film => /media/.test(film.currentSrc) && film.readyState >= 3)"
)


class Workers(Thread):
    """Everything that works behind the pages, in one thread."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports, self.over, self.failed = ports, Event(), None

    def run(self):
        segmenting = Segmenting(self.ports)
        segmenting.start()
        try:
            while not self.over.wait(0.1):
                segmenting.step()
                with self.ports.database.reading() as db:
                    shows, works = broadcasts.due(db, now=self.ports.clock()), steps.due(db, now=self.ports.clock())
                for one in shows:
                    project(self.ports, one)
                for one in works:
                    advance(self.ports, one)
        except Exception as error:
            self.failed = error
            raise
        finally:
            segmenting.stop()


@pytest.fixture
def workers(ports):
    thread = Workers(ports)
    thread.start()
    yield thread
    thread.over.set()
    thread.join(60)
    assert thread.failed is None


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        topics.create(db, titles={"en": "E-bikes"}, editor=None, now=ports.clock())
        person = make_user(db, Role.EDITOR, name="Maria Weber")
        _, token = accounts.new_mail_link(db, person, now=ports.clock())
    return token


def sign_in(page, token):
    page.goto(f"/sign-in/link/{token}")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(re.compile(r"^((?!sign-in).)*$"))


def schedule(page):
    """A session next week, by the form as it is offered; its public id."""
    page.goto("/workbench/sessions/new")
    page.get_by_label("Title").fill("Ask us about e-bikes")
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_role("link", name="Host's page").click()
    page.wait_for_url(re.compile("/console/"))
    return page.url.rsplit("/", 1)[1].partition("?")[0]


def ask(page, text):
    page.get_by_label("Your question", exact=True).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def row(page, text):
    return page.locator(".item", has=page.get_by_text(text, exact=True)).first


def question_of(page, text):
    return page.locator(".q", has=page.get_by_text(text, exact=True)).first


def until(page, condition, *, seconds=60):
    """Wait until the condition, in JavaScript, is true there; the page's policy lets nothing be evaluated within it."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(200)


def playing(page, selector="video"):
    """Whether the page's film moves on."""
    film = page.locator(selector).first
    before = film.evaluate("film => film.currentTime")
    page.wait_for_timeout(1500)
    return film.evaluate("film => film.currentTime") > before + 0.5


def answer(host_page, text, *, seconds):
    """The host takes the question up, answers it for so many seconds, and says that he is done."""
    deadline = time.monotonic() + 60
    while not row(host_page, text).is_visible():
        assert time.monotonic() < deadline, "the question does not come to the desk"
        if host_page.locator("#show-new").is_visible():
            host_page.locator("#show-new").click()
        host_page.wait_for_timeout(200)
    row(host_page, text).get_by_role("button", name="Answer it", exact=True).click()
    expect(host_page.locator("#bar-title")).to_have_text(text)
    host_page.wait_for_timeout(seconds * 1000)
    host_page.locator("#bar-done").click()


def test_a_question_is_asked_answered_on_camera_and_a_clip_while_the_session_runs(
    open_page,
    ports,
    workers,
    host,
):
    desk = open_page(viewport={"width": 1280, "height": 900})
    sign_in(desk, host)
    public_id = schedule(desk)
    first, second = open_page(), open_page(viewport={"width": 1280, "height": 900})
    for viewer in (first, second):
        viewer.goto(f"/sessions/{public_id}")

    # Before: a question comes and is wanted by another viewer, on every screen without a reload.
    ask(first, BRAKES)
    expect(question_of(second, BRAKES)).to_be_visible(timeout=SOON)
    question_of(second, BRAKES).get_by_role("button", name="Me too").click()
    expect(question_of(first, BRAKES).locator("[data-people]").first).to_have_text("2", timeout=SOON)

    # The host goes live from his browser.
    desk.locator("#studio-setup").click()
    desk.locator("#studio-stand summary").click()
    desk.locator("#studio-quality").select_option("poor")  # one machine has to be everybody here
    desk.locator("#studio-start").click()
    desk.get_by_role("button", name="Go live").first.click()
    expect(desk.locator(".now--live")).to_be_visible(timeout=SOON)
    for viewer in (first, second):
        expect(viewer.locator("video").first).to_be_visible(timeout=SOON)
        until(viewer, "document.querySelector('video')?.readyState >= 3")
        assert playing(viewer)

    # "Answering now" on every screen; "done", and the answer plays while the session goes on. How soon, the bench says.
    answer(desk, BRAKES, seconds=6)
    expect(question_of(first, BRAKES).get_by_text("Play the answer")).to_be_visible(timeout=SOON)
    question_of(first, BRAKES).get_by_text("Play the answer").click()
    until(first, CLIP_PLAYS)
    with ports.database.reading() as db:
        assert db.scalars(select(LiveSession)).one().state is LiveSessionState.LIVE

    # Another one, asked while it runs.
    ask(second, BATTERY)
    answer(desk, BATTERY, seconds=6)
    expect(question_of(second, BATTERY).get_by_text("Play the answer")).to_be_visible(timeout=SOON)

    # The end; the recording stands at the same address, and a click on a question leads to its second.
    desk.wait_for_timeout(3000)
    desk.get_by_role("link", name="End", exact=True).click()
    desk.get_by_role("button", name="Yes, end it").click()
    desk.get_by_role("button", name="End at once").click()
    desk.locator("#studio-stop").click()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with ports.database.reading() as db:
            if db.scalars(select(LiveSession)).one().state is LiveSessionState.PUBLISHED:
                break
        desk.wait_for_timeout(500)
    second.goto(f"/sessions/{public_id}")
    link = question_of(second, BATTERY).get_by_text("Play the answer")
    expect(link).to_be_visible()
    link.click()
    with ports.database.reading() as db:
        wanted = select(Clip.start).join(SessionQuestion, SessionQuestion.clip_id == Clip.id).join(Question)
        start = db.scalars(wanted.where(Question.title == BATTERY)).one()
        assert db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered")).all() == []
    until(second, f"Math.abs((document.querySelector('#player')?.currentTime ?? -99) - {start}) < 4")
    assert timedelta(seconds=start) > timedelta(seconds=3)

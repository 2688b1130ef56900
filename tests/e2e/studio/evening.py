"""A whole evening through the pages: what works behind them, and what people do on them."""

import re
import time
from threading import Event, Thread

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.services import broadcasts, steps
from workers.live.project import project
from workers.pipeline.advance import advance
from workers.studio.main import parts_of

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
        parts = parts_of(self.ports)
        for part in parts:
            part.start()
        try:
            while not self.over.wait(0.1):
                for part in parts:
                    part.step()
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
            for part in parts:
                part.stop()


def sign_in(page, token):
    page.goto(f"/sign-in/link/{token}")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(re.compile(r"^((?!sign-in).)*$"))


def schedule(page, *, also_on=None):
    """A session next week, by the form as it is offered; `also_on` names the channel that shows it too. Its public id."""
    page.goto("/workbench/sessions/new")
    page.get_by_label("Title").fill("Ask us about e-bikes")
    if also_on:
        page.get_by_label("Broadcast by").select_option(label="this site")
        page.get_by_label("At the same time on").select_option(label=also_on)
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


def end(host_page):
    """The host ends the session, at once."""
    host_page.get_by_role("link", name="End", exact=True).click()
    host_page.get_by_role("button", name="Yes, end it").click()
    host_page.get_by_role("button", name="End at once").click()


def published(ports, page):
    """Wait for the recording."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with ports.database.reading() as db:
            if db.scalars(select(LiveSession)).one().state is LiveSessionState.PUBLISHED:
                return
        page.wait_for_timeout(500)
    pytest.fail("there is no recording")

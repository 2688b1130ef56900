"""A live evening as its people see it, in German and on a phone: from the form that schedules it to the mail of the asker."""

import json
import shutil
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.jobs import TICK
from helpcenter.models import LiveSession, LiveSessionState, Question, QuestionState
from helpcenter.permissions import Role
from helpcenter.services import accounts, questions
from tests.conftest import NOW, on_emulator
from tests.factories import make_channel, make_topic, make_user
from workers import beat

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
QUESTION = "Warum geht das Licht an meinem Rad nicht an?"


@pytest.fixture
def emulator(emulator):
    emulator.world.default_media = SAMPLES / "evening-qa.mp4"
    emulator.world.default_captions = (SAMPLES / "evening-qa.vtt").read_text()
    return emulator


@pytest.fixture
def settings(settings, emulator):
    return on_emulator(settings, emulator, youtube_download=True)


class Evening:
    """The site, its workers, the platform and everybody's clock."""

    def __init__(self, ports, clock, emulator, tasks):
        self.ports, self.clock, self.emulator, self.tasks = ports, clock, emulator, tasks

    def work(self):
        """Do all that is due."""
        while True:
            self.ports.queue.rung.clear()
            beat.tick(self.ports)
            bells = {(bell.task, bell.row_id) for bell in self.ports.queue.rung if bell.task != TICK}
            if not bells:
                return
            for task, row_id in sorted(bells):
                self.tasks[task](row_id)

    def until(self, wanted, *, step=5.0, most=100):
        """Let time pass until it is so."""
        self.work()
        for _ in range(most):
            if wanted():
                return
            self.clock.advance(seconds=step)
            self.work()
        raise AssertionError(self.session.state)

    @property
    def session(self):
        with self.ports.database.reading() as db:
            return db.scalars(select(LiveSession)).one()

    def mail_to(self, address):
        """Subjects and texts, in order of sending."""
        files = sorted((self.ports.settings.data_root / "mail").glob("*.eml"))
        sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [
            (str(mail["Subject"]), mail.get_body(("plain",)).get_content())
            for mail in sent
            if address in str(mail["To"])
        ]


@pytest.fixture
def evening(ports, clock, emulator, tasks):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="e-bikes", titles={"de": "E-Bikes", "en": "E-bikes"})
        make_user(db, Role.EXPERT, name="Anna", language="de", email="anna@example.org")
        make_user(db, Role.EDITOR, name="Erik", language="de", email="erik@example.org")
        remote_id = emulator.add_channel("Talwind")
        make_channel(db, settings=ports.settings, token=emulator.refresh_token(remote_id), remote_id=remote_id)
        question = questions.ask(
            db, title=QUESTION, language="de", email="mehmet@example.org", topic=topic, now=clock()
        )
        questions.confirm_asker(db, question.askers[0], now=clock())
    return Evening(ports, clock, emulator, tasks)


@pytest.fixture
def browser_of(open_page, ports, clock, site):
    def opened(email=None):
        page = open_page(locale="de-DE", timezone_id="Europe/Berlin")
        page.clock.set_fixed_time(NOW)
        if email:
            with ports.database.transaction() as db:
                token = accounts.start_sign_in(db, accounts.find(db, email), browser="test", now=clock())
            page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened


@pytest.mark.timeout(240)
def test_a_question_is_answered_live_and_its_asker_hears_of_it(evening, browser_of):
    visitor = browser_of()
    _schedule(browser_of("erik@example.org"), evening)
    _subscribe(visitor, evening)
    _remind(evening)
    host, editor = browser_of("anna@example.org"), browser_of("erik@example.org")
    _go_live(host, evening)
    _watch_live(visitor, evening)
    _mark(host, evening)
    _end(host, evening)
    evening.until(lambda: evening.session.state is LiveSessionState.PUBLISHED, step=60, most=120)
    _publish(editor, evening)
    _find(visitor, evening)


def _schedule(editor, evening):
    editor.goto("/workbench/sessions/new")
    editor.get_by_label("Titel").fill("Sattel, Licht und Diebstahl")
    editor.get_by_label("Anna").check()
    editor.get_by_label("E-Bikes").check()
    editor.get_by_label("Tag", exact=True).fill("2026-11-23")
    editor.get_by_label("Uhrzeit").fill("18:00")
    editor.get_by_label("Übertragen von").select_option(index=2)
    editor.get_by_role("button", name="Ansetzen").click()
    expect(editor.get_by_role("heading", level=1)).to_have_text("Sattel, Licht und Diebstahl")
    evening.work()
    assert len(evening.emulator.broadcasts) == 1


def _subscribe(visitor, evening):
    visitor.goto("/sessions")
    visitor.get_by_role("link", name="Sattel, Licht und Diebstahl").click()
    visitor.get_by_label("Ihre E-Mail-Adresse").fill("nina@example.org")
    visitor.get_by_role("button", name="Per E-Mail erinnern").click()
    evening.work()
    (_, text), *_ = evening.mail_to("nina@example.org")
    link = next(word for word in text.split() if "/subscriptions/" in word)
    visitor.goto(link.replace(evening.ports.settings.site_url, ""))
    visitor.get_by_role("button", name="Ja, schreiben Sie mir").click()


def _remind(evening):
    for lead in (timedelta(days=1), timedelta(minutes=15), timedelta(minutes=5)):
        evening.clock.now = evening.session.starts_at - lead
        evening.work()
    # The link to confirm, the day before, a quarter of an hour before.
    assert len(evening.mail_to("nina@example.org")) == 3


def _go_live(host, evening):
    host.goto(f"/console/{evening.session.public_id}")
    host.get_by_role("button", name="Schlüssel zeigen").click()
    key = host.locator("#stream-key").inner_text()
    evening.emulator.ingest(key).start()
    host.get_by_role("button", name="Auf Sendung gehen").click()
    evening.until(lambda: evening.session.state is LiveSessionState.LIVE)
    host.reload()
    expect(host.locator("#now-state")).to_contain_text("LIVE")


def _watch_live(visitor, evening):
    visitor.goto(f"/sessions/{evening.session.public_id}")
    expect(visitor.get_by_text("Jetzt live").first).to_be_visible()


def _mark(host, evening):
    """The host presses as each question begins and ends; the one that was asked before is chosen from the list."""
    begun = evening.clock()
    for part in json.loads((SAMPLES / "evening-qa.truth.json").read_text()):
        evening.clock.now = begun + timedelta(seconds=part["start"])
        host.reload()
        if part["title"] == QUESTION:
            host.locator("#inbox .item").filter(has_text=QUESTION).locator("[id^=answer-]").click()
        else:
            host.locator("#mark-title").fill(part["title"])
            host.locator("#free-answer" if part["question"] else "#free-topic").click()
        expect(host.locator(".marks li").first).to_contain_text(part["title"])
        if part["question"]:
            evening.clock.now = begun + timedelta(seconds=part["end"])
            host.locator("#bar-done").click()
            expect(host.locator(".marks li").first).to_contain_text("Beantwortet")
    evening.clock.now = begun + timedelta(seconds=85)


def _end(host, evening):
    host.reload()
    host.locator("#end").click()
    host.get_by_role("button", name="Ja, beenden").click()
    # The film is no longer than what was said; so the half minute of grace is not waited for.
    host.get_by_role("button", name="Sofort beenden").click()
    evening.until(lambda: evening.session.state is LiveSessionState.PROCESSING, step=0.5)


def _publish(editor, evening):
    editor.goto("/workbench")
    editor.get_by_role("link", name=QUESTION).click()
    editor.get_by_role("button", name="Veröffentlichen").click()
    expect(editor.get_by_role("status").first).to_contain_text("Veröffentlicht.")
    evening.work()


def _find(visitor, evening):
    visitor.goto(f"/sessions/{evening.session.public_id}")
    expect(visitor.get_by_role("link", name=QUESTION).first).to_be_visible()
    with evening.ports.database.reading() as db:
        assert db.scalars(select(Question)).one().state is QuestionState.ANSWERED
    ((subject, text),) = [mail for mail in evening.mail_to("mehmet@example.org") if "Beantwortet" in mail[0]]
    assert QUESTION in subject
    assert "?t=" in text

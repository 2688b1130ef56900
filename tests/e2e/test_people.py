"""Whoever asked, helps and follows, in a real browser on a phone: solved or not, the circle, and my page."""

import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpcenter.mail import render_mail
from helpcenter.models import OutgoingMail, Question, QuestionState, User
from helpcenter.permissions import Role
from helpcenter.services import accounts, circle, my, questions, search
from tests.e2e.test_public import WIDER
from tests.factories import (
    make_answer,
    make_helper,
    make_question,
    make_shift,
    make_subscription,
    make_team,
    make_topic,
    make_user,
)
from workers import waiting

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
WIDE = {"width": 1280, "height": 800}
GERMAN = {"locale": "de-DE"}


@pytest.fixture
def page_of(open_page, ports, site):
    """`page_of(user, **options)`: the browser of somebody who is signed in."""

    def opened(user: User, **options) -> Page:
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
        page = open_page(**options)
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened


@pytest.fixture
def is_complaint():
    """That a page is refused is what one of these tests is about."""
    return lambda text: "403" not in text


def look(page: Page, name: str) -> None:
    """Keep a picture where PEOPLE_PICTURES names a folder, and see that nothing is wider than the screen."""
    if folder := os.environ.get("PEOPLE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert page.evaluate(WIDER) == []


def test_who_is_asked_by_mail_says_no_and_it_is_open_again(ports, open_page, site, clock):
    with ports.database.transaction() as db:
        entry = make_answer(db, title="Wie weit im Winter?")
        question = make_question(db, title="Wie weit im Winter?", language="de")
        question.askers[0].language = "de"
        questions.answer(db, question, clip=None, entry=entry, now=clock.now)
        asker = question.askers[0]
    clock.advance(days=3)
    waiting.ask(ports, asker.id)
    with ports.database.reading() as db:
        mail = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_solved")).one()
    text = render_mail(mail.kind, mail.params, "de", ports.settings).text
    link = re.search(r"http\S+solved=no#solved", text)[0].replace(ports.settings.site_url, site)
    page = open_page(**GERMAN)
    page.goto(link)
    look(page, "solved-no-de")
    page.get_by_label("Sie ist veraltet").check()
    page.get_by_label("Was fehlt Ihnen?").fill("Mein Akku ist neuer.")
    page.get_by_role("button", name="Noch einmal fragen").click()
    expect(page.get_by_text("Ihre Frage ist wieder offen")).to_be_visible()
    expect(page.get_by_text("Mein Akku ist neuer.")).to_be_visible()
    look(page, "reopened-de")
    with ports.database.transaction() as db:
        again = db.get_one(Question, question.id)
        assert (again.state, again.reason) == (QuestionState.REOPENED, "outdated: Mein Akku ist neuer.")
        questions.answer(db, again, clip=None, entry=entry, now=clock.now)
    page.goto(link.replace("solved=no", "solved=yes"))
    page.get_by_role("button", name="Ja, gelöst").click()
    expect(page.get_by_text("Das freut uns")).to_be_visible()
    with ports.database.reading() as db:
        assert db.get_one(Question, question.id).state is QuestionState.CONFIRMED


def test_a_super_user_suggests_and_an_expert_confirms(ports, page_of, open_page):
    with ports.database.transaction() as db:
        helper, expert = make_helper(db, name="Bike fox"), make_user(db, Role.EXPERT)
        question = make_question(db, title="How far in winter?", body="At ten below.", circle=True)
        entry = make_answer(db, title="Range in the cold")
        search.index_entry(db, entry.id)
    page = page_of(helper)
    page.goto("/circle")
    look(page, "circle")
    page.get_by_role("link", name="How far in winter?").click()
    page.get_by_label("In your words").fill("About **half** as far.")
    page.get_by_label("Search for an answer").last.fill("cold range")
    page.get_by_label("Search for an answer").last.press("Enter")
    page.get_by_label("Range in the cold").check()
    expect(page.get_by_label("In your words")).to_have_value("About **half** as far.")
    look(page, "circle-question")
    page.get_by_role("button", name="Suggest it").click()
    expect(page.get_by_text("waits for an expert")).to_be_visible()
    look(page, "circle-mine")
    bench = page_of(expert, viewport=WIDE)
    bench.goto("/workbench/suggestions")
    expect(bench.get_by_text("Bike fox suggests")).to_be_visible()
    look(bench, "suggestions")
    bench.get_by_role("button", name="Yes, that answers it").click()
    expect(bench.get_by_text("Confirmed.")).to_be_visible()
    reader = open_page()
    reader.goto(f"/questions/{question.public_id}")
    expect(reader.get_by_text("Suggested by Bike fox")).to_be_visible()
    expect(reader.locator(".prose strong")).to_have_text("half")
    look(reader, "given-answer")


def test_a_super_user_whose_rights_are_withdrawn_reads_nothing_more(ports, page_of):
    with ports.database.transaction() as db:
        helper, admin = make_helper(db, email="fox@example.org"), make_user(db, Role.ADMIN)
        make_question(db, title="How far in winter?", circle=True)
    page, office = page_of(helper), page_of(admin, viewport=WIDE)
    page.goto("/circle")
    page.get_by_role("link", name="How far in winter?").click()
    page.get_by_label("In your words").fill("About half as far.")
    office.goto("/admin/people")
    look(office, "admin-people")
    office.get_by_role("button", name="Take out of the circle").click()
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.get_by_role("button", name="Suggest it").click()
    assert refused.value.status == 403
    assert page.goto("/circle").status == 403


def test_an_invitation_is_read_and_accepted(ports, page_of):
    with ports.database.transaction() as db:
        kim = make_user(db)
        circle.invite(db, kim, by=make_user(db, Role.ADMIN), now=ports.clock())
    page = page_of(kim, **GERMAN)
    page.goto("/circle/join")
    look(page, "invitation-de")
    page.get_by_role("link", name="Alle Regeln").click()
    look(page, "rules-de")
    page.go_back()
    page.get_by_label("Der Name, den andere lesen").fill("Radfuchs")
    page.get_by_role("button", name="Ja, gern").click()
    expect(page.get_by_role("heading", name="Fragen an den Kreis")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_my_page_is_whole_on_a_phone_in_german(ports, page_of, scheme):
    now = ports.clock()
    with ports.database.transaction() as db:
        kim, expert = make_user(db, email="kim@example.org"), make_user(db, Role.EXPERT)
        bike = make_topic(db, slug="rad", titles={"de": "Stadtrad Modell 5", "en": "City bike 5"})
        make_shift(db, make_team(db, expert, about=[bike]), expert, starts_at=now - timedelta(hours=1))
        entry = make_answer(db, title="Wie weit im Winter?", language="de", topic=bike)
        make_answer(db, slug="akku", title="Wie lädt man den Akku?", language="de", topic=bike)
        make_subscription(db, "answers:rad", email=kim.email)
        make_subscription(db, "all", email=kim.email)
        asked = make_question(db, title="Wie weit im Winter?", language="de", email=kim.email)
        questions.answer(db, asked, clip=None, entry=entry, now=now)
        make_question(db, title="Wo steht die Rahmennummer meines Rades?", language="de", email=kim.email)
        my.set_recommendations(db, db.get_one(User, kim.id), since=None)
    page = page_of(kim, **GERMAN, color_scheme=scheme)
    page.goto("/my")
    page.get_by_label("Was ich habe").select_option("rad")
    page.get_by_role("button", name="Das habe ich").click()
    page.get_by_role("button", name="Ja, gern").click()
    expect(page.get_by_text("Weil Sie das haben: Stadtrad Modell 5")).to_be_visible()
    expect(page.get_by_text("gerade im Dienst")).to_be_visible()
    look(page, f"my-de-{scheme}")
    page.get_by_role("button", name="Beenden: Alle Live-Fragerunden").click()
    expect(page.get_by_role("button", name="Beenden: Stadtrad Modell 5")).to_be_visible()
    page.get_by_role("button", name="Empfehlungen abschalten").click()
    expect(page.get_by_text("Dürfen wir Ihnen hier Antworten")).to_be_visible()
    page.goto("/my/data")
    look(page, f"data-de-{scheme}")
    page.get_by_label("Ihre E-Mail-Adresse, damit es kein Versehen ist").fill("kim@example.org")
    page.get_by_role("button", name="Alles löschen").click()
    expect(page.get_by_role("heading", name="Ihr Konto ist gelöscht")).to_be_visible()
    look(page, f"receipt-de-{scheme}")

"""What people look for and do not find, on its page, beside a session, and at the host's desk."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Deflection, GapItem, Question, SessionQuestion
from helpcenter.permissions import Role
from helpcenter.services import searches
from tests.factories import NOW, make_answer, make_question, make_session, make_user

EN = {"Accept-Language": "en"}
KEY = "search:en:rang winter"


@pytest.fixture
def expert(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Maria")


@pytest.fixture
def browser(expert, sign_in):
    return sign_in(expert)


@pytest.fixture
def session(ports, expert):
    with ports.database.transaction() as db:
        return make_session(db, title="Winter hour", hosts=[db.merge(expert)])


@pytest.fixture
def searched(ports):
    look(ports, "winter range", 4)


def look(ports, words, times):
    with ports.database.transaction() as db:
        for _ in range(times):
            searches.note(db, searches.read(words, "en"), "made", day=NOW.date(), without=True)


def take(browser, session, **form):
    return browser.post("/workbench/gaps/take", data={"key": KEY, "session": session.public_id, **form}, headers=EN)


def agenda(ports):
    with ports.database.reading() as db:
        rows = select(SessionQuestion).where(SessionQuestion.place.is_not(None))
        return [row.question.title for row in db.scalars(rows)]


def test_a_gap_is_shown_with_its_number_and_the_figures_of_the_month(browser, session, searched):
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["4 searches for “winter range” found nothing" in page, "4 (100 %)" in page] == [True, True]


def test_without_gaps_the_page_says_what_will_stand_there(browser):
    assert "No gap is known" in browser.get("/workbench/gaps", headers=EN).text


def test_taken_over_it_stands_in_the_agenda_and_is_proposed_no_more(browser, ports, session, searched):
    answer = take(browser, session, title="How do I keep my range in winter?")
    assert (answer.status_code, answer.location) == (303, f"/workbench/gaps?done=gap_taken&session={session.public_id}")
    assert agenda(ports) == ["How do I keep my range in winter?"]
    page = browser.get(answer.location, headers=EN).text
    assert ["It stands in the agenda now." in page, f"/console/{session.public_id}" in page] == [True, True]
    again = take(browser, session, title="Typed with care")
    assert (again.status_code, "This is not proposed any more" in again.text) == (409, True)
    assert len(agenda(ports)) == 1


def test_it_is_proposed_beside_the_session_and_at_the_desk(browser, session, searched):
    beside = browser.get(f"/workbench/sessions/{session.public_id}", headers=EN).text
    at_desk = browser.get(f"/console/{session.public_id}/proposed", headers=EN).text
    assert [("Proposed for your agenda" in page, f'value="{KEY}"' in page) for page in (beside, at_desk)] == [
        (True, True), (True, True),
    ]  # fmt: skip
    whole = browser.get(f"/console/{session.public_id}", headers=EN).text
    assert f'hx-get="/console/{session.public_id}/proposed"' in whole


def test_from_the_desk_it_leads_back_to_the_desk(browser, session, searched):
    answer = take(browser, session, back="console")
    assert answer.location == f"/console/{session.public_id}#agenda"


def test_nobody_takes_it_into_the_session_of_another(ports, browser, searched):
    with ports.database.transaction() as db:
        other = make_session(db, hosts=[make_user(db, Role.EXPERT)])
    assert (take(browser, other).status_code, agenda(ports)) == (403, [])


def test_without_a_session_the_page_says_what_to_do(browser, searched):
    answer = browser.post("/workbench/gaps/take", data={"key": KEY}, headers=EN)
    assert (answer.status_code, "Choose the session that is to answer it." in answer.text) == (400, True)


def test_it_is_dismissed_with_a_reason_and_brought_back(browser, ports, session, searched):
    refused = browser.post("/workbench/gaps/dismiss", data={"key": KEY, "reason": " "}, headers=EN)
    assert (refused.status_code, "Please say in some words why this is no subject." in refused.text) == (400, True)
    assert browser.post("/workbench/gaps/dismiss", data={"key": KEY, "reason": "We sell none."}).status_code == 303
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["No gap is known" in page, "We sell none." in page] == [True, True]
    with ports.database.reading() as db:
        item = db.scalars(select(GapItem)).one()
    browser.post(f"/workbench/gaps/{item.public_id}/back")
    assert "found nothing" in browser.get("/workbench/gaps", headers=EN).text


def test_open_questions_are_linked_and_taken_in(browser, ports, session):
    with ports.database.transaction() as db:
        ids = [
            make_question(db, title=title, created_at=NOW - timedelta(hours=age)).public_id
            for age, title in enumerate(("Why do my brakes squeal?", "squealing brakes"))
        ]
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["2 open questions" in page, *(f'href="/questions/{one}"' in page for one in ids)] == [True] * 3
    key = re.search(r'name="key" value="(question:\d+)"', page)[1]
    assert take(browser, session, key=key).status_code == 303
    with ports.database.reading() as db:
        assert len(db.scalars(select(SessionQuestion)).all()) == 2
        assert len(db.scalars(select(Question)).all()) == 2


@pytest.mark.parametrize(("role", "status"), [(Role.CUSTOMER, 403), (Role.SUPER_USER, 403), (Role.EXPERT, 200)])
def test_who_may_see_it(ports, sign_in, role, status):
    with ports.database.transaction() as db:
        person = make_user(db, role)
    assert sign_in(person).get("/workbench/gaps").status_code == status


def test_what_was_typed_is_text_and_never_html(browser, ports, session):
    look(ports, "<script>alert(1)</script> winter", 3)
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["<script>alert" in page, "&lt;script&gt;alert" in page] == [False, True]


def test_an_answer_that_does_not_help_is_linked(browser, ports):
    from helpcenter.services import ratings

    with ports.database.transaction() as db:
        entry = make_answer(db, title="How far?")
        for helpful in [True] * 2 + [False] * 7:
            ratings.rate(db, entry.id, None, helpful=helpful, reason="", now=NOW)
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["An entry helps 2 of 9 readers" in page, 'href="/faq/how-far"' in page] == [True, True]


def test_the_figures_say_how_many_found_their_answer_first(browser, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db)
        db.add_all(Deflection(entry_id=entry.id, at=NOW, explicit=explicit) for explicit in (True, True, False))
    page = browser.get("/workbench/gaps", headers=EN).text
    assert ["2 said so, 1 left after watching" in page, "Deflected" in page] == [True, False]

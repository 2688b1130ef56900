"""The workbench's two rows of tabs: what belongs together, for whoever may open it."""

import re

import pytest

from helpcenter.permissions import Role
from tests.factories import make_user

EN = {"Accept-Language": "en"}
GROUP = re.compile(r'<nav class="tabs tabs--groups".*?</nav>', re.DOTALL)
PAGES = re.compile(r'<nav class="subtabs".*?</nav>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)"( aria-current="\w+")?>([^<]+)</a>')


@pytest.fixture
def browser(ports, sign_in):
    def of(role):
        with ports.database.transaction() as db:
            person = make_user(db, role)
        return sign_in(person)

    return of


def addresses(nav, page):
    found = nav.search(page)
    return LINK.findall(found[0]) if found else []


def links(nav, page):
    return [(word, bool(here)) for _, here, word in addresses(nav, page)]


def test_an_expert_sees_five_groups_and_an_editor_six(browser):
    pages = [browser(role).get("/workbench/today", headers=EN).text for role in (Role.EXPERT, Role.EDITOR)]
    assert [[word for word, _ in links(GROUP, page)] for page in pages] == [
        ["Today", "Questions", "Recordings", "Sessions", "Rota"],
        ["Today", "Questions", "Recordings", "FAQ", "Sessions", "Rota"],
    ]


def test_the_open_group_shows_its_pages_and_which_one_is_open(browser):
    page = browser(Role.EDITOR).get("/workbench/twins", headers=EN).text
    assert [word for word, here in links(GROUP, page) if here] == ["Questions"]
    assert links(PAGES, page) == [("All questions", False), ("Suggestions", False), ("Asked by several", True)]


def test_what_an_expert_may_not_open_is_not_shown_to_him(browser):
    page = browser(Role.EXPERT).get("/workbench/questions", headers=EN).text
    assert links(PAGES, page) == [("All questions", True), ("Suggestions", False)]


def test_a_group_of_one_page_shows_no_second_row(browser):
    assert links(PAGES, browser(Role.EXPERT).get("/workbench/rota", headers=EN).text) == []


@pytest.mark.parametrize(("role", "pages"), [(Role.EXPERT, 8), (Role.EDITOR, 13)])
def test_each_tab_leads_to_a_page_that_shows_itself_as_open(browser, role, pages):
    visitor = browser(role)
    opened = set()
    for group, _, word in addresses(GROUP, visitor.get("/workbench/today", headers=EN).text):
        first = visitor.get(group, headers=EN)
        assert (first.status_code, (word, True) in links(GROUP, first.text)) == (200, True)
        for address, _, name in addresses(PAGES, first.text) or [(group, "", "")]:
            page = visitor.get(address, headers=EN)
            assert (page.status_code, not name or (name, True) in links(PAGES, page.text)) == (200, True)
            opened.add(address)
    assert len(opened) == pages

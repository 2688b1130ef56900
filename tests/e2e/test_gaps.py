"""What readers and searchers do in a real browser reaches editors and hosts."""

import shutil

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import EditorTask, SearchCount, TaskState
from helpcenter.permissions import Role
from helpcenter.services import accounts, search
from tests.factories import make_answer, make_session, make_user

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def signed_in(open_page, ports, site):
    """`signed_in(user)` is that person's page."""

    def opened(user):
        page = open_page(viewport=DESKTOP)
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, db.merge(user), browser="test", now=ports.clock())
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened


def counted(ports):
    with ports.database.reading() as db:
        return [(one.key, one.made, one.without, one.clicked, one.solved) for one in db.scalars(select(SearchCount))]


def test_what_nobody_finds_stands_in_the_gaps_and_then_in_the_agenda(open_page, signed_in, ports):
    with ports.database.transaction() as db:
        host = make_user(db, Role.EXPERT, name="Maria")
        session = make_session(db, title="Winter hour", hosts=[host])
    visitor = open_page()
    for words in ("winter range", "Range in winter?", "winter range"):
        visitor.goto("/search")
        visitor.locator("#q-large").fill(words)
        with visitor.expect_response("**/search/count") as answer:
            visitor.locator("#q-large").press("Enter")
        assert answer.value.status == 204
        expect(visitor.get_by_text("Nothing was found")).to_be_visible()
    visitor.reload()
    visitor.wait_for_load_state("networkidle")
    assert (counted(ports), visitor.context.cookies()) == ([("rang winter", 3, 3, 0, 0)], [])

    page = signed_in(host)
    page.goto("/workbench/gaps")
    expect(page.get_by_text("3 searches for “winter range” found nothing")).to_be_visible()
    page.goto(f"/console/{session.public_id}")
    proposed = page.locator("#proposed")
    proposed.get_by_label("The question in your words").fill("How do I keep my range in winter?")
    proposed.get_by_role("button", name="Take it over").click()
    expect(page.locator("#agenda .item__title")).to_have_text(["How do I keep my range in winter?"])
    expect(page.locator("#proposed li")).to_have_count(0)


def test_a_hit_that_is_opened_and_helps_is_counted(open_page, ports):
    with ports.database.transaction() as db:
        entry = make_answer(db, clips=0, title="How do I keep my range in winter?")
        search.index_entry(db, entry.id)
    page = open_page()
    page.goto("/search")
    page.locator("#q-large").fill("winter")
    with page.expect_response("**/search/count"):
        page.locator("#q-large").press("Enter")
    page.get_by_role("link", name="How do I keep my range in winter?").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    for _ in range(50):  # the browser sends what it tells us when it finds the time
        if counted(ports) == [("winter", 1, 0, 1, 1)]:
            break
        page.wait_for_timeout(100)
    assert counted(ports) == [("winter", 1, 0, 1, 1)]


def test_outdated_said_twice_is_a_task_that_an_editor_ends(open_page, signed_in, ports):
    with ports.database.transaction() as db:
        make_answer(db, clips=0, title="How far?")
        editor = make_user(db, Role.EDITOR, name="Eda")
    for name in ("one", "two"):
        reader = open_page(user_agent=name)
        reader.goto("/faq/how-far")
        reader.get_by_role("button", name="No").click()
        reader.get_by_label("It is outdated").check()
        reader.get_by_label("In your words").fill(f"Reader {name}: the battery is another one by now.")
        reader.get_by_role("button", name="Send").click()
        expect(reader.get_by_text("As soon as several readers say the same")).to_be_visible()
    page = signed_in(editor)
    page.goto("/workbench")
    page.get_by_role("link", name="FAQ").click()
    page.get_by_role("link", name="To mend").click()
    expect(page.get_by_text("Reader two: the battery is another one by now.")).to_be_visible()
    page.get_by_role("link", name="How far?").click()
    page.wait_for_url("**/workbench/entries/*")
    page.go_back()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    with ports.database.reading() as db:
        task = db.scalars(select(EditorTask)).one()
        assert (task.state, task.count) == (TaskState.DONE, 2)

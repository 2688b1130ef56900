"""The desk in a real browser: by keyboard, without a line, with two hosts at once."""

import shutil
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import DeskAction, LiveSession
from tests.e2e.conftest import PHONE
from tests.e2e.desk import DESKTOP, TABLET, add_question, hosts, marks, open_desk, session
from tests.factories import NOW

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
__all__ = ["hosts", "open_desk", "session"]


class RunningClock:
    """It is NOW when the test begins, and goes on."""

    def __init__(self):
        self.started = time.monotonic()

    def __call__(self):
        return NOW + timedelta(seconds=time.monotonic() - self.started)

    @property
    def seconds(self):
        return time.monotonic() - self.started


@pytest.fixture
def clock():
    return RunningClock()


@pytest.fixture
def is_complaint():
    """A line that breaks and presses that are refused are what these tests are about."""
    return lambda _: False


def all_sent(page):
    expect(page.locator("#line-state")).to_have_attribute("data-count", "0")
    expect(page.locator("#line-state")).to_be_hidden()


def title(page):
    return page.locator("#bar-title")


def agenda(page):
    return page.locator("#agenda .item__title")


def deeds(ports):
    with ports.database.reading() as db:
        return [deed.value for deed in db.scalars(select(DeskAction.deed).order_by(DeskAction.id))]


def test_a_whole_evening_by_keyboard(open_desk, ports, session, clock):
    page = open_desk()
    press = page.keyboard.press
    press("?")
    expect(page.locator("#keys")).to_be_visible()
    press("a")
    press("Escape")
    expect(page.locator("#bar-now")).to_be_hidden()
    press("a")
    expect(title(page)).to_have_text("How far does it go in winter?")
    press("d")
    expect(page.locator("#bar-now")).to_be_hidden()
    press("a")
    expect(title(page)).to_have_text("May I wash it?")
    press("s")
    expect(page.locator("#inbox .item__title").last).to_have_text("May I wash it?")
    press("ArrowDown")
    press("ArrowDown")
    press("Enter")
    expect(agenda(page)).to_have_text(["Which light is allowed?", "Somebody waits for this one"])
    press("u")
    expect(agenda(page)).to_have_text(["Which light is allowed?"])
    press("o")
    expect(page.locator(".bar__off")).to_be_visible()
    press("o")
    expect(page.locator(".bar__off")).to_be_hidden()
    press("f")
    page.keyboard.type("ads: what comes from the chat")
    press("Enter")
    expect(title(page)).to_have_text("ads: what comes from the chat")
    page.locator("#agenda .item").first.focus()
    press("Enter")
    expect(title(page)).to_have_text("Which light is allowed?")
    all_sent(page)
    assert deeds(ports) == [
        "answer", "done", "answer", "skip", "take_on", "undo", "off_record", "on_record", "answer", "answer",
    ]  # fmt: skip
    kinds = [kind for kind, _, _ in marks(ports, session)]
    assert kinds == ["answering", "answered", "off_record", "on_record", "answering", "answering"]


def test_the_agenda_is_reordered_by_keyboard_and_the_chosen_one_stays_chosen(open_desk):
    page = open_desk()
    page.locator("#agenda .item").nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    wanted = ["How far does it go in winter?", "Which light is allowed?", "May I wash it?"]
    expect(agenda(page)).to_have_text(wanted)
    expect(page.locator("#agenda .item").nth(1)).to_be_focused()
    page.wait_for_timeout(2500)
    expect(agenda(page)).to_have_text(wanted)
    expect(page.locator("#agenda .item").nth(1)).to_be_focused()


def test_keys_do_nothing_while_somebody_types(open_desk, ports, session):
    page = open_desk()
    page.locator("#notes-text").focus()
    page.keyboard.type("add us so")
    expect(page.locator("#notes-state")).to_have_text("kept")
    assert (marks(ports, session), deeds(ports)) == ([], [])
    with ports.database.reading() as db:
        assert db.get_one(LiveSession, session.id).notes == "add us so"


def test_single_letters_can_be_switched_off_and_stay_so(open_desk, ports):
    page = open_desk()
    page.get_by_role("button", name="Keys").click()
    switch = page.get_by_label("Single letters and “?” work on this page")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.get_by_role("button", name="Close").click()
    for _ in range(2):
        for key in "auon?f":
            page.keyboard.press(key)
        expect(page.locator("#keys")).to_be_hidden()
        expect(page.locator("#mark-title")).not_to_be_focused()
        page.locator("#agenda .item").first.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#agenda .item").nth(1)).to_be_focused()
        assert deeds(ports) == []
        page.reload()
    page.get_by_role("button", name="Keys").click()
    switch.check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    expect(title(page)).to_have_text("How far does it go in winter?")


def test_the_names_of_keys_are_in_the_readers_language(open_desk):
    page = open_desk(locale="de-DE")
    page.keyboard.press("?")
    expect(page.locator("#keys kbd", has_text="Eingabetaste")).to_be_visible()


def test_without_a_line_presses_keep_their_instants_and_are_sent_once(open_desk, ports, session, clock):
    page = open_desk()
    pressed = {}

    def press(name, selector):
        page.locator(selector).click()
        pressed[name] = clock.seconds

    page.context.set_offline(True)
    press("first", "#bar-answer")
    expect(title(page)).to_have_text("How far does it go in winter?")
    page.wait_for_timeout(3000)
    press("done", "#bar-done")
    expect(page.locator("#bar-now")).to_be_hidden()
    page.wait_for_timeout(1000)
    press("second", "#bar-answer")
    expect(title(page)).to_have_text("May I wash it?")
    page.wait_for_timeout(2500)
    press("off", "#bar-off")
    expect(page.locator("#line-state")).to_contain_text("Waiting to be sent: 4.")
    assert "00:00:0" in page.locator("#bar-clock").inner_text()
    page.wait_for_timeout(10_000 - 1000 * (clock.seconds - pressed["first"]))
    assert deeds(ports) == []
    page.context.set_offline(False)
    all_sent(page)
    expect(title(page)).to_have_text("May I wash it?")
    found = marks(ports, session)
    wanted = [
        ("answering", "How far does it go in winter?", pressed["first"]),
        ("answered", "How far does it go in winter?", pressed["done"]),
        ("answering", "May I wash it?", pressed["second"]),
        ("off_record", "", pressed["off"]),
    ]
    assert [one[:2] for one in found] == [one[:2] for one in wanted]
    assert [at for _, _, at in found] == pytest.approx([at for _, _, at in wanted], abs=0.5)
    assert deeds(ports) == ["answer", "done", "answer", "off_record"]


def test_an_answer_that_is_lost_on_its_way_back_is_not_given_twice(open_desk, ports, session):
    page = open_desk()
    lost = []

    def lose(route):
        if len(lost) < 2:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    page.route("**/desk/answer", lose)
    page.locator("#bar-answer").click()
    page.wait_for_timeout(5000)
    all_sent(page)
    assert (len(lost), deeds(ports), len(marks(ports, session))) == (2, ["answer"], 1)


def test_undo_without_a_line_takes_back_what_was_pressed_without_it(open_desk, ports, session):
    page = open_desk()
    page.context.set_offline(True)
    page.locator("#bar-answer").click()
    expect(title(page)).to_have_text("How far does it go in winter?")
    page.locator("#bar-undo").click()
    expect(page.locator("#bar-now")).to_be_hidden()
    page.context.set_offline(False)
    all_sent(page)
    assert (deeds(ports), marks(ports, session)) == (["answer", "undo"], [])


def test_what_waits_survives_that_the_page_is_loaded_again(open_desk, ports, session, clock):
    page = open_desk()
    page.route("**/desk/answer", lambda route: route.abort())
    page.locator("#bar-answer").click()
    pressed = clock.seconds
    expect(page.locator("#line-state")).to_be_visible()
    page.unroute("**/desk/answer")
    page.reload()
    expect(title(page)).to_have_text("How far does it go in winter?")
    all_sent(page)
    ((_, _, at),) = marks(ports, session)
    assert at == pytest.approx(pressed, abs=0.5)


def test_a_press_for_what_is_not_there_any_more_is_said_and_lets_the_others_by(open_desk, ports, session):
    page = open_desk()
    page.route("**/desk/answer", lambda route: route.fulfill(status=404, body="<h1>There is nothing here.</h1>"))
    page.locator("#bar-answer").click()
    expect(page.locator("#line-state")).to_contain_text("Not taken: 1.")
    expect(page.locator("#bar-now")).to_be_hidden()
    page.locator("#bar-off").click()
    expect(page.locator(".bar__off")).to_be_visible()
    expect(page.locator("#line-state")).to_have_attribute("data-count", "0")
    assert deeds(ports) == ["off_record"]
    page.unroute("**/desk/answer")
    page.reload()
    expect(title(page)).to_have_text("How far does it go in winter?")
    all_sent(page)
    assert deeds(ports) == ["off_record", "answer"]


def test_what_is_refused_again_after_a_reload_is_dropped(open_desk, ports):
    page = open_desk()
    page.route("**/desk/answer", lambda route: route.fulfill(status=404, body="<h1>There is nothing here.</h1>"))
    page.locator("#bar-answer").click()
    expect(page.locator("#line-state")).to_contain_text("Not taken: 1.")
    for number in (1, 0):
        page.reload()
        words = page.locator("#line-state", has_text="Not taken")
        expect(words).to_have_count(number)
    all_sent(page)
    assert deeds(ports) == []


def test_a_sign_in_that_has_ended_is_said_and_what_was_pressed_is_kept(open_desk, ports):
    page = open_desk()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator("#bar-answer").click()
    expect(page.locator("#line-state")).to_contain_text("Please sign in again")
    expect(page.locator("#line-state")).to_have_attribute("data-count", "1")
    page.context.add_cookies(cookies)
    all_sent(page)
    assert deeds(ports) == ["answer"]


def test_two_hosts_at_once_see_the_same_and_one_wins(open_desk, ports, session):
    maria, tom = open_desk(0), open_desk(1, viewport=TABLET)
    tom.route("**/desk?seen=*", lambda route: route.abort())  # Tom's page is a moment behind
    maria.locator("#bar-answer").click()
    expect(title(maria)).to_have_text("How far does it go in winter?")
    tom.locator("#agenda .item").nth(1).get_by_role("button", name="Answer it").click()
    words = "Maria Weber has just begun to answer “How far does it go in winter?”."
    expect(tom.locator("#desk-error")).to_contain_text(words)
    expect(title(tom)).to_have_text("How far does it go in winter?")
    tom.unroute("**/desk?seen=*")
    tom.locator("#bar-done").click()
    expect(maria.locator("#bar-now")).to_be_hidden()
    expect(maria.locator(".item--answered")).to_have_count(1)
    assert deeds(ports) == ["answer", "done"]


def test_two_hosts_write_notes_and_one_chooses(open_desk, ports, session):
    maria, tom = open_desk(0), open_desk(1)
    maria.locator("#notes-text").fill("Say hello")
    expect(maria.locator("#notes-state")).to_have_text("kept")
    tom.locator("#notes-text").fill("Say goodbye")
    expect(tom.locator("#notes-conflict")).to_contain_text("Say hello")
    tom.locator("#notes-mine").click()
    expect(tom.locator("#notes-conflict")).to_be_hidden()
    page = open_desk(0)
    expect(page.locator("#notes-text")).to_have_value("Say goodbye")


def leaves(page):
    """Whether the page may be left without a word, as `beforeunload` sees it."""
    return page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def test_notes_are_kept_once_the_server_has_them_and_not_before(open_desk, ports, session):
    maria, tom = open_desk(0), open_desk(1)
    state = tom.locator("#notes-state")
    assert leaves(tom)
    maria.locator("#notes-text").fill("Say hello")
    expect(maria.locator("#notes-state")).to_have_text("kept")
    tom.locator("#notes-text").fill("Say goodbye")
    assert not leaves(tom)
    expect(tom.locator("#notes-conflict")).to_contain_text("Say hello")
    assert not leaves(tom)
    tom.route("**/notes", lambda route: route.abort("internetdisconnected"))
    tom.locator("#notes-mine").click()
    expect(state).to_have_text("wait for the network")
    assert not leaves(tom)
    tom.unroute("**/notes")
    expect(state).to_have_text("kept", timeout=10_000)
    assert leaves(tom)
    with ports.database.reading() as db:
        assert db.get_one(LiveSession, session.id).notes == "Say goodbye"


def hold(page, what):
    """The routes of such requests as they come; none goes on by itself."""
    routes = []

    def keep(route):
        routes.append(route)

    page.route(what, keep)
    return routes


def test_notes_are_not_said_to_be_kept_while_they_are_on_their_way(open_desk):
    maria, tom = open_desk(0), open_desk(1)
    maria.locator("#notes-text").fill("Say hello")
    expect(maria.locator("#notes-state")).to_have_text("kept")
    tom.locator("#notes-text").fill("Say goodbye")
    expect(tom.locator("#notes-conflict")).to_be_visible()
    held = hold(tom, "**/notes")
    tom.locator("#notes-mine").click()
    tom.wait_for_timeout(500)
    expect(tom.locator("#notes-state")).not_to_have_text("kept")
    held[0].continue_()
    expect(tom.locator("#notes-state")).to_have_text("kept")
    assert len(held) == 1


def test_notes_that_are_left_while_they_are_sent_do_not_clash_with_themselves(open_desk, ports, session):
    page = open_desk()
    held = hold(page, "**/notes")
    page.locator("#notes-text").fill("Say hello")
    page.wait_for_timeout(1500)
    page.locator("#notes-text").blur()
    page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    expect(page.locator("#notes-state")).to_have_text("kept")
    expect(page.locator("#notes-conflict")).to_be_hidden()
    assert len(held) == 1


def test_new_questions_are_counted_and_held_back(open_desk, ports, session):
    page = open_desk(viewport=DESKTOP)
    before = page.locator("#inbox .item__title").all_inner_texts()
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        add_question(db, found, "A new one", confirmed=True, votes=99)
        add_question(db, found, "Another new one")
    button = page.locator("#show-new")
    expect(button).to_have_text("2 new: show")
    assert page.locator("#inbox .item__title").all_inner_texts() == before
    page.keyboard.press("n")
    expect(page.locator("#inbox .item__title")).to_have_text(["A new one", *before, "Another new one"])
    expect(button).to_be_hidden()


def test_what_is_typed_and_open_stays_while_the_desk_changes(open_desk, ports, session):
    page = open_desk()
    row = page.locator("#inbox .item").first
    row.get_by_text("More").click()
    row.get_by_label("Hide, because").fill("off to")
    with ports.database.transaction() as db:
        add_question(db, db.get_one(LiveSession, session.id), "A new one")
    page.wait_for_timeout(3000)
    expect(row.get_by_label("Hide, because")).to_have_value("off to")
    row.get_by_label("Hide, because").press_sequentially("pic")
    row.get_by_role("button", name="Hide").click()
    expect(page.locator("#hidden-questions")).to_contain_text("1 hidden question")


def test_nothing_hangs_over_at_any_width(open_desk, ports, session):
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for place in range(10, 16):
            add_question(db, found, "Donaudampfschifffahrtsgesellschaftskapitän" * 3, place=place)
    for viewport in (PHONE, TABLET, DESKTOP):
        for language in ("de-DE", "en-GB"):
            page = open_desk(viewport=viewport, locale=language)
            page.locator("#bar-answer").click()
            expect(page.locator("#bar-now")).to_be_visible()
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (viewport["width"], language, wide) == (viewport["width"], language, 0)
            page.context.close()

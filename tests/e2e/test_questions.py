"""Two experts in real browsers: the one passes a question on, the other finds it among his own and accepts it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpcenter.models import Question, QuestionState, TopicExpert
from helpcenter.permissions import Role
from helpcenter.services import accounts, dispatch
from helpcenter.settings import Settings
from tests.factories import NOW, make_question, make_topic, make_user

VENDOR = Path(__file__).resolve().parents[2] / "helpcenter" / "static" / "vendor"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
    pytest.mark.skipif(not (VENDOR / "htmx.min.js").exists(), reason="needs the browser libraries: make setup"),
]


@pytest.fixture
def cast(ports):
    """Anna and Ben, a topic that is Anna's, and a question about it that the site gives to her."""
    with ports.database.transaction() as db:
        battery = make_topic(db, slug="battery", titles={"en": "Battery", "de": "Akku"})
        anna, ben = (make_user(db, Role.EXPERT, name=name) for name in ("Anna", "Ben"))
        db.add(TopicExpert(topic_id=battery.id, user_id=anna.id))
        question = make_question(db, title="The battery smells of smoke", topic_id=battery.id)
        other = make_question(db, title="The battery does not charge", topic_id=battery.id)
        for one in (question, other):
            assert dispatch.route(db, one.id, now=NOW, mode="auto", calendar=Settings().working_time)
    return anna, ben, question, other


@pytest.fixture
def browser_of(open_page, site, ports):
    def opened(user, **options):
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
        page = open_page(**options)
        page.context.add_cookies([{"name": "signin", "value": token, "url": site}])
        return page

    return opened


def press(page, key):
    """Press the key as soon as the page's script listens: it shows then that there are keys."""
    expect(page.get_by_text("Keys", exact=True)).to_be_visible()
    page.keyboard.press(key)


def test_a_question_is_passed_on_and_found_by_the_right_one(cast, browser_of, ports):
    anna, ben, question, _ = cast
    page = browser_of(anna)
    page.goto("/workbench")
    expect(page.get_by_text("2 questions wait for you.")).to_be_visible()
    page.get_by_role("link", name="The battery smells of smoke").click()
    expect(page.get_by_text("It is yours.")).to_be_visible()
    press(page, "p")
    expect(page.get_by_label("Better:")).to_be_focused()
    page.get_by_label("Better:").select_option("Ben")
    page.get_by_label("In a few words").fill("Ben knows about fires")
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_role("status")).to_contain_text("Passed on.")
    expect(page.get_by_role("link", name="The battery smells of smoke")).to_have_count(0)

    other = browser_of(ben, viewport={"width": 1280, "height": 800})
    other.goto("/workbench/questions?show=mine")
    other.get_by_role("link", name="The battery smells of smoke").click()
    expect(other.get_by_text("Passed on: Ben knows about fires")).to_be_visible()
    press(other, "a")
    expect(other.get_by_role("status")).to_have_text("It is yours now.")
    expect(other.get_by_role("button", name="Accept it")).to_have_count(0)
    with ports.database.reading() as db:
        found = db.get_one(Question, question.id)
        assert (found.expert_id, found.state) == (ben.id, QuestionState.ROUTED)


def test_keys_lead_on_and_can_be_switched_off(cast, browser_of):
    anna, _, question, other = cast
    page = browser_of(anna)
    page.goto(f"/workbench/questions/{question.public_id}")
    press(page, "n")
    expect(page.get_by_role("heading", level=1)).to_have_text(other.title)
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("Single letters work on this page").uncheck()
    page.locator("h1").click()
    press(page, "p")
    expect(page.get_by_label("Better:")).not_to_be_visible()
    page.reload()
    press(page, "p")
    expect(page.get_by_label("Better:")).not_to_be_visible()


def test_others_like_it_are_found_while_one_types(cast, browser_of):
    anna, _, question, other = cast
    page = browser_of(anna)
    page.goto(f"/workbench/questions/{question.public_id}")
    page.get_by_text("The same as another question").click()
    page.get_by_label("Find a question by its words").fill("battery charge")
    page.get_by_label(other.title).check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("status")).to_contain_text("Merged.")

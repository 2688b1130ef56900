"""The whole way of one question, in real browsers, with everything that works behind the pages.

Asked → a clip is offered → not solved → sent → re-routed → answered by a recorded video → an entry → "no" → open again → taken into a
live session → answered there → confirmed.
"""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import (
    AgendaStage,
    FaqEntry,
    LiveSession,
    LiveSessionState,
    OutgoingMail,
    Question,
    QuestionState,
    SessionQuestion,
    TopicExpert,
)
from helpcenter.permissions import Role
from helpcenter.services import search, videos
from tests.factories import make_answer, make_session, make_topic, make_user, make_watchable
from workers import beat

VENDOR = Path(__file__).resolve().parents[3] / "helpcenter" / "static" / "vendor"
SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "ebike-qa.mp4"
TITLE = "Why do I lose half my range in winter?"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
    pytest.mark.skipif(not (VENDOR / "tus.min.js").exists(), reason="needs the browser libraries: make setup"),
]


@pytest.fixture
def work_off(ports, queue, tasks):
    """`work_off()` does all that beat and workers would do by now."""

    def work():
        for _ in range(100):
            beat.tick(ports)
            bells, queue.rung[:] = list(dict.fromkeys(queue.rung)), []
            if not bells:
                return
            for bell in bells:
                tasks[bell.task](bell.row_id)
        raise AssertionError("there is always something left to do")

    return work


@pytest.fixture
def cast(ports, tmp_path):
    """Ada answers for motors, Ben for batteries; a clip about the cold is there, and a session is planned for the evening."""
    with ports.database.transaction() as db:
        motor, battery = make_topic(db, titles={"en": "Motor"}), make_topic(db, titles={"en": "Battery"})
        ada, ben, erika = (
            make_user(db, role, name=name)
            for role, name in ((Role.EXPERT, "Ada"), (Role.EXPERT, "Ben"), (Role.EDITOR, "Erika"))
        )
        db.add(TopicExpert(topic_id=motor.id, user_id=ada.id))
        db.add(TopicExpert(topic_id=battery.id, user_id=ben.id))
        recording = make_watchable(db, cues=100, duration=508.0, title="Questions about e-bikes")
        shutil.copy(SAMPLE, tmp_path / "play.mp4")
        ports.storage.put(recording.version.play_key, tmp_path / "play.mp4")
        entry = make_answer(db, recording=recording, title="How far does it go in winter?", topic=battery)
        search.index_entry(db, entry.id)
        make_session(
            db, title="Winter evening", starts_at=ports.clock() + timedelta(hours=8), hosts=[ben], topics=[battery]
        )
    return ada, ben, erika


def ask(page):
    """A question, by somebody who looks at what is offered first."""
    page.goto("/ask")
    page.get_by_label("Your question", exact=True).press_sequentially("How far in winter")
    page.get_by_role("link", name="How far does it go in winter?").click()
    page.wait_for_function("() => document.getElementById('clip-player')?.currentTime >= 5.5")
    page.get_by_label("Your question", exact=True).fill(TITLE)
    page.get_by_label("Topic").select_option(label="Motor")
    page.get_by_label("Your mail address").fill("kim@example.org")


def link_in(ports, kind):
    """The asker's link in the newest mail of the kind."""
    with ports.database.reading() as db:
        mail = db.scalars(
            select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id.desc())
        ).first()
        found = next(ports.settings.mailbox.rglob(f"*{mail.message_id}*")).read_text()
    plain = re.sub(r"=\n", "", found).replace("=3D", "=")
    return re.search(r"http\S+/questions/\S+key=[\w.-]+", plain)[0].replace(ports.settings.site_url, "")


def state(ports):
    with ports.database.reading() as db:
        return db.scalars(select(Question)).one().state


def mails_to(ports, address):
    with ports.database.reading() as db:
        sent = select(OutgoingMail.kind).where(OutgoingMail.recipient == address).order_by(OutgoingMail.id)
        return list(db.scalars(sent))


def record(page):
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#clock")).to_have_text("0:03")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The video has arrived.")).to_be_visible()


def stage(ports):
    with ports.database.reading() as db:
        return db.scalars(select(SessionQuestion)).one().stage


def wait_for(page, reached):
    """What the host presses stands on his page at once, and with us when his browser has sent it."""
    for _ in range(100):
        if reached():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never arrived")


def hold_session(ports, page, tmp_path, clock):
    """The session as its host holds it: he answers the question at his desk; what was recorded is attached afterwards."""
    with ports.database.transaction() as db:
        session = db.scalars(select(LiveSession)).one()
        session.state, session.live_at = LiveSessionState.LIVE, ports.clock()
    page.goto(f"/console/{session.public_id}")
    page.locator(".item", has_text=TITLE).get_by_role("button", name="Answer it").click()
    wait_for(page, lambda: stage(ports) is AgendaStage.ANSWERING)
    clock.advance(seconds=20)
    page.keyboard.press("d")
    wait_for(page, lambda: stage(ports) is AgendaStage.ANSWERED)
    film = tmp_path / "evening.mp4"
    inputs = ["-f", "lavfi", "-i", "testsrc=s=320x180:d=40", "-f", "lavfi", "-i", "sine=d=40"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-c:v", "libx264", "-c:a", "aac", "-shortest", str(film)], check=True
    )
    with ports.database.transaction() as db:
        session = db.get_one(LiveSession, session.id)
        session.state, session.ended_at = LiveSessionState.ENDED, ports.clock()
        videos.attach_file(db, session, film, t0=session.live_at, actor=None, now=ports.clock())


def pass_on(page, to):
    page.goto("/workbench")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_text("Not my topic").click()
    page.get_by_label("Better:").select_option(to)
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_role("status")).to_contain_text("Passed on.")


def open_mine(page):
    page.goto("/workbench/questions?show=mine")
    page.get_by_role("link", name=TITLE).click()


def make_entry(ports, page):
    """The address of the entry that an editor makes of the answer, with one click."""
    page.goto("/workbench/questions?show=closed")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Make it an entry of the FAQ").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    with ports.database.reading() as db:
        return "/faq/" + db.scalars(select(FaqEntry.slug).order_by(FaqEntry.id.desc())).first()


def say_no(page):
    page.get_by_text("No", exact=True).click()
    page.get_by_label("I did not understand it").check()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_text("Your question is open again")).to_be_visible()


def take_into_session(page):
    page.get_by_text("Answer it in a live session").click()
    page.get_by_role("button", name="Take it into the session").click()
    expect(page.get_by_role("status")).to_contain_text("Planned for the session.")


@pytest.mark.drill
def test_one_question_is_lost_nowhere(open_page, browser_of, cast, ports, clock, work_off, tmp_path):
    ada, ben, erika = cast
    asker, bens = open_page(), browser_of(ben)
    ask(asker)
    clock.advance(seconds=30)  # nobody types faster
    asker.get_by_role("button", name="Send the question").click()
    asker.wait_for_url("**/ask/thanks")
    work_off()
    asker.goto(link_in(ports, "confirm_question"))
    asker.get_by_role("button", name="Yes, write to me").click()
    work_off()
    assert state(ports) is QuestionState.ROUTED

    pass_on(browser_of(ada), "Ben")
    open_mine(bens)
    bens.get_by_role("button", name="Accept it").click()
    bens.get_by_role("link", name="Answer with a video").click()
    record(bens)
    assert state(ports) is QuestionState.BEING_ANSWERED
    work_off()
    assert state(ports) is QuestionState.ANSWERED
    entry = make_entry(ports, browser_of(erika))

    asker.goto(link_in(ports, "question_answered"))
    say_no(asker)
    assert state(ports) is QuestionState.REOPENED
    work_off()
    open_mine(bens)
    take_into_session(bens)
    assert state(ports) is QuestionState.QUEUED
    work_off()
    asker.reload()
    expect(asker.get_by_text("Winter evening")).to_be_visible()

    clock.advance(hours=8)
    hold_session(ports, bens, tmp_path, clock)
    work_off()
    assert state(ports) is QuestionState.ANSWERED
    asker.goto(link_in(ports, "question_answered"))
    asker.get_by_role("button", name="Yes, solved").click()
    expect(asker.get_by_text("Good to hear.")).to_be_visible()
    assert state(ports) is QuestionState.CONFIRMED
    assert mails_to(ports, "kim@example.org") == [
        "confirm_question", "question_answered", "question_scheduled", "question_answered",
    ]  # fmt: skip
    asker.goto(entry)
    expect(asker.get_by_role("heading", name=TITLE)).to_be_visible()

"""A session on this site from its date to its recording, in real browsers: a question is asked, answered on camera, and is a clip."""

import shutil
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Channel, Clip, LiveSession, LiveSessionState, OutgoingMail, Question, SessionQuestion
from helpcenter.wiring import wire
from streaming.emulator import Emulator
from tests.e2e.studio.evening import (
    CLIP_PLAYS,
    SOON,
    answer,
    ask,
    end,
    playing,
    published,
    question_of,
    schedule,
    sign_in,
    until,
)  # fmt: skip
from tests.servers import free_port
from tests.streaming.rtmp.encoder import ffmpeg
from tests.workers.live.evening import Evening as Connected
from tests.workers.live.evening import add_channel, connected
from workers.studio import relay

pytestmark = [
    pytest.mark.drill,
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]

BRAKES, BATTERY = "Why do my brakes squeal in the rain?", "Can I charge the battery in the cellar?"


def test_a_question_is_asked_answered_on_camera_and_a_clip_while_the_session_runs(
    open_page,
    ports,
    workers,
    editor,
):
    desk = open_page(viewport={"width": 1280, "height": 900})
    sign_in(desk, editor)
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
    end(desk)
    expect(desk.locator("#studio-stop")).to_be_hidden(timeout=SOON)  # the end of the session ends the sending
    published(ports, desk)
    second.goto(f"/sessions/{public_id}")
    link = question_of(second, BATTERY).get_by_text("Play the answer")
    expect(link).to_be_visible()
    link.click()
    with ports.database.reading() as db:
        wanted = select(Clip.start).join(SessionQuestion, SessionQuestion.clip_id == Clip.id).join(Question)
        start = db.scalars(wanted.where(Question.title == BATTERY)).one()
        assert db.scalars(select(OutgoingMail).where(OutgoingMail.kind == "question_answered")).all() == []
    until(second, f"(document.querySelector('#player')?.currentTime ?? -99) >= {start} - 0.5")
    assert second.evaluate("document.querySelector('#player').currentTime") < start + 4
    assert timedelta(seconds=start) > timedelta(seconds=3)


@pytest.fixture
def platform(clock):
    with Emulator(time=clock, rtmp_port=0) as emulator:
        yield emulator


@pytest.fixture
def passed_on(monkeypatch):
    """How often it is looked whether a session is to be passed on: for tests, at once."""
    monkeypatch.setattr(relay, "LOOK", 0.2)


class TestFromAnEncoder:
    """The same from OBS, as ffmpeg plays it, while YouTube, as the emulator plays it, shows it too."""

    @pytest.fixture
    def ports(self, settings, queue, clock, platform):
        wired = wire(settings.model_copy(update={"rtmp_port": free_port()}), queue=queue, clock=clock)
        with_platform = connected(wired, platform)
        yield with_platform
        for one in (wired, with_platform):
            one.database.dispose()

    @pytest.fixture
    def sending(self, ports):
        encoders = []

        def send(server, key):
            encoders.append(ffmpeg(f"{server}/{key}", "-b:v", "600k"))

        yield send
        for encoder in encoders:
            encoder.kill()
            encoder.communicate()

    def test_an_answer_is_a_clip_and_youtube_shows_what_arrives_here(
        self, open_page, ports, workers, editor, platform, sending, passed_on
    ):
        channel_id = add_channel(Connected(ports, platform, ports.clock))
        with ports.database.transaction() as db:
            db.get_one(Channel, channel_id).title = "Filters & Co."
        desk = open_page(viewport={"width": 1280, "height": 900})
        sign_in(desk, editor)
        public_id = schedule(desk, also_on="Filters & Co.")
        viewer = open_page()
        viewer.goto(f"/sessions/{public_id}")
        ask(viewer, BRAKES)

        desk.get_by_role("button", name="Show the key").click()
        sending(desk.locator("#stream-server").inner_text(), desk.locator("#stream-key").inner_text())
        desk.get_by_role("button", name="Go live").first.click()
        expect(desk.locator(".now--live")).to_be_visible(timeout=SOON)
        until(viewer, "document.querySelector('video')?.readyState >= 3")
        assert playing(viewer)
        expect(desk.locator(".now__relay")).to_be_visible(timeout=SOON)
        (stream,) = platform.streams.values()
        deadline = time.monotonic() + 60
        while not stream.active:
            assert time.monotonic() < deadline, "nothing arrives there"
            desk.wait_for_timeout(200)

        answer(desk, BRAKES, seconds=6)
        expect(question_of(viewer, BRAKES).get_by_text("Play the answer")).to_be_visible(timeout=SOON)
        question_of(viewer, BRAKES).get_by_text("Play the answer").click()
        until(viewer, CLIP_PLAYS)
        desk.wait_for_timeout(3000)
        end(desk)
        published(ports, desk)
        viewer.goto(f"/sessions/{public_id}")
        expect(question_of(viewer, BRAKES).get_by_text("Play the answer")).to_be_visible()

"""Two viewers of a live session in real browsers: what one does, the other sees without loading the page again."""

import re
import shutil
import subprocess
import threading
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import (
    AgendaStage,
    Broadcast,
    LiveSession,
    LiveSessionState,
    Marker,
    MarkerKind,
    Question,
    SessionQuestion,
)
from helpcenter.ports import utc_now
from helpcenter.services import channels, live
from streaming.local.archive import Archive, Container, TakeSource
from tests.conftest import NOW
from tests.e2e.test_public import WIDER
from tests.factories import make_clip, make_recording, make_session

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
S = LiveSessionState


@pytest.fixture
def session(ports):
    with ports.database.transaction() as db:
        return make_session(db, state=S.LIVE, live_at=NOW, starts_at=utc_now())


@pytest.fixture
def path(session):
    return f"/sessions/{session.public_id}"


@pytest.fixture
def is_complaint():
    """Requests are refused on purpose here, and the picture is asked for until it is there."""
    return lambda text: not text.startswith("Failed to load resource")


def until(page, script, patience=20.0):
    """Wait until the script says something true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := page.evaluate(script):
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {script}")


VIDEO = "document.getElementById('live-video')"
BEFORE, LENGTH = 26, 90


@pytest.fixture
def do(ports, session):
    """`do(change)` makes a change in a transaction: `change(db, session)`."""

    def done(change):
        with ports.database.transaction() as db:
            return change(db, db.get_one(LiveSession, session.id))

    return done


def ask(title, voter="somebody"):
    given = {"voter": voter, "network": "n", "language": "en", "user": None, "now": NOW}
    return lambda db, session: live.ask(db, session, title=title, **given).question.public_id


def of(db, title):
    return db.scalars(select(SessionQuestion).join(Question).where(Question.title == title)).one()


def question(page, title):
    return page.locator("[data-q]", has_text=title)


def test_a_question_and_a_vote_reach_the_other_viewer(open_page, path):
    one, two = open_page(), open_page()
    for page in (one, two):
        page.goto(path)
    one.get_by_label("Your question", exact=True).fill("How far does it go in winter?")
    one.keyboard.press("Enter")
    expect(question(two, "How far")).to_be_visible()
    expect(question(one, "How far").get_by_text("your question")).to_be_visible()
    expect(question(one, "How far").get_by_role("button")).to_be_disabled()
    question(two, "How far").get_by_role("button").click()
    expect(question(two, "How far").get_by_role("button")).to_have_attribute("aria-pressed", "true")
    for page in (one, two):
        expect(question(page, "How far").locator("[data-people]")).to_have_text("2")
    two.reload()
    expect(question(two, "How far").get_by_role("button")).to_have_attribute("aria-pressed", "true")
    question(two, "How far").get_by_role("button").click()
    expect(question(one, "How far").locator("[data-people]")).to_have_text("1")


def test_what_the_host_does_shows_by_itself(open_page, path, do):
    do(ask("How far?")), do(ask("How long?", "b"))
    page = open_page()
    page.goto(path)
    expect(page.get_by_text("Being answered now")).to_be_hidden()

    def bring(stage):
        def change(db, session):
            live.bring(db, of(db, "How far?"), stage, actor=None, now=NOW)
            live.beat(db, session.id)

        return change

    do(bring(AgendaStage.ANSWERING))
    expect(page.locator('[data-list="now"]')).to_contain_text("How far?")
    expect(page.locator("#live-news")).to_have_text("Being answered now: How far?")
    do(bring(AgendaStage.ANSWERED))
    expect(page.locator('[data-list="answered"]')).to_contain_text("How far?")
    expect(page.get_by_text("Being answered now", exact=True)).to_be_hidden()
    do(lambda db, _: live.hide(db, of(db, "How long?"), reason="r", actor=None, now=NOW))
    expect(question(page, "How long?")).to_have_count(0)


def test_the_order_is_each_viewers_own_and_stays(open_page, path, do):
    for number in range(12):
        do(ask(f"Question {number}?", str(number)))
    orders = []
    for _ in range(3):
        page = open_page()
        for _ in range(2):
            page.goto(path)
            until(page, "localStorage.getItem('seed')")
            orders.append(page.locator('[data-list="open"] .q__title').all_text_contents())
    assert [orders[0], orders[2], orders[4]] == [orders[1], orders[3], orders[5]]
    assert orders[0] != orders[2]
    do(lambda db, _: live.pin(db, of(db, "Question 5?"), actor=None, now=NOW))
    expect(page.locator('[data-list="open"] .q__title').first).to_have_text("Question 5?")


def test_where_streams_do_not_get_through_the_page_asks(open_page, path, do):
    page = open_page()
    page.route("**/events?*", lambda route: route.abort())
    page.goto(path)
    do(ask("How far?"))
    expect(question(page, "How far?")).to_be_visible(timeout=12_000)


def test_where_a_proxy_holds_the_stream_back_the_page_asks(open_page, path, do):
    page = open_page()
    page.route("**/events?*", lambda route: None)  # neither an answer nor an error
    page.goto(path)
    do(ask("How far?"))
    expect(question(page, "How far?")).to_be_visible(timeout=20_000)


def test_without_a_network_a_vote_says_so_and_is_not_counted(open_page, path, do):
    do(ask("How far?"))
    page = open_page()
    page.goto(path)
    page.route("**/vote", lambda route: route.abort("internetdisconnected"))
    question(page, "How far?").get_by_role("button").click()
    expect(page.get_by_text("You are offline. Nothing is lost")).to_be_visible()
    expect(question(page, "How far?").locator("[data-people]")).to_have_text("1")
    expect(question(page, "How far?").get_by_role("button")).to_have_attribute("aria-pressed", "false")


def test_what_is_wrong_is_said_and_what_was_typed_stays(open_page, path):
    page = open_page()
    page.goto(path)
    box = page.get_by_label("Your question", exact=True)
    box.fill("x" * 5000)
    expect(page.get_by_text("Please put your question in 300 letters")).to_be_visible()
    page.route("**/questions", lambda route: route.abort("internetdisconnected"))
    box.fill("How far?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#ask-words")).to_contain_text("You are offline.")
    expect(box).to_have_value("How far?")


def test_a_similar_question_is_joined_while_typing(open_page, path, do):
    do(ask("How do I reset the display?"))
    page = open_page()
    page.goto(path)
    page.get_by_label("Your question", exact=True).press_sequentially("reset my display")
    page.locator("#alike").get_by_role("button", name="Me too").click()
    expect(question(page, "How do I reset").locator("[data-people]").first).to_have_text("2")
    expect(page.get_by_label("Your question", exact=True)).to_have_value("")


def test_joining_keeps_a_vote_that_is_there(open_page, path, do):
    do(ask("How do I reset the display?"))
    page = open_page()
    page.goto(path)
    button = question(page, "How do I reset").get_by_role("button")
    with page.expect_response("**/vote"):
        button.click()
    page.get_by_label("Your question", exact=True).press_sequentially("reset my display")
    page.locator("#alike").get_by_role("button", name="Me too").click()
    expect(page.get_by_label("Your question", exact=True)).to_have_value("")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert do(lambda db, _: of(db, "How do I reset the display?").votes) == 1


def test_what_was_typed_stays_until_the_server_has_taken_the_vote(open_page, path, do):
    do(ask("How do I reset the display?"))
    page = open_page()
    page.goto(path)
    box = page.get_by_label("Your question", exact=True)
    box.press_sequentially("reset my display")
    page.route("**/vote", lambda route: route.abort("internetdisconnected"))
    join = page.locator("#alike").get_by_role("button", name="Me too")
    join.click()
    expect(page.locator("#ask-words")).to_contain_text("You are offline.")
    expect(box).to_have_value("reset my display")
    page.unroute("**/vote")
    join.click()
    expect(box).to_have_value("")
    expect(page.locator("#ask-words")).to_be_hidden()
    assert do(lambda db, _: of(db, "How do I reset the display?").votes) == 1


def test_signs_of_any_writing_are_shown_and_run_nothing(open_page, path, do):
    title = "<img src=x onerror=alert(1)> 🚲 כמה רחוק"
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    page.goto(path)
    do(ask(title))
    expect(page.locator(".q__title")).to_have_text(title)


def move(state):
    def change(db, found):
        found.state = state
        live.beat(db, found.id)

    return change


def test_it_begins_and_ends_on_the_same_page_and_what_is_typed_stays(open_page, path, do, ports, session):
    do(lambda db, found: setattr(found, "state", S.SCHEDULED))
    page = open_page()
    page.goto(path)
    expect(page.get_by_text("Ask beforehand")).to_be_visible()
    page.get_by_label("Your question", exact=True).fill("Half a quest")
    do(move(S.LIVE))
    expect(page.get_by_text("live now")).to_be_visible()
    expect(page.get_by_label("Your question", exact=True)).to_have_value("Half a quest")
    page.get_by_label("Your question", exact=True).fill("")
    do(move(S.ENDED))
    expect(page.get_by_text("The recording is on its way")).to_be_visible()
    expect(page.locator("#ask-box")).to_have_count(0)


def test_another_form_of_the_page_is_asked_for_until_it_is_there(open_page, path, do):
    do(lambda db, found: setattr(found, "state", S.SCHEDULED))
    page = open_page()
    page.goto(path)
    answers = [lambda route: route.abort("internetdisconnected"), lambda route: route.fulfill(status=502, body="")]
    page.route(f"**{path}", lambda route: answers.pop(0)(route) if answers else route.continue_())
    do(move(S.LIVE))
    expect(page.get_by_text("live now")).to_be_visible(timeout=20_000)
    assert answers == []


def test_of_two_forms_of_the_page_the_newer_one_is_shown(open_page, path, do):
    do(lambda db, found: setattr(found, "state", S.SCHEDULED))
    page = open_page()
    page.goto(path)
    page.route(f"**{path}", lambda route: route.abort("internetdisconnected"))
    with page.expect_request(f"**{path}"):
        do(move(S.LIVE))
    do(move(S.ENDED))
    page.wait_for_timeout(500)
    page.unroute(f"**{path}")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(path) else None)
    expect(page.get_by_text("The recording is on its way")).to_be_visible(timeout=10_000)
    page.wait_for_timeout(6000)
    assert len(asked) == 1


def test_without_scripts_one_asks_and_votes_by_forms(open_page, path, do):
    do(ask("How far?"))
    page = open_page(java_script_enabled=False)
    page.goto(path)
    question(page, "How far?").get_by_role("button").click()
    expect(question(page, "How far?").get_by_role("button")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Your question", exact=True).fill("How long?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your question is there.")).to_be_visible()
    expect(question(page, "How long?").get_by_text("your question")).to_be_visible()
    expect(page.get_by_role("link", name="Load the newest questions")).to_be_visible()


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_wider_than_a_phone(open_page, path, do, language):
    do(ask("Geschwindigkeitsbegrenzungsaufhebungsverordnung" * 5))
    page = open_page(locale=language)
    page.goto(path)
    page.locator("#ask-title").fill("Geschwindigkeitsbegrenzungsaufhebungsverordnung")
    assert page.evaluate(WIDER) == []


# --- The picture --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A test picture of so many seconds as LENGTH says."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i", "sine", "-t", str(LENGTH),
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-b:v", "400k", "-c:a", "aac", path],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


@pytest.fixture
def picture(ports, do, film):
    """An encoder that sends the film into the session's archive, and has done so for BEFORE seconds already."""

    def prepare(db, session):
        channel = channels.local_channel(db, now=NOW)
        db.add(Broadcast(session_id=session.id, channel_id=channel.id, marker="m", remote_id="archive-1"))
        session.live_at = began

    began = utc_now() - timedelta(seconds=BEFORE)
    do(prepare)
    take = Archive(ports.settings.live_root, "archive-1").open_take(
        source=TakeSource.RTMP,
        container=Container.FLV,
        codecs="",
        began=began,
        sender="s",
        label="OBS",
        now=utc_now(),
    )
    command = [
        "ffmpeg", "-v", "error", "-f", "matroska", "-i", "pipe:", "-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0",
        "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", "%05d.m4s", "index.m3u8",
    ]  # fmt: skip
    encoder = subprocess.Popen(command, cwd=take.folder / "hls", stdin=subprocess.PIPE)
    over = threading.Event()

    def send():
        second = len(film) // LENGTH
        encoder.stdin.write(film[: BEFORE * second])
        for at in range(BEFORE, LENGTH):
            encoder.stdin.write(film[at * second : (at + 1) * second])
            encoder.stdin.flush()
            if over.wait(1):
                return

    sending = threading.Thread(target=send)
    sending.start()
    while not take.index.exists() or take.index.read_text().count(".m4s") < BEFORE - 3:
        time.sleep(0.02)
    take.keep_init()
    yield take
    over.set()
    sending.join()
    encoder.communicate()


def mark(kind):
    """The host presses that button now."""

    def change(db, session):
        db.add(Marker(session_id=session.id, kind=kind, at=utc_now()))
        live.beat(db, session.id)

    return change


def test_the_picture_comes_by_itself_and_goes_back_in_time(open_page, path, picture, clock):
    clock.now = utc_now()
    page = open_page()
    page.goto(path)
    until(page, f"{VIDEO}.currentTime > 1", 30)
    expect(page.get_by_role("button", name="Turn on the sound")).to_be_visible()
    until(page, f"{VIDEO}.currentTime > {BEFORE - 6} && {VIDEO}.readyState === 4", 60)
    page.evaluate(f"{VIDEO}.currentTime = 1")
    back = page.get_by_role("button", name="Back to live")
    expect(back).to_be_visible()
    back.click()
    until(page, f"{VIDEO}.currentTime > 15")


def test_off_the_record_a_sentence_stands_in_for_the_picture(open_page, path, picture, do, clock):
    clock.now = utc_now()
    page = open_page()
    page.goto(path)
    until(page, f"{VIDEO}.currentTime > 0.5", 30)

    do(mark(MarkerKind.OFF_RECORD))
    words = page.get_by_text("Off the record.")
    expect(words).to_be_visible()
    assert page.evaluate(f"{VIDEO}.paused")
    page.reload()
    until(page, f"{VIDEO}.seekable.length && {VIDEO}.currentTime > 0")
    assert page.evaluate(f"{VIDEO}.paused")
    page.wait_for_timeout(2000)
    do(mark(MarkerKind.ON_RECORD))
    expect(words).to_be_hidden()
    until(page, f"!{VIDEO}.paused")


def test_after_off_the_record_each_viewer_goes_on_where_he_was(open_page, path, picture, do, clock):
    clock.now = utc_now()
    behind, paused, latest = open_page(), open_page(), open_page()
    for page in (behind, paused, latest):
        page.goto(path)
    for page in (behind, paused):
        until(page, f"{VIDEO}.currentTime > {BEFORE - 6} && {VIDEO}.readyState === 4", 60)
        page.evaluate(f"{VIDEO}.currentTime = 2")
        until(page, f"{VIDEO}.currentTime > 2.2 && {VIDEO}.currentTime < 10")
    paused.evaluate(f"{VIDEO}.pause()")

    do(mark(MarkerKind.OFF_RECORD))
    for page in (behind, paused, latest):
        expect(page.get_by_text("Off the record.")).to_be_visible()
    stood = behind.evaluate(f"{VIDEO}.currentTime")
    behind.wait_for_timeout(3000)
    do(mark(MarkerKind.ON_RECORD))
    until(behind, f"!{VIDEO}.paused")
    until(latest, f"!{VIDEO}.paused && {VIDEO}.seekable.end(0) - {VIDEO}.currentTime < 12")
    assert behind.evaluate(f"{VIDEO}.currentTime") == pytest.approx(stood, abs=3)
    expect(behind.get_by_role("button", name="Back to live")).to_be_visible()
    expect(paused.get_by_text("Off the record.")).to_be_hidden()
    assert paused.evaluate(f"{VIDEO}.paused")
    assert paused.evaluate(f"{VIDEO}.currentTime") < 10


@pytest.fixture
def answer(ports, do, tmp_path):
    """`answer(title)` answers that question by a clip of four seconds."""
    film = tmp_path / "clip.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:d=4", "-c:v", "libx264", "-pix_fmt", "yuv420p",
         "-movflags", "faststart", film], check=True,
    )  # fmt: skip

    def answered(title):
        def change(db, session):
            item = of(db, title)
            clip = make_clip(db, make_recording(db), provisional=True, start=0, end=4)
            clip.media_key = f"recordings/{clip.recording.public_id}/clip-1.mp4"
            ports.storage.put(clip.media_key, shutil.copy(film, tmp_path / "copy.mp4"))
            item.clip_id = clip.id
            live.bring(db, item, AgendaStage.ANSWERED, actor=None, now=NOW)
            live.beat(db, session.id)

        do(change)

    return answered


def test_an_answer_plays_in_its_place_while_the_session_runs(open_page, path, do, answer):
    name = do(ask("How far?"))
    page = open_page()
    page.goto(path)
    answer("How far?")
    page.get_by_role("link", name=re.compile("Play the answer")).click()
    until(page, "document.querySelector('.q__clip')?.currentTime > 0.3")
    assert page.url.endswith(path)
    page.goto(f"{path}?q={name}#q-{name}")
    expect(page.locator(".q__clip")).to_be_visible()


def test_what_is_open_is_said_of_the_answer_that_plays_and_of_no_other(open_page, path, do, answer):
    for title in ("How far?", "How long?"):
        do(ask(title)), answer(title)
    page = open_page()
    page.goto(path)
    far, long = (
        question(page, title).get_by_role("link", name=re.compile("Play the answer")) for title in ("far", "long")
    )
    far.click()
    expect(far).to_have_attribute("aria-expanded", "true")
    long.click()
    expect(long).to_have_attribute("aria-expanded", "true")
    expect(far).to_have_attribute("aria-expanded", "false")

    def change(db, session):
        of(db, "How long?").question.title = "How long does it last?"
        live.beat(db, session.id)

    do(change)
    expect(question(page, "How long does it last?").locator("video")).to_be_visible()
    expect(long).to_have_attribute("aria-expanded", "true")
    long.click()
    expect(long).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".q__clip")).to_have_count(0)

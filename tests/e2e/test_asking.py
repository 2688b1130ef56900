"""Somebody asks on his phone: watches what is there, is not helped, sends picture and video, is warned, and looks at his page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpcenter.models import Deflection, Question, QuestionAttachment
from helpcenter.services import attachments, questions, search
from tests.e2e.test_public import WIDER
from tests.factories import make_answer, make_topic, make_watchable
from workers import attachments as work

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "ebike-qa.mp4"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]
FFMPEG = ["ffmpeg", "-v", "error", "-y"]


@pytest.fixture
def answered(ports, tmp_path):
    """An entry about batteries whose clip can be watched."""
    with ports.database.transaction() as db:
        recording = make_watchable(db, cues=100, duration=508.0, title="Fragen zum E-Bike", language="de")
        shutil.copy(SAMPLE, tmp_path / "play.mp4")
        ports.storage.put(recording.version.play_key, tmp_path / "play.mp4")
        topic = make_topic(db, slug="akku", titles={"de": "Akku", "en": "Battery"})
        entry = make_answer(db, recording=recording, title="Wie weit komme ich im Winter?", language="de", topic=topic)
        search.index_entry(db, entry.id)
        return entry.id


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("phone") / "akku.jpg"
    subprocess.run([*FFMPEG, "-f", "lavfi", "-i", "testsrc=s=1200x900:d=1", "-frames:v", "1", str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("phone") / "geraeusch.mp4"
    inputs = ["-f", "lavfi", "-i", "testsrc=s=640x360:d=3", "-f", "lavfi", "-i", "sine=d=3"]
    subprocess.run([*FFMPEG, *inputs, "-c:v", "libx264", "-c:a", "aac", "-shortest", str(path)], check=True)
    return path


def rows(ports, model):
    with ports.database.reading() as db:
        return list(db.scalars(select(model).order_by(model.id)))


def watch(page, seconds):
    """Play the clip that was opened in its place, for that long."""
    page.get_by_role("link", name="Wie weit komme ich im Winter?").click()
    page.wait_for_function("() => document.getElementById('clip-player')?.currentTime >= 5")
    page.wait_for_function(f"() => document.getElementById('clip-player').currentTime > 5 + {seconds}")


def type_question(page):
    page.get_by_label("Ihre Frage", exact=True).press_sequentially("Wie weit im Winter")
    expect(page.get_by_role("button", name="Das beantwortet es")).to_be_visible()


def test_from_the_typed_question_to_his_page_on_a_phone(open_page, ports, clock, answered, photo, film, tmp_path):
    page = open_page(locale="de-DE")
    page.goto("/ask")
    type_question(page)
    watch(page, 1)
    assert page.url.endswith("/ask")
    page.screenshot(path=tmp_path / "clip.png")
    page.get_by_label("Was sollten wir").fill("Das hilft mir nicht. Rufen Sie mich an: 0171 2345678")
    page.get_by_label("Ihr Produkt").fill("Kiox 300, 2024, Seriennummer 0171 9999999")
    page.get_by_label("Bild oder kurzes Video").set_input_files([photo, film])
    expect(page.locator("#files-list progress")).to_have_count(0)
    page.get_by_label("Ihre E-Mail-Adresse").fill("kim@example.org")
    page.get_by_label("Vertrauenswürdige Kunden").check()
    page.get_by_role("button", name="Frage absenden").click()

    expect(page.get_by_role("heading", name="Möchten Sie das wirklich mitschicken?")).to_be_visible()
    assert page.locator("mark").all_text_contents() == ["0171 2345678"]
    expect(page.get_by_label("Ihr Produkt")).to_have_value("Kiox 300, 2024, Seriennummer 0171 9999999")
    expect(page.locator("#files-list")).to_contain_text("geraeusch.mp4")
    assert page.evaluate(WIDER) == []
    clock.advance(seconds=30)  # nobody types faster
    page.get_by_role("button", name="So senden").click()
    page.wait_for_url("**/ask/thanks")

    (question,) = rows(ports, Question)
    assert (question.circle, question.held_for, "0171" in question.body) == (True, "", True)
    assert rows(ports, Deflection) == []
    files = rows(ports, QuestionAttachment)
    assert [(row.name, row.question_id) for row in files] == [("akku.jpg", question.id), ("geraeusch.mp4", question.id)]

    with ports.database.reading() as db:
        asker = db.get_one(Question, question.id).askers[0]
        link = questions.link_for(ports.settings, question, asker).removeprefix(ports.settings.site_url)
    page.goto(link)
    expect(page.get_by_text("wird vorbereitet")).to_have_count(2)
    for row in files:
        work.make(ports, row.id)
    expect(page.get_by_text("ist da")).to_have_count(2)
    page.wait_for_function("() => document.querySelector('.files__media').naturalWidth === 1200")
    page.locator("video.files__media").evaluate("(video) => video.play()")
    page.wait_for_function("() => document.querySelector('video.files__media').currentTime > 0.5")
    assert page.evaluate(WIDER) == []
    page.get_by_label("Bild oder kurzes Video").set_input_files([photo])
    expect(page.get_by_text("wird vorbereitet")).to_have_count(1)
    page.get_by_role("button", name="Zurücknehmen").click()
    expect(page.get_by_text("Vertrauenswürdige Kunden sehen Ihre Frage nicht.")).to_be_visible()
    assert rows(ports, Question)[0].circle is False


def test_who_watches_and_leaves_is_counted_once_and_who_asks_is_not(open_page, ports, answered):
    page = open_page(locale="de-DE")
    page.goto("/ask")
    type_question(page)
    watch(page, 5.5)
    page.goto("/search")
    page.wait_for_timeout(500)
    assert [(row.entry_id, row.explicit) for row in rows(ports, Deflection)] == [(answered, False)]
    page.goto("/ask")
    type_question(page)
    page.get_by_role("button", name="Das beantwortet es").click()
    page.wait_for_url("**/ask/solved")
    assert [row.explicit for row in rows(ports, Deflection)] == [False, True]


def test_on_a_page_with_a_player_of_its_own_the_clip_plays_beside_it(open_page, ports, answered):
    page = open_page(locale="de-DE")
    page.goto("/faq/how-far")
    type_question(page)
    page.locator("a[data-clip]").click()
    page.wait_for_function("() => document.getElementById('clip-player')?.currentTime >= 5.5")
    assert page.evaluate("document.getElementById('player').paused")
    page.locator("a[data-clip]").click()
    expect(page.locator("#clip-player")).to_have_count(0)


def test_the_box_of_a_topic_leads_on_with_what_was_typed(open_page, ports, answered):
    page = open_page(locale="de-DE")
    page.goto("/topics/akku")
    type_question(page)
    page.get_by_role("button", name="Ihre Frage stellen").click()
    expect(page.get_by_label("Ihre Frage", exact=True)).to_have_value("Wie weit im Winter")
    expect(page.get_by_label("Thema")).to_have_value("akku")
    expect(page.get_by_role("link", name="Zurück zur vorigen Seite")).to_have_attribute("href", "/topics/akku")


def test_asking_with_a_file_works_without_a_script(open_page, ports, clock, answered, photo):
    page = open_page(java_script_enabled=False, locale="de-DE")
    page.goto("/embed/ask?topic=akku")
    page.get_by_label("Ihre Frage", exact=True).fill("Wie lade ich bei Frost?")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Ihre Frage stellen").click()
    asking = opened.value
    asking.get_by_label("Was sollten wir").fill("kim@example.org")
    asking.get_by_label("Bild oder kurzes Video").set_input_files(photo)
    asking.get_by_label("Ihre E-Mail-Adresse").fill("kim@example.org")
    asking.get_by_role("button", name="Frage absenden").click()
    expect(asking.locator("#files-list")).to_contain_text("akku.jpg")
    clock.advance(seconds=30)
    asking.get_by_role("button", name="So senden").click()
    expect(asking.get_by_role("heading", name=re.compile("Mail"))).to_be_visible()
    (question,) = rows(ports, Question)
    with ports.database.reading() as db:
        assert [row.name for row in attachments.of_question(db, question)] == ["akku.jpg"]

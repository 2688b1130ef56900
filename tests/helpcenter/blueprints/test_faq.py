import re

import pytest
from sqlalchemy import select

from helpcenter.models import ClipState, EntryState, FaqText, Rating, RecordingState, Source, Visibility
from helpcenter.permissions import Role
from tests.bench.pages import count_queries
from tests.factories import NOW, make_answer, make_recording, make_topic, make_user, make_watchable

EN = {"Accept-Language": "en"}


def _video(page):
    return re.search(r"<video.*?>", page, re.DOTALL)[0]


@pytest.fixture
def entry(ports):
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="battery", titles={"en": "Battery"})
        return make_answer(db, clips=2, topic_id=topic.id, body="Keep it **warm**.")


def test_the_page_plays_the_best_clip_of_the_uncut_recording(client, entry):
    page = client.get("/faq/how-far", headers=EN).text
    recording = entry.clips[0].clip.recording
    assert f'src="/media/recordings/{recording.public_id}/play-1.mp4#t=5,15"' in _video(page)
    assert 'data-start="5.0" data-end="15.0"' in _video(page)
    assert (
        f'<track kind="captions" src="/recordings/{recording.public_id}/captions.vtt?language=en" srclang="en"' in page
    )
    assert "Keep it <strong>warm</strong>." in page
    assert f'href="/recordings/{recording.public_id}?t=5"' in page
    assert page.count('class="chapters__link"') == 3


def test_a_cut_clip_plays_its_own_file_from_its_own_second(client, ports, entry):
    with ports.database.transaction() as db:
        clip = db.merge(entry).clips[0].clip
        clip.media_key, clip.media_start, clip.media_mode = "recordings/x/clip-1.mp4", 3.0, "fast"
    page = client.get("/faq/how-far", headers=EN).text
    assert 'src="/media/recordings/x/clip-1.mp4#t=2"' in _video(page)
    assert f"/faq/how-far/captions.vtt?clip={clip.public_id}&amp;language=en" in page
    captions = client.get(f"/faq/how-far/captions.vtt?clip={clip.public_id}&language=en")
    assert (captions.mimetype, captions.text.splitlines()[0]) == ("text/vtt", "WEBVTT")
    # The cue from 5 to 9 s of the recording is at 2 to 6 s of a file that begins at 3 s.
    assert "00:00:02.000 --> 00:00:06.000" in captions.text


@pytest.mark.parametrize(
    ("t", "fragment"), [("4", "#t=9,15"), ("0", "#t=5,15"), ("99", "#t=5,15"), ("nan", "#t=5,15"), ("x", "#t=5,15")]
)
def test_a_second_of_the_clip_is_where_it_starts(client, entry, t, fragment):
    assert fragment in _video(client.get(f"/faq/how-far?t={t}").text)


def test_another_clip_is_played_by_its_address(client, entry):
    second = entry.clips[1].clip
    assert "#t=15,25" in _video(client.get(f"/faq/how-far?clip={second.public_id}").text)
    assert "#t=5,15" in _video(client.get("/faq/how-far?clip=unknown").text)


def test_the_text_beside_it_leads_to_its_seconds_without_a_script(client, entry):
    clip = entry.clips[0].clip
    page = client.get("/faq/how-far", headers=EN).text
    lines = re.findall(r'class="transcript__line" href="([^"]+)" data-start="([\d.]+)"', page)
    assert lines == [
        (f"/faq/how-far?clip={clip.public_id}&amp;t=0", "5.0"),
        (f"/faq/how-far?clip={clip.public_id}&amp;t=5", "10.0"),
    ]
    assert page.count("Anna</span>") == 1


@pytest.mark.parametrize("clips", [1, 30])
def test_the_page_takes_six_queries_however_much_it_shows(app, ports, clips):
    with ports.database.transaction() as db:
        topic = make_topic(db, parent_id=make_topic(db).id)
        make_answer(db, clips=clips, topic_id=topic.id, recording=make_watchable(db, duration=400.0, cues=clips * 10))
        make_answer(db, slug="neighbour", topic_id=topic.id)
    assert count_queries(app) <= 6


def test_clips_that_nobody_confirmed_or_may_see_are_not_shown(client, ports):
    with ports.database.transaction() as db:
        hidden = make_watchable(db, visibility=Visibility.STAFF)
        entry = make_answer(db, clips=3)
        entry.clips[0].clip.state = ClipState.PROPOSED
        entry.clips[1].clip.recording = hidden
    page = client.get("/faq/how-far", headers=EN).text
    assert "#t=25,35" in _video(page)
    assert ["Clip 0" in page, "Clip 1" in page] == [False, False]


@pytest.mark.parametrize(
    ("values", "visitor", "customer", "editor"),
    [
        ({}, 200, 200, 200),
        ({"state": EntryState.STALE}, 200, 200, 200),
        ({"visibility": Visibility.UNLISTED}, 200, 200, 200),
        ({"visibility": Visibility.CUSTOMERS}, 404, 200, 200),
        ({"visibility": Visibility.STAFF}, 404, 404, 200),
        ({"state": EntryState.DRAFT}, 404, 404, 200),
        ({"state": EntryState.IN_REVIEW}, 404, 404, 200),
    ],
)  # fmt: skip
def test_who_may_read_it(client, ports, sign_in, values, visitor, customer, editor):
    with ports.database.transaction() as db:
        make_answer(db, **values)
        people = make_user(db), make_user(db, Role.EDITOR)
    browsers = [client, *(sign_in(person) for person in people)]
    for path in ("/faq/how-far", "/faq/how-far/captions.vtt"):
        assert [browser.get(path).status_code for browser in browsers] == [visitor, customer, editor]


def test_the_language_version_follows_the_reader_or_says_that_there_is_only_the_other(client, ports, entry):
    assert (
        "in English only" in client.get("/faq/how-far?lang=de").text
        or "nur auf Englisch" in client.get("/faq/how-far").text
    )
    with ports.database.transaction() as db:
        db.merge(entry).texts.append(FaqText(language="de", title="Wie weit?", body="Warm halten.", updated_at=NOW))
    page = client.get("/faq/how-far?lang=de").text
    assert ["<h1>Wie weit?</h1>" in page, "Warm halten." in page] == [True, True]


def test_a_youtube_video_is_a_link_until_it_is_wanted(client, ports):
    with ports.database.transaction() as db:
        recording = make_recording(db, source=Source.YOUTUBE, source_ref="dQw4w9WgXcQ", state=RecordingState.READY)
        make_answer(db, recording=recording)
    page = client.get("/faq/how-far", headers=EN).text
    assert ["<video" in page, "<iframe" in page, "youtube-nocookie" in page] == [False, False, False]
    assert 'data-youtube="dQw4w9WgXcQ" data-start="5"' in page
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=5s"' in page


def test_an_entry_without_video_shows_its_text(client, ports):
    with ports.database.transaction() as db:
        make_answer(db, clips=0, body="In writing alone.")
    page = client.get("/faq/how-far", headers=EN).text
    assert ["In writing alone." in page, "<video" in page] == [True, False]


def test_a_rating_is_kept_with_the_clip_and_without_the_reader(client, ports, entry):
    answer = client.post("/faq/how-far/rating", data={"helpful": "no", "reason": " too \n short "})
    assert (answer.status_code, answer.location) == (303, "/faq/how-far?rated=no#helpful")
    assert "Thank you for telling us." in client.get("/faq/how-far?rated=no", headers=EN).text
    with ports.database.reading() as db:
        rating = db.scalars(select(Rating)).one()
        assert (rating.helpful, rating.reason, rating.clip_id) == (False, "too short", entry.clips[0].clip_id)


def test_what_may_not_be_read_cannot_be_rated(client, ports):
    with ports.database.transaction() as db:
        make_answer(db, state=EntryState.DRAFT)
    assert client.post("/faq/how-far/rating", data={"helpful": "yes"}).status_code == 404


def test_titles_and_speech_are_text_and_never_html(client, ports):
    payload = "</title><script>alert(1)</script>\"'><img src=x>"
    with ports.database.transaction() as db:
        topic = make_topic(db, titles={"en": payload}, descriptions={"en": payload})
        recording = make_watchable(db, title=payload)
        entry = make_answer(db, title=payload, body=payload, topic_id=topic.id, recording=recording)
        make_answer(db, slug="neighbour", title=payload, topic_id=topic.id)
        entry.clips[0].clip.title = payload
    for path in ("/faq/how-far", f"/recordings/{recording.public_id}", f"/topics/{topic.slug}", "/"):
        page = client.get(path, headers=EN).text
        assert (page.count("<script"), page.count("<img src=x")) == (
            page.count('<script type="module" src="/static/'),
            0,
        )

import re

import pytest
from sqlalchemy import select

from helpcenter.models import ClipState, Rating, RecordingState, Transcript, Visibility
from helpcenter.permissions import Role
from tests.factories import make_answer, make_clip, make_recording, make_user, make_watchable

EN = {"Accept-Language": "en"}


@pytest.fixture
def recording(ports):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
        make_answer(db, recording=recording, title="How far?")
        return recording


def test_the_page_starts_at_the_second_asked_for(client, recording):
    page = client.get(f"/recordings/{recording.public_id}?t=42", headers=EN).text
    assert 'play-1.mp4#t=42"' in page
    assert 'data-start="42.0"' in page


def test_it_shows_chapters_text_and_the_answers_made_from_it(client, recording):
    page = client.get(f"/recordings/{recording.public_id}", headers=EN).text
    here = f"/recordings/{recording.public_id}"
    assert re.findall(r'class="chapters__link" href="([^"]+)" data-start', page) == [
        f"{here}?t={t}" for t in (0, 20, 40)
    ]
    assert page.count('class="transcript__line"') == 12
    assert re.search(r'href="/faq/how-far\?clip=\w+"', page)


def test_captions_and_chapters_are_tracks(client, recording):
    captions = client.get(f"/recordings/{recording.public_id}/captions.vtt?language=en")
    chapters = client.get(f"/recordings/{recording.public_id}/chapters.vtt")
    assert (captions.mimetype, chapters.mimetype) == ("text/vtt", "text/vtt")
    assert "00:00:05.000 --> 00:00:09.000\n<v Anna>Sentence 1</v>" in captions.text
    assert "00:00:20.000 --> 00:00:40.000\nPart 1" in chapters.text


def test_a_machines_text_is_called_a_draft(client, ports, recording):
    assert "draft by a machine" not in client.get(f"/recordings/{recording.public_id}", headers=EN).text
    with ports.database.transaction() as db:
        for transcript in db.query(Transcript):
            transcript.draft = True
    assert "draft by a machine" in client.get(f"/recordings/{recording.public_id}", headers=EN).text


def test_a_recording_that_is_not_ready_says_so(client, ports):
    with ports.database.transaction() as db:
        recording = make_recording(db, state=RecordingState.PROCESSING)
    page = client.get(f"/recordings/{recording.public_id}", headers=EN)
    assert ("still being processed" in page.text, "<video" in page.text) == (True, False)


def test_sound_alone_looks_like_sound(client, ports):
    with ports.database.transaction() as db:
        recording = make_watchable(db)
        recording.version.play_type = "audio/mp4"
    page = client.get(f"/recordings/{recording.public_id}", headers=EN).text
    assert ["player--audio" in page, "audio only" in page] == [True, True]


@pytest.mark.parametrize(
    ("values", "visitor", "customer", "editor"),
    [
        ({}, 200, 200, 200),
        ({"visibility": Visibility.UNLISTED}, 200, 200, 200),
        ({"visibility": Visibility.CUSTOMERS}, 404, 200, 200),
        ({"visibility": Visibility.STAFF}, 404, 404, 200),
        ({"state": RecordingState.FAILED}, 404, 404, 200),
    ],
)
def test_who_may_watch_it(client, ports, sign_in, values, visitor, customer, editor):
    with ports.database.transaction() as db:
        recording = make_watchable(db, **values)
        people = make_user(db), make_user(db, Role.EDITOR)
    browsers = [client, *(sign_in(person) for person in people)]
    for path in ("", "/captions.vtt", "/chapters.vtt"):
        statuses = [browser.get(f"/recordings/{recording.public_id}{path}").status_code for browser in browsers]
        assert statuses == [visitor, customer, editor]


def test_an_expert_sees_what_he_uploaded_himself(ports, sign_in):
    with ports.database.transaction() as db:
        expert, other = make_user(db, Role.EXPERT), make_user(db, Role.EXPERT)
        recording = make_watchable(db, state=RecordingState.FAILED, created_by_id=expert.id)
    statuses = [sign_in(person).get(f"/recordings/{recording.public_id}").status_code for person in (expert, other)]
    assert statuses == [200, 404]


def test_whoever_was_led_to_a_clip_says_whether_it_helped(client, ports, recording):
    with ports.database.transaction() as db:
        clip = make_clip(db, db.merge(recording), start=30.5, end=40, title="Which tyres?", state=ClipState.CONFIRMED)
        proposed = make_clip(db, db.merge(recording), start=50, end=55)
    here = f"/recordings/{recording.public_id}"
    assert [
        "Was this helpful?" in client.get(f"{here}{query}", headers=EN).text
        for query in ("", "?t=31", "?t=45", "?t=51")
    ] == [False, True, False, False]
    answer = client.post(f"{here}/rating", data={"clip": clip.public_id, "helpful": "no", "kind": "unclear"})
    assert (answer.status_code, answer.location) == (303, f"{here}?t=31&rated=told#helpful")
    assert "Thank you for telling us." in client.get(answer.location, headers=EN).text
    with ports.database.reading() as db:
        assert [(one.entry_id, one.clip_id) for one in db.scalars(select(Rating))] == [(None, clip.id)]
    for other in (proposed.public_id, "nothing"):
        assert client.post(f"{here}/rating", data={"clip": other, "helpful": "no"}).status_code == 404

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpcenter.captions import Cue
from helpcenter.errors import InvalidInput, NotFound
from helpcenter.jobs import ADVANCE_RECORDING, Doorbell
from helpcenter.models import Chapter, CueRow, Marker, Recording, RecordingState, Source, StepState
from helpcenter.services import recordings, steps
from helpcenter.services.recordings import NewTranscript
from helpcenter.services.recordings.chapters import NewChapter
from tests.factories import NOW, make_question, make_recording, make_user

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe battery and the charger are in the box.\n"


def create(db, **values):
    return recordings.create(
        db, **{"source": Source.FILE, "path_or_url": "films/My_first-talk.mp4", "now": NOW, **values}
    )


def test_a_new_recording_has_all_its_steps_to_do_and_rings_once_it_is_kept(ports, queue):
    with ports.database.transaction() as db:
        recording = create(db)
        assert queue.rung == []
    assert queue.rung == [Doorbell(ADVANCE_RECORDING, recording.id)]
    with ports.database.reading() as db:
        chain = steps.of_recording(db, recording.id)
    assert [(step.name, step.state) for step in chain] == [(name, StepState.TODO) for name in steps.CHAIN]
    assert (recording.title, recording.version.original_name) == ("My first talk", "My_first-talk.mp4")


def test_captions_beside_the_file_are_there_at_once(db):
    recording = create(db, captions=VTT, captions_name="talk.en.vtt")
    transcript = recordings.main_transcript(db, recording)
    assert (transcript.language, transcript.provider, transcript.human) == ("en", recordings.CAPTIONS, True)
    assert recordings.cues_of(db, transcript) == [Cue(1.0, 2.0, "The battery and the charger are in the box.")]


def test_captions_that_cannot_be_read_are_refused_before_anything_is_made(db):
    with pytest.raises(InvalidInput):
        create(db, captions=b"no captions at all")
    assert db.scalar(select(func.count(Recording.id))) == 0


def test_markers_are_kept_as_instants_with_the_question_that_they_name(db):
    question = make_question(db)
    told = json.dumps([
        {"at": 61.5, "kind": "answered"},
        {"at": 12.5, "kind": "answering", "title": " How far? ", "question": question.public_id},
    ])  # fmt: skip
    recording = create(db, markers=recordings.read_markers(told))
    rows = db.scalars(select(Marker).order_by(Marker.at)).all()
    assert [(row.kind.value, row.title, row.question_id) for row in rows] == [
        ("answering", "How far?", question.id),
        ("answered", "", None),
    ]
    assert [recording.version.offset(row.at) for row in rows] == [12.5, 61.5]
    recording.version.t0 += timedelta(seconds=10)
    assert [recording.version.offset(row.at) for row in rows] == [2.5, 51.5]


@pytest.mark.parametrize(("data", "place"), [
    ("no json", "JSON"), ("{}", "JSON"), ('[{"at": -1, "kind": "topic"}]', "1 → at"), ('[{"at": 1, "kind": "pause"}]', "1 → kind"),
    ('[{"at": 1, "kind": "topic"}, {"kind": "topic"}]', "2 → at"), ('[{"at": NaN, "kind": "topic"}]', "1 → at"),
])  # fmt: skip
def test_markers_that_cannot_be_read_are_refused_with_the_place(data, place):
    with pytest.raises(InvalidInput) as refused:
        recordings.read_markers(data, name="m.json")
    assert (refused.value.message.params["place"], refused.value.message.params["name"]) == (place, "m.json")


def test_a_marker_that_names_an_unknown_question_is_refused(db):
    with pytest.raises(InvalidInput):
        create(db, markers=recordings.read_markers('[{"at": 1, "kind": "answering", "question": "nobody"}]'))


@pytest.mark.parametrize(("address", "video"), [
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42", "dQw4w9WgXcQ"), ("https://youtu.be/dQw4w9WgXcQ?t=3", "dQw4w9WgXcQ"),
    ("https://youtube.com/shorts/dQw4w9WgXcQ", "dQw4w9WgXcQ"), ("https://m.youtube.com/live/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
    ("https://www.youtube.com/watch?v=short", None), ("https://evil.example/watch?v=dQw4w9WgXcQ", None),
    ("ftp://youtu.be/dQw4w9WgXcQ", None), ("films/talk.mp4", None), ("https://youtu.be/dQw4w9WgXcQ/../x", "dQw4w9WgXcQ"),
])  # fmt: skip
def test_addresses_of_youtube_videos_are_known_in_every_form(address, video):
    assert recordings.youtube_id(address) == video


def test_a_youtube_video_stays_where_it_is(db):
    recording = create(db, source=Source.URL, path_or_url="https://youtu.be/dQw4w9WgXcQ", title="Talk")
    assert (recording.source, recording.source_ref, recording.version.pending_path) == (
        Source.YOUTUBE,
        "dQw4w9WgXcQ",
        "",
    )


def test_an_address_on_youtube_that_is_no_video_is_refused(db):
    with pytest.raises(InvalidInput):
        create(db, source=Source.URL, path_or_url="https://www.youtube.com/@channel")


def test_a_machine_never_overwrites_what_a_person_wrote_or_corrected(db):
    recording = make_recording(db)
    machine = NewTranscript([Cue(0, 1, "one"), Cue(1, 2, "two")], "en", "pocketsphinx", draft=True)
    assert recordings.put_transcript(db, recording, machine, now=NOW)
    assert recordings.put_transcript(db, recording, machine, now=NOW)
    transcript = recordings.main_transcript(db, recording)
    assert [cue.text for cue in recordings.cues_of(db, transcript)] == ["one", "two"]
    db.scalars(select(CueRow).where(CueRow.text == "two")).one().edited = True
    db.flush()
    assert not recordings.put_transcript(db, recording, machine, now=NOW)
    person = NewTranscript([Cue(0, 1, "mine")], "en", recordings.CAPTIONS, human=True)
    assert recordings.put_transcript(db, recording, person, now=NOW)
    assert not recordings.put_transcript(db, recording, machine, now=NOW)
    assert [cue.text for cue in recordings.cues_of(db, recordings.main_transcript(db, recording))] == ["mine"]


def test_of_several_texts_a_persons_is_the_main_one(db):
    recording = make_recording(db, language="de")
    recordings.put_transcript(db, recording, NewTranscript([], "de", "pocketsphinx", draft=True), now=NOW)
    recordings.put_transcript(db, recording, NewTranscript([], "en", recordings.CAPTIONS, human=True), now=NOW)
    assert recordings.main_transcript(db, recording).language == "en"


def test_chapters_that_a_person_edited_stay_and_win_where_they_overlap(db):
    recording = make_recording(db, duration=40)
    found = [
        NewChapter(0, 10, "a", "transcript"),
        NewChapter(10, 20, "b", "transcript"),
        NewChapter(20, 40, "c", "transcript"),
    ]
    recordings.replace_chapters(db, recording, found)
    edited = db.scalars(select(Chapter).where(Chapter.title == "b")).one()
    edited.title, edited.start, edited.end, edited.edited = "mine", 8, 22, True
    db.flush()
    kept = recordings.replace_chapters(db, recording, found)
    assert [(chapter.start, chapter.end, chapter.title) for chapter in kept] == [
        (0, 8, "a"),
        (8, 22, "mine"),
        (22, 40, "c"),
    ]


def test_a_recording_is_ready_with_its_first_chapters_before_its_transcript(db):
    recording = create(db)
    lease = timedelta(seconds=15)
    for name in ("fetch", "probe", "scan", "outline", "play"):
        assert recording.state is RecordingState.PROCESSING
        claim = steps.claim(db, recording.id, now=NOW, lease=lease)
        assert claim.name == name
        steps.finish(db, claim, now=NOW)
        recordings.refresh_state(db, recording, now=NOW)
    assert (recording.state, recording.ready_at) == (RecordingState.READY, NOW)
    assert not recordings.settled(db, recording.id)


def test_the_summary_has_the_form_that_the_command_line_promises(db):
    recording = create(db, captions=VTT, title="Talk")
    told = recordings.summary(db, recording)
    assert list(told) == ["recording", "state", "url", "duration", "provider", "cues", "chapters", "clips", "steps"]
    assert (told["state"], told["provider"], told["cues"], told["url"]) == (
        "processing",
        "captions",
        1,
        f"/recordings/{recording.public_id}",
    )
    assert told["steps"][0] == {"name": "fetch", "state": "todo", "seconds": None, "attempts": 0, "note": ""}


def test_a_recording_that_is_not_there_is_not_found(db):
    with pytest.raises(NotFound):
        recordings.find(db, "nothing")


def test_a_given_up_step_says_why_the_recording_failed(db):
    recording = create(db, created_by=make_user(db))
    claim = steps.claim(db, recording.id, now=NOW, lease=timedelta(seconds=15))
    steps.fail(db, claim, InvalidInput("The file is broken.").message, now=NOW, hopeless=True)
    recordings.refresh_state(db, recording, now=NOW)
    assert (recording.state, str(recordings.complaint(db, recording))) == (RecordingState.FAILED, "The file is broken.")
    assert recordings.settled(db, recording.id)

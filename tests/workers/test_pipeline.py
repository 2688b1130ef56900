"""The pipeline on real files, in this process."""

import json
import subprocess

from sqlalchemy import select

from helpcenter.models import (
    Asset,
    Chapter,
    Clip,
    OutgoingMail,
    Question,
    Recording,
    SearchDocument,
    Source,
    Transcript,
)
from helpcenter.permissions import Role
from helpcenter.services import clips, recordings, steps
from tests.factories import NOW, make_question, make_user
from tests.workers.driving import VTT, film, run, step, take_in, told
from workers.pipeline.advance import advance


def test_a_recording_with_captions_becomes_chapters_clips_and_answers(ports, mp4):
    with ports.database.transaction() as db:
        question = make_question(db)
    markers = [
        {"at": 0, "kind": "answering", "title": "How far does it go?", "question": question.public_id},
        {"at": 10, "kind": "answering", "title": "How do I charge it?"},
    ]
    recording_id = take_in(ports, mp4, captions=VTT, markers=recordings.read_markers(json.dumps(markers)))
    run(ports, recording_id)
    summary = told(ports, recording_id)
    assert (summary["state"], summary["provider"], summary["cues"]) == ("ready", "captions", 2)
    assert [clip["title"] for clip in summary["clips"]] == ["How far does it go?", "How do I charge it?"]
    assert {(step["state"], step["attempts"]) for step in summary["steps"]} == {("done", 1)}
    with ports.database.reading() as db:
        assert db.get_one(Question, question.id).state.value == "answered"
        assert len(db.scalars(select(OutgoingMail)).all()) == 1
        assert {"storyboard.jpg", "waveform.json"} <= set(db.scalars(select(Asset.kind)))
        assert "speech" not in set(db.scalars(select(Asset.kind)))
        assert set(db.scalars(select(SearchDocument.kind))) >= {"cue", "chapter"}
        version = db.get_one(Recording, recording_id).version
    assert (version.play_key, version.play_type) == (version.original_key, "video/mp4")
    assert list(ports.settings.scratch.glob("*/*-*")) == []


def test_a_confirmed_clip_is_cut_and_gets_a_poster(ports, mp4):
    recording_id = take_in(ports, mp4, captions=VTT)
    run(ports, recording_id)
    with ports.database.transaction() as db:
        recording = db.get_one(Recording, recording_id)
        clip = Clip(recording=recording, origin="hand", start=2, end=6, title="By hand", language="en", created_at=NOW)
        db.add(clip)
        db.flush()
        clips.confirm(
            db, clip, entry=None, topic=None, title="By hand", start=2, end=6, language="en", editor=None, now=NOW
        )  # fmt: skip
    run(ports, recording_id)
    with ports.database.reading() as db:
        cut = db.get_one(Clip, clip.id)
    assert (cut.media_start, cut.media_mode) == (2, "exact")
    assert ports.storage.exists(cut.media_key)
    assert ports.storage.exists(cut.poster_key)


def test_captions_inside_the_file_are_taken_and_a_container_is_changed_for_browsers(ports, tmp_path, mp4):
    (tmp_path / "c.vtt").write_bytes(VTT)
    both = tmp_path / "talk.mkv"
    inside = ["-i", mp4, "-i", tmp_path / "c.vtt", "-c", "copy", "-c:s", "srt", "-metadata:s:s:0", "language=eng"]
    subprocess.run(["ffmpeg", "-v", "error", *inside, both], check=True)
    recording_id = take_in(ports, both)
    run(ports, recording_id)
    summary = told(ports, recording_id)
    assert (summary["state"], summary["provider"], summary["cues"]) == ("ready", "embedded captions", 2)
    with ports.database.reading() as db:
        version = db.get_one(Recording, recording_id).version
    assert version.play_key.endswith("/play.mp4")


def test_no_sound_is_a_result_and_not_an_error(ports, tmp_path):
    recording_id = take_in(ports, film(tmp_path, "mute.mp4", "-an", "-pix_fmt", "yuv420p"))
    run(ports, recording_id)
    assert told(ports, recording_id)["state"] == "ready"
    assert step(ports, recording_id, "transcript")["note"] == "There is no sound, so there is no transcript."


def test_a_language_that_nobody_can_recognise_has_no_transcript_yet(ports, mp4):
    recording_id = take_in(ports, mp4, language="de")
    run(ports, recording_id)
    assert (told(ports, recording_id)["state"], told(ports, recording_id)["provider"]) == ("ready", None)
    assert "English only" in step(ports, recording_id, "transcript")["note"]


def test_a_youtube_video_gets_chapters_and_clips_though_its_media_stays_there(ports):
    markers = recordings.read_markers('[{"at": 1, "kind": "answering", "title": "How far does it go?"}]')
    recording_id = take_in(
        ports, "https://youtu.be/dQw4w9WgXcQ", source=Source.URL, captions=VTT, markers=markers, title="Talk"
    )
    run(ports, recording_id)
    summary = told(ports, recording_id)
    assert (summary["state"], [clip["title"] for clip in summary["clips"]]) == ("ready", ["How far does it go?"])
    assert step(ports, recording_id, "fetch")["note"] == "The media stays at YouTube."


def test_an_uploaded_file_is_gone_once_it_is_kept(ports, mp4):
    upload = ports.settings.uploads / "abc"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(mp4.read_bytes())
    recording_id = take_in(ports, upload, source=Source.UPLOAD, name="Talk.MP4", captions=VTT)
    advance(ports, recording_id)
    assert upload.exists()
    advance(ports, recording_id)
    assert not upload.exists()
    with ports.database.reading() as db:
        assert db.get_one(Recording, recording_id).version.original_key.endswith("/original.mp4")


def test_run_again_it_finds_the_same_clips_and_leaves_what_people_did(ports, mp4):
    markers = recordings.read_markers(
        '[{"at": 0, "kind": "answering", "title": "How far?"}, {"at": 10, "kind": "answering", "title": "How to charge?"}]'
    )
    recording_id = take_in(ports, mp4, captions=VTT, markers=markers)
    run(ports, recording_id)
    before = told(ports, recording_id)
    with ports.database.transaction() as db:
        chapter = db.scalars(select(Chapter).order_by(Chapter.start)).first()
        chapter.title, chapter.edited = "Mine", True
        steps.rerun(db, recording_id, first="outline", by=None, now=NOW)
    run(ports, recording_id)
    after = told(ports, recording_id)
    assert after["clips"] == before["clips"]
    assert [chapter["title"] for chapter in after["chapters"]] == ["Mine", "How to charge?"]
    with ports.database.reading() as db:
        assert len(db.scalars(select(Transcript)).all()) == 1


def test_editors_hear_once_that_proposals_wait(ports, mp4):
    with ports.database.transaction() as db:
        make_user(db, Role.EDITOR, email="erik@example.org")
        make_user(db, Role.EXPERT)
    markers = recordings.read_markers('[{"at": 0, "kind": "answering", "title": "How far does it go?"}]')
    recording_id = take_in(ports, mp4, captions=VTT, markers=markers)
    run(ports, recording_id)
    with ports.database.transaction() as db:
        steps.rerun(db, recording_id, first="notify", by=None, now=ports.clock())
    run(ports, recording_id)
    with ports.database.reading() as db:
        mails = db.execute(select(OutgoingMail.kind, OutgoingMail.recipient)).all()
    assert mails == [("proposals_waiting", "erik@example.org")]

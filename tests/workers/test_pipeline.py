"""The pipeline on real files, in this process."""

import dataclasses
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from helpcenter.errors import StorageFull
from helpcenter.models import (
    Asset,
    Chapter,
    Clip,
    OutgoingMail,
    Question,
    Recording,
    RecordingState,
    SearchDocument,
    Source,
    StepState,
    Transcript,
)
from helpcenter.services import clips, recordings, steps
from helpcenter.storage import FolderStorage
from tests.factories import NOW, make_question
from workers import process
from workers.beat import tick
from workers.janitor import tidy
from workers.pipeline.advance import advance

VTT = b"""WEBVTT

00:00.200 --> 00:09.800
How far does the bike go? It goes eighty kilometres in summer, and fifty in winter, as the cold slows the cells down.

00:10.200 --> 00:19.800
How do I charge the battery? Take it out, carry it into the warm, and plug it in over night, with the charger that came with it.
"""


def film(folder: Path, name: str, *options: str) -> Path:
    """A film of 20 seconds; `options` come before its name."""
    path = folder / name
    picture = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5:duration=20"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=300:duration=20:sample_rate=16000"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, *sound, *options, path], check=True)
    return path


@pytest.fixture(scope="session")
def mp4(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film"), "talk.mp4", "-pix_fmt", "yuv420p", "-movflags", "+faststart")


def take_in(ports, path, **values):
    with ports.database.transaction() as db:
        defaults = {"source": Source.FILE, "path_or_url": str(path), "language": "en", "now": ports.clock()}
        return recordings.create(db, **{**defaults, **values}).id


def run(ports, recording_id):
    while advance(ports, recording_id):
        pass


def told(ports, recording_id):
    with ports.database.reading() as db:
        return recordings.summary(db, db.get_one(Recording, recording_id))


def step(ports, recording_id, name):
    return next(step for step in told(ports, recording_id)["steps"] if step["name"] == name)


def why(ports, recording_id):
    with ports.database.reading() as db:
        return str(recordings.complaint(db, db.get_one(Recording, recording_id)))


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


def test_a_broken_file_says_so_keeps_the_original_and_does_not_hold_up_others(ports, tmp_path, mp4):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(mp4.read_bytes()[:3000])
    bad, good = take_in(ports, broken), take_in(ports, mp4, captions=VTT)
    run(ports, bad)
    run(ports, good)
    assert (told(ports, bad)["state"], told(ports, good)["state"]) == ("failed", "ready")
    assert "broken.mp4" in why(ports, bad)
    assert step(ports, bad, "probe")["attempts"] == 1
    with ports.database.reading() as db:
        assert ports.storage.exists(db.get_one(Recording, bad).version.original_key)
        assert recordings.settled(db, bad)


def test_a_missing_ffmpeg_is_said_and_a_retry_after_installing_it_goes_on(ports, mp4):
    bare = dataclasses.replace(ports, settings=ports.settings.model_copy(update={"ffmpeg_binary": "no-such-ffmpeg"}))
    recording_id = take_in(bare, mp4, captions=VTT)
    run(bare, recording_id)
    assert told(ports, recording_id)["state"] == "failed"
    assert "no-such-ffmpeg" in why(ports, recording_id)
    with ports.database.transaction() as db:
        failed = next(s for s in steps.of_recording(db, recording_id) if s.state is StepState.QUARANTINED)
        assert steps.retry(db, failed, by=None, now=NOW)
        recordings.refresh_state(db, db.get_one(Recording, recording_id), now=NOW)
        assert db.get_one(Recording, recording_id).state is RecordingState.PROCESSING
    run(ports, recording_id)
    assert told(ports, recording_id)["state"] == "ready"


class FullDisk(FolderStorage):
    """A folder on a disk that is full until `full` is unset."""

    full = True

    def put(self, key, source):
        if self.full:
            raise StorageFull
        super().put(key, source)


def test_a_full_disk_makes_a_step_wait_without_costing_an_attempt(ports, mp4, clock):
    disk = FullDisk(ports.settings.media)
    full = dataclasses.replace(ports, storage=disk)
    recording_id = take_in(full, mp4, captions=VTT)
    for _ in range(5):
        run(full, recording_id)
        waiting = step(ports, recording_id, "fetch")
        assert (waiting["state"], waiting["attempts"]) == ("todo", 0)
        assert waiting["note"].startswith("The disk is full.")
        clock.advance(seconds=31)
    disk.full = False
    run(full, recording_id)
    assert told(ports, recording_id)["state"] == "ready"


class Slow(FolderStorage):
    """A storage so slow that another worker takes the step over meanwhile."""

    def __init__(self, root, meanwhile):
        super().__init__(root)
        self.meanwhile = meanwhile

    def put(self, key, source):
        super().put(key, source)
        self.meanwhile()


def test_who_was_too_slow_keeps_nothing(ports, mp4, clock):
    taken = []

    def take_over():
        clock.advance(seconds=20)
        with ports.database.transaction() as db:
            taken.append(steps.claim(db, recording_id, now=clock.now, lease=timedelta(seconds=15)))

    slow = dataclasses.replace(ports, storage=Slow(ports.settings.media, take_over))
    recording_id = take_in(slow, mp4, captions=VTT)
    advance(slow, recording_id)
    assert [claim.attempt for claim in taken] == [2]
    with ports.database.reading() as db:
        assert db.get_one(Recording, recording_id).version.original_key is None
    clock.advance(seconds=20)
    run(ports, recording_id)
    assert (told(ports, recording_id)["state"], step(ports, recording_id, "fetch")["attempts"]) == ("ready", 3)


class Broken(FolderStorage):
    """A storage with a fault that nobody has thought of."""

    def put(self, key, source):
        message = "a secret detail"
        raise RuntimeError(message)


def test_an_unexpected_error_is_tried_three_times_and_shown_in_general_words(ports, mp4, clock):
    odd = dataclasses.replace(ports, storage=Broken(ports.settings.media))
    recording_id = take_in(odd, mp4)
    for _ in range(4):
        run(odd, recording_id)
        clock.advance(seconds=31)
    given_up = step(ports, recording_id, "fetch")
    assert (given_up["state"], given_up["attempts"]) == ("quarantined", 3)
    assert given_up["note"] == "Something went wrong here that was not foreseen. It has been noted in the log."


def test_a_worker_that_is_stopped_gives_its_step_back_uncounted(ports, mp4, monkeypatch):
    recording_id = take_in(ports, mp4, captions=VTT)
    monkeypatch.setattr(process, "_asked_to_stop", bytearray(b"\x01"))
    advance(ports, recording_id)
    assert (step(ports, recording_id, "fetch")["state"], step(ports, recording_id, "fetch")["attempts"]) == ("todo", 0)


def test_a_machine_does_no_more_steps_at_once_than_it_should(ports, mp4):
    one = dataclasses.replace(ports, settings=ports.settings.model_copy(update={"worker_processes": 1}))
    first, second = take_in(ports, mp4), take_in(ports, mp4)
    refused = []

    class Asking(FolderStorage):
        def put(self, key, source):
            refused.append(advance(one, second))
            super().put(key, source)

    asking = dataclasses.replace(one, storage=Asking(ports.settings.media))
    advance(asking, first)
    assert refused == [False]
    assert advance(one, second)


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


def test_a_tick_rings_for_what_was_lost_and_notes_that_it_lives(ports, queue, mp4):
    recording_id = take_in(ports, mp4)
    queue.rung.clear()
    tick(ports)
    tick(ports)
    assert [bell.row_id for bell in queue.rung if bell.task == "advance_recording"] == [recording_id] * 2


def test_the_janitor_removes_what_dead_workers_left_and_nothing_else(ports, mp4):
    recording_id = take_in(ports, mp4)
    with ports.database.transaction() as db:
        claim = steps.claim(db, recording_id, now=NOW, lease=timedelta(seconds=15))
        public_id = db.get_one(Recording, recording_id).public_id
    base = ports.settings.scratch / public_id
    alive, kept = base / f"{claim.step_id}-{claim.fence}", base / f"{claim.step_id}-kept"
    dead, gone = base / f"{claim.step_id}-{claim.fence - 1}", ports.settings.scratch / "no-such-recording" / "1-1"
    for folder in (alive, kept, dead, gone):
        folder.mkdir(parents=True)
    half = ports.settings.media / "recordings" / "x.mp4.99.part"
    half.parent.mkdir(parents=True)
    half.touch()
    tidy(ports, every=timedelta())
    assert [folder.exists() for folder in (alive, kept, dead, gone, gone.parent, half)] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]
    tidy(ports, every=timedelta(), old=timedelta(days=-36500))
    assert not half.exists()

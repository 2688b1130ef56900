"""What the pipeline does when something is wrong."""

import dataclasses
from datetime import timedelta

from helpcenter.errors import StorageFull
from helpcenter.models import (
    Recording,
    RecordingState,
    StepState,
)
from helpcenter.services import recordings, steps
from helpcenter.storage import FolderStorage
from tests.factories import NOW
from tests.workers.driving import VTT, run, step, take_in, told, why
from workers import process
from workers.beat import tick
from workers.janitor import tidy
from workers.pipeline.advance import advance


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

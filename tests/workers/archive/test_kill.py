"""A worker that is killed with SIGKILL while it takes in, imports, follows a trim or writes chapters: nothing is lost or doubled."""

import os
import signal
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from helpcenter.db import SqlDatabase
from helpcenter.models import (
    Channel,
    ChannelImport,
    LiveSessionState,
    PlatformVideo,
    Recording,
    RecordingVersion,
    Transcript,
    VideoState,
)
from helpcenter.platforms import ConnectedChannels
from helpcenter.services import videos
from helpcenter.services.videos.rows import LEASE
from tests.workers.archive.evening import vtt

MARKS = [(0, "Welcome"), (600, "How far does it go?"), (1800, "How do I charge it?"), (3000, "What about rain?")]
MOVED = [(0, "Welcome"), (300, "How far does it go?"), (1500, "How do I charge it?"), (2700, "What about rain?")]
IMPORTING = ("import.asked", "import.storing", "archive.asked", "archive.storing")


def kill(evening, folder, *points):
    """Let processes of their own do what is due, one after the other, until one has died at each of the points."""
    while not all((folder / point).exists() for point in points):
        if not _died(evening, folder, points):
            evening.advance(seconds=(evening._next_due() - evening.clock()).total_seconds())


def _died(evening, folder, points):
    child = os.fork()
    if child == 0:
        os.environ |= {
            "HELPCENTER_FAILPOINT": ",".join(points), "HELPCENTER_FAILPOINT_FOLDER": str(folder),
            "HELPCENTER_FAILPOINT_KILLS": "self",
        }  # fmt: skip
        try:
            _work_apart(evening)
        except BaseException:  # noqa: BLE001 -- a forked test must not go on as a second pytest
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return False
    assert os.WTERMSIG(status) == signal.SIGKILL
    evening.advance(seconds=LEASE.total_seconds() + 1)
    return True


def _work_apart(evening):
    ports = evening.ports
    database = SqlDatabase(ports.settings.database)
    platforms = ConnectedChannels(ports.settings, database, ports.clock)
    evening.ports = replace(ports, database=database, platforms=platforms)
    evening.work()


def count(evening, model):
    with evening.ports.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model))


def chapters(evening, video_id):
    return [(round(row["start"]), row["title"]) for row in evening.recording(video_id)["chapters"]]


def written(evening, video_id):
    return evening.emulator.videos[video_id].description.count("How far does it go?")


@pytest.mark.parametrize("point", ["archive.asked", "archive.storing", "chapters.asked", "chapters.storing"])
def test_an_archive_becomes_one_recording_with_its_chapters(evening, tmp_path, point):
    video_id = evening.broadcast(minutes=60, captions=vtt(3600), marks=MARKS)
    kill(evening, tmp_path, point)
    evening.live_through(hours=1)
    assert (evening.session().state, chapters(evening, video_id)) == (LiveSessionState.PUBLISHED, MARKS)
    assert [count(evening, model) for model in (PlatformVideo, Recording, RecordingVersion, Transcript)] == [1, 1, 1, 1]
    assert (evening.recording(video_id)["state"], written(evening, video_id)) == ("ready", 1)


@pytest.mark.parametrize("point", ["trim.asked", "trim.storing"])
def test_a_trim_makes_one_new_version(evening, tmp_path, point):
    video_id = evening.broadcast(minutes=60, captions=vtt(3600), marks=MARKS)
    evening.live_through(hours=1)
    evening.emulator.studio.trim(video_id, start=300)
    kill(evening, tmp_path, point)
    evening.live_through(days=1)
    assert (evening.version(video_id).number, evening.version(video_id).duration) == (2, 3300)
    assert (count(evening, RecordingVersion), chapters(evening, video_id)) == (2, MOVED)


def test_sixty_videos_come_once_over_days_though_workers_die_on_the_way(evening, tmp_path):
    evening.pipeline = False
    for number in range(60):
        evening.emulator.studio.upload(evening.remote, f"Talk {number}", captions=vtt(60, seed=number))
    with evening.ports.database.transaction() as db:
        channel = db.get_one(Channel, evening.channel_id)
        import_id = videos.start_import(db, channel, actor=None, now=evening.clock()).id
    kill(evening, tmp_path, *IMPORTING)
    evening.live_through(hours=1)
    told = summary(evening, import_id)
    assert (told["state"], told["found"], told["pulled"], "quota for today" in told["note"]) == (
        "pulling",
        60,
        60,
        True,
    )
    assert told["captions_waiting"] > 0
    evening.live_through(days=3)
    told = summary(evening, import_id)
    assert (told["state"], told["pulled"], told["captions_waiting"]) == ("done", 60, 0)
    assert [count(evening, model) for model in (PlatformVideo, Recording, Transcript)] == [60, 60, 60]
    assert evening.emulator.journal.after_exhaustion() == []
    # Two pages and sixty texts; each death costs at most what it had just asked for.
    assert evening.asked("playlistItems.list") <= 2 + 2
    assert evening.asked("captions.download") <= 60 + 2
    with evening.ports.database.reading() as db:
        assert set(db.scalars(select(PlatformVideo.state))) == {VideoState.PULLED}


def summary(evening, import_id):
    with evening.ports.database.reading() as db:
        return videos.summary(db, db.get_one(ChannelImport, import_id))

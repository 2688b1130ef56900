"""The media of an archive through the real yt-dlp, from the emulator's media server."""

import gc
import warnings

import pytest

from helpcenter.errors import TooLarge, Unavailable
from tests.workers.archive.evening import vtt
from workers.media.fetch import FetchLimits
from workers.media.fetch_video import fetch_video


@pytest.fixture(autouse=True)
def _leave_no_connection():
    """yt-dlp leaves that of a download which was stopped to the collector, which would complain in the middle of another test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"youtube_download": True})


@pytest.fixture
def upload(evening, mp4):
    return evening.emulator.studio.upload(evening.remote, "A talk", media=mp4, captions=vtt(20, every=5))


def address(evening, video_id):
    return f"{evening.emulator.url}/watch?v={video_id}"


def test_the_file_comes_whole_and_its_progress_is_told(evening, upload, mp4, tmp_path):
    told = []
    fetched = fetch_video(address(evening, upload), tmp_path / "out", progress=told.append)
    assert (fetched.path.read_bytes(), fetched.name) == (mp4.read_bytes(), "video.mp4")
    assert (told[-1], [path.name for path in fetched.path.parent.iterdir()]) == (1.0, ["source"])


def test_what_progress_raises_stops_it(evening, upload, tmp_path):
    class StoppedError(Exception):
        pass

    def stop(_):
        raise StoppedError

    with pytest.raises(StoppedError):
        fetch_video(address(evening, upload), tmp_path / "out", progress=stop)


def test_a_video_that_is_too_large_is_not_taken(evening, upload, tmp_path):
    with pytest.raises((TooLarge, Unavailable)):
        fetch_video(address(evening, upload), tmp_path / "out", limits=FetchLimits(max_bytes=1000))
    assert not (tmp_path / "out" / "source").exists()


def test_a_video_that_is_not_there_is_unavailable_in_words(evening, tmp_path):
    with pytest.raises(Unavailable, match="does not give the video"):
        fetch_video(address(evening, "dQw4w9WgXcQ"), tmp_path / "out")


@pytest.mark.parametrize("other", ["https://vimeo.com/1", "file:///etc/passwd", "ytsearch:cats"])
def test_nothing_but_the_platform_is_spoken_to(other, tmp_path):
    with pytest.raises(Unavailable):
        fetch_video(other, tmp_path / "out")


def test_an_archive_is_loaded_and_plays_here(evening, mp4):
    video_id = evening.broadcast(minutes=1, captions=vtt(20, every=5))
    evening.emulator.set_recording(video_id, media=mp4, length=20.0)
    evening.advance(hours=74)
    evening.live_through(hours=74)
    recording, version = evening.recording(video_id), evening.version(video_id)
    assert (recording["state"], recording["provider"], round(version.duration)) == ("ready", "YouTube captions", 20)
    assert (version.play_key, version.play_type) == (version.original_key, "video/mp4")
    note = next(step["note"] for step in recording["steps"] if step["name"] == "transcript")
    assert note == "YouTube's automatic captions were taken, so there was nothing to transcribe."


def test_one_that_cannot_be_loaded_stays_on_youtube_and_is_ready_all_the_same(evening):
    video_id = evening.emulator.studio.upload(evening.remote, "A talk", length=60.0)
    with evening.ports.database.transaction() as db:
        from helpcenter.services import videos

        videos.listed(db, video_id, channel_id=evening.channel_id, now=evening.clock()).due_at = evening.clock()
    evening.work()
    for _ in range(3):
        evening.advance(minutes=5)
        evening.work()
    recording, version = evening.recording(video_id), evening.version(video_id)
    assert (recording["state"], version.play_key, version.pending_path) == ("ready", None, "")
    note = next(step["note"] for step in recording["steps"] if step["name"] == "fetch")
    assert note.startswith("The video could not be loaded, so it stays at YouTube")

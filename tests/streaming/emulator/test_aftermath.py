"""What becomes of a video after the end, by itself and by hand, and what yt-dlp gets of it."""

from pathlib import Path

import av
import pytest
import requests
import yt_dlp

from tests.streaming.emulator.conftest import NO_MONITOR

SAMPLE = Path("samples/ebike-qa.mp4").resolve()
WORDS = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGood evening.\n\n00:00:30.000 --> 00:00:31.000\nThe end.\n"
HOUR = 3600.0


@pytest.fixture
def ended(emulator, youtube, evening):
    """`ended(seconds)`: the id of a broadcast that was live for that long."""

    def made(seconds: float = HOUR) -> str:
        broadcast, _ = evening(**NO_MONITOR)
        emulator.world.default_captions = WORDS
        for to in ("live", "complete"):
            youtube.liveBroadcasts().transition(part="id", id=broadcast, broadcastStatus=to).execute()
            emulator.clock.advance(5 + seconds if to == "live" else 0)
        return broadcast

    return made


@pytest.fixture
def look(youtube):
    def looked(video):
        parts = "snippet,status,contentDetails,processingDetails,liveStreamingDetails"
        item = youtube.videos().list(part=parts, id=video).execute()["items"][0]
        tracks = youtube.captions().list(part="snippet", videoId=video).execute()["items"]
        return (
            item["contentDetails"]["duration"], item["status"]["uploadStatus"], item["snippet"]["liveBroadcastContent"],
            item["processingDetails"]["processingStatus"], [track["snippet"]["status"] for track in tracks],
        )  # fmt: skip

    return looked


def test_the_archive_comes_right_by_and_by(emulator, ended, look):
    video = ended()
    assert look(video) == ("PT0S", "uploaded", "live", "processing", [])
    emulator.clock.advance(60)
    assert look(video) == ("PT0S", "uploaded", "none", "processing", [])
    emulator.clock.advance(60)
    assert look(video) == ("PT48M", "uploaded", "none", "processing", [])
    emulator.clock.advance(180)
    assert look(video) == ("PT48M", "uploaded", "none", "processing", ["syncing"])
    emulator.clock.advance(300)
    assert look(video) == ("PT1H", "processed", "none", "succeeded", ["syncing"])
    emulator.clock.advance(300)
    assert look(video) == ("PT1H", "processed", "none", "succeeded", ["serving"])


def test_one_leap_of_the_clock_ends_the_same_way(emulator, ended, look):
    video = ended()
    emulator.clock.advance(HOUR)
    assert look(video) == ("PT1H", "processed", "none", "succeeded", ["serving"])
    assert emulator.world.captions.popitem()[1].parts["snippet"]["lastUpdated"] == "2026-11-22T10:15:05Z"


def test_captions_that_sync_cannot_be_had_yet(emulator, youtube, ended):
    video = ended()
    emulator.clock.advance(300)
    track = youtube.captions().list(part="id", videoId=video).execute()["items"][0]["id"]
    with pytest.raises(Exception, match="could not be found"):
        youtube.captions().download(id=track).execute()
    emulator.clock.advance(600)
    assert youtube.captions().download(id=track, tfmt="vtt").execute().decode() == WORDS


def test_more_than_twelve_hours_leave_nothing(emulator, ended, look):
    video = ended(12 * HOUR + 1)
    emulator.clock.advance(HOUR)
    assert look(video) == ("PT0S", "failed", "none", "failed", [])


def test_the_chat_and_the_viewers_disappear_with_the_end(emulator, youtube, ended):
    details = (
        youtube.videos().list(part="liveStreamingDetails", id=ended()).execute()["items"][0]["liveStreamingDetails"]
    )
    assert set(details) == {"scheduledStartTime", "actualStartTime", "actualEndTime"}


def test_a_trim_in_the_editor_moves_duration_and_captions(emulator, youtube, ended):
    video = ended()
    emulator.clock.advance(HOUR)
    emulator.studio.trim(video, start=25, end=45)
    assert (
        youtube.videos().list(part="contentDetails", id=video).execute()["items"][0]["contentDetails"]["duration"]
        == "PT20S"
    )
    track = youtube.captions().list(part="id", videoId=video).execute()["items"][0]["id"]
    assert youtube.captions().download(id=track).execute() == b"WEBVTT\n\n00:00:05.000 --> 00:00:06.000\nThe end.\n"


def test_edits_and_deletion_by_hand(emulator, youtube, ended):
    video = ended()
    emulator.clock.advance(HOUR)
    emulator.studio.edit(video, title="By hand", privacyStatus="private")
    assert (emulator.broadcasts[video].title, emulator.broadcasts[video].privacy) == ("By hand", "private")
    emulator.studio.caption(video, WORDS, language="de")
    emulator.studio.delete(video)
    assert (emulator.broadcasts, emulator.videos, emulator.world.captions) == ({}, {}, {})


def test_the_recording_is_served_whole_in_ranges_and_to_those_who_may_see_it(emulator, ended):
    video = ended()
    emulator.set_recording(video, SAMPLE)
    address, content = f"{emulator.url}/media/{video}.mp4", SAMPLE.read_bytes()
    assert requests.get(address, timeout=5).status_code == 404
    emulator.clock.advance(HOUR)
    assert requests.get(address, timeout=5).content == content

    def part(places):
        answer = requests.get(address, headers={"Range": f"bytes={places}"}, timeout=5)
        return answer.status_code, answer.headers["Content-Range"], answer.content

    size = len(content)
    assert part("10-19") == (206, f"bytes 10-19/{size}", content[10:20])
    assert part(f"{size - 5}-") == (206, f"bytes {size - 5}-{size - 1}/{size}", content[-5:])
    assert part("-5") == (206, f"bytes {size - 5}-{size - 1}/{size}", content[-5:])
    assert part(f"{size}-")[:2] == (416, f"bytes */{size}")
    emulator.studio.edit(video, privacyStatus="private")
    assert requests.get(address, timeout=5).status_code == 404
    assert requests.get(f"{emulator.url}/watch?v={video}", timeout=5).status_code == 404


def test_the_file_tells_how_long_it_is(emulator, channel, tmp_path):
    video = emulator.videos[emulator.studio.upload(channel, "A file", media=SAMPLE)]
    with av.open(SAMPLE) as opened:
        assert video.length == pytest.approx(opened.duration / av.time_base, abs=0.1)
    other = tmp_path / "other.mp4"
    for content in (b"", b"no film", b"\0\0\0\1free", b"\0\0\0\x08free\0\0\0\x08moov"):
        other.write_bytes(content)
        assert emulator.videos[emulator.studio.upload(channel, "Odd", media=other, length=9)].length == 9


def test_yt_dlp_fetches_the_page_with_its_video(emulator, channel, tmp_path):
    video = emulator.studio.upload(channel, "Charging in <winter>", media=SAMPLE)
    options = {
        "quiet": True, "noprogress": True, "cachedir": False, "proxy": "", "allowed_extractors": ["generic", "html5"],
        "outtmpl": str(tmp_path / "%(id)s.%(ext)s"), "logger": Silence(),
    }  # fmt: skip
    with yt_dlp.YoutubeDL(options) as ydl:
        found = ydl.extract_info(f"{emulator.url}/watch?v={video}")
    path = Path((found["entries"][0] if "entries" in found else found)["requested_downloads"][0]["filepath"])
    assert path.read_bytes() == SAMPLE.read_bytes()
    assert requests.get(f"{emulator.url}/vi/{video}/high.jpg", timeout=5).headers["Content-Type"] == "image/png"
    assert requests.get(f"{emulator.url}/vi/none/high.jpg", timeout=5).status_code == 404


class Silence:
    """yt-dlp's logger that says nothing."""

    def debug(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...

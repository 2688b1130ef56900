import re
from pathlib import Path

import pytest

from helpcenter.errors import UnusableMedia
from tests.workers.media.conftest import AAC, CLOCK, H264, SPEECHLIKE, Make, lavfi
from workers.media.ffmpeg import Tools
from workers.media.probe import AudioInfo, FileChapter, MediaInfo, VideoInfo, extract_subtitles, probe

BOTH = lavfi(CLOCK, SPEECHLIKE, seconds=2)
SOUND = lavfi(None, SPEECHLIKE, seconds=2)


def test_a_recording_is_described(talk_info: MediaInfo, talk: Path):
    assert talk_info.video == VideoInfo(0, "h264", 320, 180, 25.0, "yuv420p")
    assert talk_info.audio == AudioInfo(1, "aac", 2, 44100)
    assert (talk_info.format, round(talk_info.duration, 1), talk_info.size) == ("mov", 12.0, talk.stat().st_size)
    assert talk_info.tags["title"] == "Secret"
    assert not talk_info.truncated


def test_a_description_survives_being_stored(talk_info: MediaInfo):
    assert MediaInfo.from_json(talk_info.as_json()) == talk_info


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("a.mkv", [*BOTH, *H264, *AAC], ("matroska", "h264", "aac")),
        ("a.mov", [*BOTH, *H264, *AAC], ("mov", "h264", "aac")),
        ("a.webm", [*BOTH, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"], ("matroska", "vp8", "opus")),
        ("a.ts", [*BOTH, *H264, *AAC], ("mpegts", "h264", "aac")),
        ("a.mp3", SOUND, ("mp3", None, "mp3")),
        ("a.m4a", SOUND, ("mov", None, "aac")),
        ("a.aac", SOUND, ("aac", None, "aac")),
        ("a.wav", SOUND, ("wav", None, "pcm_s16le")),
        ("a.flac", SOUND, ("flac", None, "flac")),
        ("a.ogg", [*SOUND, "-c:a", "libvorbis"], ("ogg", None, "vorbis")),
    ],
)
def test_every_usual_format_is_taken(
    tools: Tools, make: Make, name: str, arguments: list[str], expected: tuple[str, ...]
):
    info = probe(tools, make(name, *arguments))
    assert (info.format, info.video and info.video.codec, info.audio and info.audio.codec) == expected
    assert info.duration == pytest.approx(2.0, abs=0.15)


def test_the_content_counts_and_not_the_name(tools: Tools, talk: Path, tmp_path: Path):
    wrong = tmp_path / "talk.txt"
    wrong.write_bytes(talk.read_bytes())
    assert probe(tools, wrong).format == "mov"


def test_a_cover_is_not_a_picture(tools: Tools, make: Make, tmp_path: Path):
    cover = make("cover.png", "-f", "lavfi", "-i", "color=s=64x64:d=1", "-frames:v", "1")
    song = make(
        "song.mp3", *SOUND, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"
    )
    info = probe(tools, song)
    assert info.video is None
    assert info.audio is not None


def test_chapters_and_subtitles_of_the_file_are_seen(tools: Tools, make: Make, tmp_path: Path):
    (tmp_path / "s.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGrüße\n")
    (tmp_path / "c.txt").write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=Akku\n")
    path = make(
        "chapters.mkv", *BOTH, "-i", str(tmp_path / "s.srt"), "-i", str(tmp_path / "c.txt"), "-map_metadata", "3",
        "-map", "0", "-map", "1", "-map", "2", "-c:s", "srt", "-metadata:s:s:0", "language=ger", *H264, *AAC,
    )  # fmt: skip
    info = probe(tools, path)
    assert info.chapters == [FileChapter(0.0, 1.5, "Akku")]
    assert [(subtitle.codec, subtitle.language) for subtitle in info.subtitles] == [("subrip", "ger")]
    vtt = extract_subtitles(tools, path, info.subtitles[0].index, tmp_path)
    assert re.fullmatch(
        r"WEBVTT\n\n00:00\.5\d\d --> 00:01\.5\d\d\nGrüße\n+", vtt.read_text()
    )  # AAC's priming shifts by 23 ms


def test_a_recording_from_a_browser_has_a_length_although_its_header_has_none(tools: Tools, make: Make):
    path = make("live.webm", *BOTH, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-live", "1")
    info = probe(tools, path)
    assert info.declared is None
    assert info.duration == pytest.approx(2.0, abs=0.1)


def test_a_file_that_was_cut_off_is_as_long_as_what_is_there(tools: Tools, talk: Path, tmp_path: Path):
    half = tmp_path / "half.mp4"
    half.write_bytes(talk.read_bytes()[: talk.stat().st_size // 2])
    info = probe(tools, half)
    assert info.truncated
    assert 1.0 < info.duration < 11.0


def refusal(tools: Tools, path: Path) -> str:
    with pytest.raises(UnusableMedia) as caught:
        probe(tools, path, name="Aufnahme.mp4")
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Aufnahme.mp4 is empty"),
        (b"#EXTM3U\n/etc/passwd\n", "a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        (b"<?xml version='1.0'?><MPD/>", "a text or web page"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\n", "a description of a stream"),
        (b"PK\x03\x04" + b"\0" * 100, "an archive"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "an image"),
        (b"\0\0\0\x18ftypheic", "an image"),
        (b"RIFF\0\0\0\0AVI LIST", "of an unknown kind"),
        (b"Guten Tag, dies ist ein Brief.", "of an unknown kind"),
        (b"\0" * 5000, "of an unknown kind"),
        (b"\0\0\0\x18ftypisom\0\0\0\0" + b"\0" * 500, "cannot be read"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 500, "cannot be read"),
        (b"OggS" + b"\0" * 500, "cannot be read"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(tools: Tools, tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert words in refusal(tools, path)


def test_a_recording_that_was_never_closed_is_refused(tools: Tools, make: Make, tmp_path: Path):
    path = make("late-index.mp4", *BOTH, *H264, *AAC)
    cut_off = tmp_path / "cut-off.mp4"
    cut_off.write_bytes(path.read_bytes()[:-3000])
    assert "cut off, or was not closed" in refusal(tools, cut_off)


def test_nothing_is_too_short(tools: Tools, make: Make):
    path = make("nothing.wav", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "0.001")
    assert "0 seconds long" in refusal(tools, path)


def test_more_than_a_day_is_refused(tools: Tools, tmp_path: Path):
    path = tmp_path / "long.wav"
    # A header and a hole: 25 hours of 8-bit sound at 8 kHz take no room on the disk.
    size = 25 * 3600 * 8000
    header = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += b"\x01\0\x01\0" + (8000).to_bytes(4, "little") * 2 + b"\x01\0\x08\0data" + size.to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size)
    assert "longer than 24 hours" in refusal(tools, path)


def test_a_flood_of_tracks_is_refused(tools: Tools, make: Make):
    maps = [word for _ in range(70) for word in ("-map", "0:a")]
    path = make("tracks.mkv", *lavfi(None, SPEECHLIKE, seconds=0.2), *maps, "-c:a", "pcm_s16le")
    assert "Aufnahme.mp4" in refusal(tools, path)

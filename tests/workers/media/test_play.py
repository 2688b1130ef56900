from pathlib import Path

import pytest

from tests.workers.media.conftest import AAC, CLOCK, H264, SPEECHLIKE, Make, lavfi
from workers.media import mp4
from workers.media.ffmpeg import Tools
from workers.media.play import make_playable, playable
from workers.media.probe import probe

BOTH = lavfi(CLOCK, SPEECHLIKE, seconds=3)
SOUND = lavfi(None, SPEECHLIKE, seconds=3)
X265 = [*BOTH, "-c:v", "mpeg4", *AAC]


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("p.mp4", [*BOTH, *H264, *AAC, "-movflags", "+faststart"], "as_is"),
        ("p.webm", [*BOTH, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"], "as_is"),
        ("p.mp3", SOUND, "as_is"),
        ("p.m4a", SOUND, "as_is"),
        ("p.wav", SOUND, "as_is"),
        ("p.flac", SOUND, "as_is"),
        ("p.ogg", [*SOUND, "-c:a", "libvorbis"], "as_is"),
        ("p.mkv", [*BOTH, *H264, *AAC], "remux"),
        ("p.mov", [*BOTH, *H264, *AAC], "remux"),
        ("p.ts", [*BOTH, *H264, *AAC], "remux"),
        ("p-opus.mkv", [*BOTH, *H264, "-c:a", "libopus"], "transcode"),
        ("p-mpeg4.mp4", X265, "transcode"),
        ("p-444.mp4", [*BOTH, "-c:v", "libx264", "-pix_fmt", "yuv444p", *AAC], "transcode"),
        ("p-24bit.wav", [*SOUND, "-c:a", "pcm_s24le"], "transcode"),
    ],
)
def test_what_browsers_play_is_told_from_what_they_do_not(
    tools: Tools, make: Make, name: str, arguments: list[str], expected: str
):
    assert playable(probe(tools, make(name, *arguments))) == expected


def test_a_file_that_plays_is_left_alone(tools: Tools, talk: Path, tmp_path: Path):
    assert make_playable(tools, talk, probe(tools, talk), tmp_path) == talk
    assert list(tmp_path.iterdir()) == []


def test_an_index_at_the_end_is_brought_to_the_front(tools: Tools, make: Make, tmp_path: Path):
    path = make("slow-start.mp4", *BOTH, *H264, *AAC)
    assert not mp4.is_fast_start(path)
    assert mp4.is_fast_start(make_playable(tools, path, probe(tools, path), tmp_path))


@pytest.mark.parametrize(("name", "arguments"), [("r.mkv", [*BOTH, *H264, *AAC]), ("t.mp4", X265)])
def test_other_files_become_an_mp4_that_plays(
    tools: Tools, make: Make, tmp_path: Path, name: str, arguments: list[str]
):
    path = make(name, *arguments, "-metadata", "title=Secret")
    told: list[float] = []
    made = make_playable(tools, path, probe(tools, path), tmp_path, progress=told.append)
    info = probe(tools, made)
    assert made.name == "play.mp4"
    assert playable(info) == "as_is"
    assert info.duration == pytest.approx(3.0, abs=0.15)
    assert "title" not in info.tags
    assert told[-1] == 1.0


def test_sound_alone_becomes_an_m4a(tools: Tools, make: Make, tmp_path: Path):
    path = make("deep.wav", *SOUND, "-c:a", "pcm_s24le")
    made = make_playable(tools, path, probe(tools, path), tmp_path)
    assert (made.name, playable(probe(tools, made))) == ("play.m4a", "as_is")

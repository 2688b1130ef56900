import json
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from helpcenter.errors import UnusableMedia
from tests.workers.media.conftest import AAC, CLOCK, H264, Make
from workers.media import loudness, scenes, sound, storyboard
from workers.media import scan as scanning
from workers.media.ffmpeg import Tools
from workers.media.probe import MediaInfo, probe
from workers.media.runner import execute
from workers.media.sandbox import Limits, ffmpeg_program
from workers.media.scan import Scan, scan


@pytest.fixture(scope="module")
def scanned(
    tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Scan, Path]:
    folder = tmp_path_factory.mktemp("scan")
    return scan(tools, talk, talk_info, folder), folder


def ebur128(tools: Tools, path: Path) -> float:
    """What ffmpeg itself says of the whole original."""
    program = ffmpeg_program(
        tools.ffmpeg, ["-nostats", "-i", "in0", "-map", "0:a", "-af", "ebur128=framelog=verbose", "-f", "null", "-"]
    )
    result = execute(tools, program, inputs=[path], out_dir=None, duration=None, limits=Limits())
    return float(result.stderr_tail.rpartition("I:")[2].split()[0])


def test_a_scan_writes_all_it_found_and_nothing_else(scanned: tuple[Scan, Path]):
    found, folder = scanned
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "speech.wav",
        "waveform.json",
        "storyboard.jpg",
        "storyboard.json",
        "storyboard.vtt",
        "poster.jpg",
        "scan.json",
    }
    assert Scan.from_json(json.loads((folder / "scan.json").read_text())) == found


def test_speech_audio_is_mono_at_16_khz_and_as_long_as_the_recording(scanned: tuple[Scan, Path]):
    with wave.open(str(scanned[1] / "speech.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        assert file.getnframes() / 16000 == pytest.approx(12.0, abs=0.1)


def test_pauses_are_found_where_they_are(scanned: tuple[Scan, Path]):
    assert [(round(start, 1), round(end, 1)) for start, end in scanned[0].silences] == [
        (2.0, 3.0),
        (5.0, 6.0),
        (8.0, 9.0),
        (11.0, 12.0),
    ]


def test_loudness_is_that_of_the_original_channels(scanned: tuple[Scan, Path], tools: Tools, talk: Path):
    assert scanned[0].loudness is not None
    assert scanned[0].loudness.integrated == pytest.approx(ebur128(tools, talk), abs=0.2)


def test_the_waveform_has_ten_peaks_a_second(scanned: tuple[Scan, Path]):
    data = json.loads((scanned[1] / "waveform.json").read_text())
    assert data["per_second"] == 10
    assert len(data["peaks"]) == pytest.approx(120, abs=2)
    assert max(data["peaks"]) == pytest.approx(25, abs=10)
    assert max(data["peaks"][22:28]) == 0


def test_the_storyboard_says_which_tile_shows_which_second(scanned: tuple[Scan, Path]):
    data = json.loads((scanned[1] / "storyboard.json").read_text())
    assert data["tiles"] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert (data["width"], data["height"], data["columns"], data["interval"]) == (160, 90, 10, 2.0)
    vtt = (scanned[1] / "storyboard.vtt").read_text()
    assert "00:00:10.000 --> 00:00:12.000\nstoryboard.jpg#xywh=800,0,160,90" in vtt


def test_a_storyboard_of_any_length_has_at_most_200_tiles():
    assert [storyboard.expected(seconds) for seconds in (1.0, 398.0, 3600.0, 86400.0)] == [1, 200, 200, 200]


def test_sound_alone_has_no_storyboard(tools: Tools, sound_only: Path, tmp_path: Path):
    found = scan(tools, sound_only, probe(tools, sound_only), tmp_path)
    assert (found.storyboard, found.poster, found.scene_cuts) == (None, None, [])
    assert (found.speech, found.waveform) == ("speech.wav", "waveform.json")
    assert not (tmp_path / "storyboard.jpg").exists()


def test_a_picture_alone_has_no_speech(tools: Tools, picture_only: Path, tmp_path: Path):
    found = scan(tools, picture_only, probe(tools, picture_only), tmp_path)
    assert (found.speech, found.waveform, found.loudness, found.silences) == (None, None, None, [])
    assert found.storyboard == "storyboard.json"


def test_silence_is_one_pause_and_has_no_loudness(tools: Tools, make: Make, tmp_path: Path):
    path = make("silence.flac", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "5")
    found = scan(tools, path, probe(tools, path), tmp_path)
    assert found.silences == [(0.0, 5.0)]
    assert found.loudness is None


def test_sound_that_starts_late_keeps_its_times(tools: Tools, make: Make, tmp_path: Path):
    path = make(
        "late.mkv", "-f", "lavfi", "-i", CLOCK.format(d=6), "-itsoffset", "3", "-f", "lavfi", "-i", "sine=440:d=3", *H264, *AAC
    )  # fmt: skip
    found = scan(tools, path, probe(tools, path), tmp_path)
    assert [(round(start, 1), round(end, 1)) for start, end in found.silences] == [(0.0, 3.0)]


SCENES = (
    "color=c=red:s=320x180:r=25:d=4[a];testsrc=s=320x180:r=25:d=5[b];color=c=black:s=320x180:r=25:d=2[c];"
    "smptebars=s=320x180:r=25:d=4[d];[a][b][c][d]concat=n=4"
)


def test_cuts_and_black_stretches_are_found_to_the_frame(tools: Tools, make: Make, tmp_path: Path):
    path = make("scenes.mp4", "-f", "lavfi", "-i", SCENES, *H264)
    assert scan(tools, path, probe(tools, path), tmp_path).scene_cuts == [4.0, 10.0]


def test_cuts_between_the_key_frames_of_a_long_film_are_found_to_the_frame(
    tools: Tools, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = make(
        "no-scenecut.mp4", "-f", "lavfi", "-i", SCENES, *H264, "-x264-params", "scenecut=0:keyint=75:min-keyint=75"
    )
    monkeypatch.setattr(scanning, "WHOLE_SECONDS", 0.0)
    assert scan(tools, path, probe(tools, path), tmp_path).scene_cuts == [4.0, 10.0]


def test_a_talking_head_is_not_a_row_of_cuts():
    generator = np.random.default_rng(7)
    still = generator.integers(40, 200, scenes.SIZE)
    frames = np.stack([np.where(generator.random(scenes.SIZE) < 0.15, 255 - still, still) for _ in range(40)])
    frames[20:] = 255 - frames[20:]
    assert scenes.changes(scenes.Thumbs(np.arange(40.0), frames.astype(np.uint8))) == [20.0]


def test_the_loudness_of_a_long_recording_is_right_although_a_part_is_heard(tools: Tools, make: Make, tmp_path: Path):
    noise = "anoisesrc=color=pink:r=44100:d=40:seed=3,volume=eval=frame:volume='0.1+0.09*sin(t/9)',aformat=channel_layouts=stereo"
    minute = make("minute.m4a", "-f", "lavfi", "-i", noise)
    path = make("long.m4a", "-stream_loop", "9", "-i", str(minute), "-c", "copy")
    info = probe(tools, path)
    assert loudness.period(info.duration) > loudness.WINDOW
    found = scan(tools, path, info, tmp_path)
    assert found.loudness is not None
    assert found.loudness.integrated == pytest.approx(ebur128(tools, path), abs=0.3)


def test_channels_that_cancel_out_still_have_a_loudness():
    times = np.concatenate([np.arange(start, start + 3, 0.1) for start in range(0, 200, 20)])
    measured = loudness.measure(times, np.full(len(times), -20.0), np.zeros(10_000), 0.02)
    assert measured == loudness.Loudness(-20.0, 0.0)


def test_progress_of_a_scan_rises(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    told: list[float] = []
    scan(tools, talk, talk_info, tmp_path, progress=told.append)
    assert all(before < after for before, after in pairwise(told))
    assert told[-1] == 1.0


def test_a_scan_that_fails_leaves_nothing(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    data = bytearray(talk.read_bytes())
    begin = data.index(b"mdat") + 4
    data[begin:] = bytes(len(data) - begin)
    broken.write_bytes(data)
    with pytest.raises(UnusableMedia):
        scan(tools, broken, talk_info, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_noisy_room_has_pauses_too():
    generator = np.random.default_rng(1)
    level = np.where(np.arange(500) % 100 < 70, 1e-2, 1e-4)
    pauses = sound.silences(sound.Sound(10.0, level * generator.uniform(0.5, 2, 500), np.zeros(0)))
    assert [(round(a, 1), round(b, 1)) for a, b in pauses] == [
        (1.4, 2.0),
        (3.4, 4.0),
        (5.4, 6.0),
        (7.4, 8.0),
        (9.4, 10.0),
    ]

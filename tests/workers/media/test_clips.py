from itertools import pairwise
from pathlib import Path

import av
import pytest

from helpcenter.errors import InvalidInput, UnusableMedia
from tests.workers.media.conftest import CLOCK, SPEECHLIKE, Make, lavfi
from workers.media import mp4
from workers.media.clips import Wanted, cut, cut_fast, poster
from workers.media.ffmpeg import Tools
from workers.media.probe import MediaInfo, probe


def luma(path: Path, *, at: float) -> float:
    """The brightness of the frame at `at`, by which the fixture tells the second."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= at - 0.001:
                plane = frame.planes[0]
                return round(sum(bytes(plane)[: frame.width]) / frame.width)
    raise AssertionError(at)


@pytest.mark.parametrize(("start", "end"), [(0.0, 2.0), (3.5, 7.25), (10.1, 12.0)])
def test_an_exact_cut_begins_and_ends_where_it_was_asked_to(
    tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path, start: float, end: float
):
    made = cut(tools, talk, talk_info, tmp_path, start=start, end=end, mode="exact", name="clip")
    info = probe(tools, made.path)
    assert (made.start, made.end, made.mode) == (start, end, "exact")
    assert info.duration == pytest.approx(end - start, abs=0.1)
    assert abs(luma(made.path, at=0.0) - luma(talk, at=start)) <= 2
    assert mp4.read(made.path).fast_start
    assert "title" not in info.tags


def test_a_fast_cut_begins_at_the_key_frame_before_and_says_so(
    tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path
):
    made = cut(tools, talk, talk_info, tmp_path, start=5.3, end=9.0, mode="fast", name="clip")
    assert made.mode == "fast"
    assert made.start == pytest.approx(4.0, abs=0.15)
    assert probe(tools, made.path).duration == pytest.approx(5.0, abs=0.3)
    for at in (0.5, 1.5, 3.4):
        assert abs(luma(made.path, at=at) - luma(talk, at=made.start + at)) <= 2


def test_a_dozen_fast_cuts_are_the_same_as_single_ones(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    wanted = [Wanted(f"c{i}", 0.5 * i, 0.5 * i + 3, poster_at=0.5 * i + 1) for i in range(14)]
    cuts = cut_fast(tools, talk, talk_info, tmp_path, wanted=wanted)
    single = cut(tools, talk, talk_info, tmp_path, start=1.5, end=4.5, mode="fast", name="single")
    assert (cuts[3].start, cuts[3].end) == (single.start, single.end)
    assert cuts[3].path.stat().st_size == single.path.stat().st_size
    assert {path.name for path in tmp_path.iterdir()} == {
        f"c{i}.{end}" for i in range(14) for end in ("mp4", "jpg")
    } | {"single.mp4"}


def test_what_cannot_be_copied_is_cut_exactly(tools: Tools, make: Make, tmp_path: Path):
    path = make(
        "cut.webm", *lavfi(CLOCK, SPEECHLIKE, seconds=4), "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"
    )
    made = cut(tools, path, probe(tools, path), tmp_path, start=1.0, end=3.0, mode="fast", name="clip")
    assert (made.mode, made.path.name) == ("exact", "clip.mp4")
    assert probe(tools, made.path).video.codec == "h264"


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_a_clip_of_sound_alone_is_an_m4a(tools: Tools, make: Make, tmp_path: Path, mode: str):
    path = make("cut.m4a", *lavfi(None, SPEECHLIKE, seconds=6))
    made = cut(tools, path, probe(tools, path), tmp_path, start=1.0, end=4.0, mode=mode, name="clip")
    info = probe(tools, made.path)
    assert (made.path.name, made.mode, info.video) == ("clip.m4a", mode, None)
    assert info.duration == pytest.approx(3.0, abs=0.15)


def test_a_clip_of_a_picture_alone_is_cut(tools: Tools, picture_only: Path, tmp_path: Path):
    made = cut(tools, picture_only, probe(tools, picture_only), tmp_path, start=1.0, end=3.0, name="clip")
    assert probe(tools, made.path).audio is None


def test_a_clip_that_ends_before_it_starts_is_refused(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    for start, end in ((5.0, 5.0), (6.0, 5.0), (100.0, 110.0)):
        with pytest.raises(InvalidInput, match="after it starts"):
            cut(tools, talk, talk_info, tmp_path, start=start, end=end, name="clip")


def test_a_clip_past_the_end_of_a_broken_file_is_refused_and_leaves_nothing(
    tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path
):
    half = tmp_path / "half.mp4"
    half.write_bytes(talk.read_bytes()[: talk.stat().st_size // 2])
    for mode in ("exact", "fast"):
        with pytest.raises(UnusableMedia):
            cut(tools, half, talk_info, tmp_path / "out", start=9.0, end=12.0, mode=mode, name="clip")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_poster_shows_the_second_that_was_asked_for(tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    levels = []
    for at in (1.5, 5.5, 11.99, 99.0):
        picture = poster(tools, talk, talk_info, tmp_path, at=at, name=f"{at}.jpg")
        with av.open(str(picture)) as image:
            levels.append(next(image.decode(video=0)).reformat(format="gray").to_ndarray().mean())
    assert all(before < after for before, after in pairwise(levels[:3]))
    assert levels[2] == pytest.approx(levels[3], abs=1)


def test_sound_alone_has_no_poster(tools: Tools, sound_only: Path, tmp_path: Path):
    assert poster(tools, sound_only, probe(tools, sound_only), tmp_path, at=1, name="p.jpg") is None

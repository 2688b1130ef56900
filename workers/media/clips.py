"""Pieces of a recording: clips, cut exactly or fast, and single pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from helpcenter.errors import N_, InvalidInput, UnusableMedia
from workers.media import files, mp4, runner
from workers.media.ffmpeg import Tools, source, target
from workers.media.probe import MediaInfo
from workers.media.runner import Progress
from workers.media.sandbox import Limits
from workers.media.storyboard import is_jpeg

Mode = Literal["exact", "fast"]

_LIMITS = Limits(wall_floor=120.0, wall_per_second=8.0)
# Nothing of the original goes along: no names, no places, no chapters.
PLAIN: dict[str, object] = {"map_metadata": -1, "map_chapters": -1, "movflags": "+faststart"}
FIT_1080 = "scale=w='min(1920,iw)':h='min(1080,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
VIDEO: dict[str, object] = {"vcodec": "libx264", "preset": "veryfast", "crf": 23, "pix_fmt": "yuv420p", "vf": FIT_1080}
AUDIO: dict[str, object] = {"acodec": "aac", "b:a": "128k", "ac": 2}
COPIED_VIDEO = {"h264"}
COPIED_AUDIO = {"aac"}
_SHORTER = 0.25


@dataclass(frozen=True, slots=True)
class Cut:
    """A clip: its file, the seconds of the recording that it really shows, and how it was really cut."""

    path: Path
    start: float
    end: float
    mode: Mode


def cut(  # noqa: PLR0913 -- the options are the feature
    tools: Tools,
    path: Path,
    info: MediaInfo,
    out_dir: Path,
    *,
    start: float,
    end: float,
    mode: Mode = "exact",
    name: str,
    progress: Progress | None = None,
) -> Cut:
    """Cut `start` to `end` out of `path` into `out_dir/name`, with the ending .mp4, or .m4a where there is no picture.

    "exact" encodes anew and is right to about 0.1 s; "fast" copies, beginning at the key frame before `start`, and becomes
    "exact" where browsers could not play a copy. `name` has no ending.
    """
    start, end = max(start, 0.0), min(end, info.duration)
    if end - start <= 0:
        raise InvalidInput(N_("A clip must end after it starts, within the recording."))
    if mode == "fast" and not copyable(info):
        mode = "exact"
    full_name = f"{name}.{_ending(info)}"
    with files.written_all(out_dir, [full_name, f"{name}.packets"]) as (part, packets):
        names = (part.name, packets.name)
        graphs = _copied(info, start, end, names) if mode == "fast" else [_encoded(info, start, end, part.name)]
        graph = ffmpeg.merge_outputs(*graphs)
        runner.run(
            tools, graph, inputs=[path], out_dir=out_dir, duration=end - start, limits=_LIMITS, progress=progress
        )
        _validate(part, info, wanted=end - start)
        lead_in = _taken(packets) if mode == "fast" else 0.0
    return Cut(out_dir / full_name, round(start - lead_in, 3), round(end, 3), mode)


def _ending(info: MediaInfo) -> str:
    return "mp4" if info.video else "m4a"


def _taken(packets: Path) -> float:
    lead_in = _lead_in(packets)
    packets.unlink()
    return lead_in


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip to be cut fast: its seconds, its file name without ending, and the second of its picture (None: no picture)."""

    name: str
    start: float
    end: float
    poster_at: float | None = None


def cut_fast(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, *, wanted: list[Wanted]) -> list[Cut]:
    """Cut all `wanted` as `cut(mode="fast")` does, with their pictures as NAME.jpg.

    One process for each clip and its picture: it opens the file twice, and each time holds the whole index of a long one; all
    clips in one process would take memory that grows with the recording. Only for recordings that are `copyable`.
    """
    if not copyable(info):
        raise InvalidInput(N_("This recording cannot be cut without encoding it anew."))
    return [_cut_with_picture(tools, path, info, out_dir, clip) for clip in wanted]


def _cut_with_picture(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, clip: Wanted) -> Cut:
    name = f"{clip.name}.{_ending(info)}"
    pictured = [f"{clip.name}.jpg"] if info.video and clip.poster_at is not None else []
    with files.written_all(out_dir, [name, f"{clip.name}.packets", *pictured]) as (part, packets, *pictures):
        graphs = _copied(info, clip.start, clip.end, (part.name, packets.name))
        for picture in pictures:
            graphs.append(_still(info, picture.name, {"ss": f"{clip.poster_at:.3f}", "t": f"{_frame_time(info):.3f}"}))
        runner.run(tools, ffmpeg.merge_outputs(*graphs), inputs=[path], out_dir=out_dir, duration=None, limits=_LIMITS)
        _validate(part, info, wanted=min(clip.end, info.duration) - clip.start)
        start = round(clip.start - _taken(packets), 3)
        if not all(picture.exists() and is_jpeg(picture) for picture in pictures):
            raise UnusableMedia(_NO_PICTURE)
    return Cut(out_dir / name, start, round(clip.end, 3), "fast")


def _frame_time(info: MediaInfo) -> float:
    """Long enough for one frame: ffmpeg would decode an input to its end although its one picture is written."""
    assert info.video is not None
    return 0.5 + 2 / max(info.video.fps or 1.0, 0.1)


def copyable(info: MediaInfo) -> bool:
    """Whether the streams may go into an mp4 as they are and play everywhere."""
    video_fits = info.video is None or (
        info.video.codec in COPIED_VIDEO and info.video.pix_fmt in {"yuv420p", "yuvj420p"}
    )
    return video_fits and (info.audio is None or info.audio.codec in COPIED_AUDIO)


def streams(stream: Any, info: MediaInfo) -> list[Any]:
    """The picture and the sound of an input, as far as there are."""
    return [stream[str(track.index)] for track in (info.video, info.audio) if track is not None]


def encoding(info: MediaInfo) -> dict[str, object]:
    """How to encode what there is so that every browser plays it."""
    return {**(VIDEO if info.video else {}), **(AUDIO if info.audio else {})}


def _encoded(info: MediaInfo, start: float, end: float, name: str) -> Any:
    stream = source(info.format, ss=f"{start:.3f}", t=f"{end - start:.3f}")
    return ffmpeg.output(*streams(stream, info), target(name), format="mp4", **encoding(info), **PLAIN)


def _copied(info: MediaInfo, start: float, end: float, names: tuple[str, str]) -> list[Any]:
    """A copy into the file `names[0]`, and the times of its first packets, by which `_lead_in` knows where it begins."""
    tracks = streams(source(info.format, ss=f"{start:.3f}", t=f"{end - start:.3f}"), info)
    options = {**PLAIN, "c": "copy", "avoid_negative_ts": "make_zero"}
    first = {"frames:v": 1, "frames:a": 1, "c": "copy", "avoid_negative_ts": "disabled"}
    return [
        ffmpeg.output(*tracks, target(names[0]), format="mp4", **options),
        ffmpeg.output(*tracks, target(names[1]), format="framecrc", **first),
    ]


def _lead_in(packets: Path) -> float:
    """How many seconds before the asked-for start a copy begins, from the decoding times of its first packets."""
    bases: dict[int, float] = {}
    earliest = 0.0
    for line in packets.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("#tb "):
            index, _, base = line.removeprefix("#tb ").partition(": ")
            ticks, _, per = base.partition("/")
            bases[int(index)] = int(ticks) / int(per)
        elif line and not line.startswith("#"):
            stream, dts = line.split(",")[:2]
            earliest = min(earliest, int(dts) * bases[int(stream)])
    return -earliest


def _validate(part: Path, info: MediaInfo, *, wanted: float) -> None:
    """Raise UnusableMedia where the clip in `part` is not what was asked for."""
    movie = mp4.read(part)
    if (info.video and not movie.track("vide")) or (info.audio and not movie.track("soun")):
        raise UnusableMedia(mp4.NOT_WHOLE)
    if movie.duration < wanted - _SHORTER - 0.02 * wanted:
        raise UnusableMedia(
            N_("The recording breaks off within this clip: %(got)s of %(wanted)s seconds could be read."),
            got=round(movie.duration, 1),
            wanted=round(wanted, 1),
        )


def poster(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, *, at: float, name: str) -> Path | None:
    """The picture at second `at` as the JPEG file `name`, at most 1280 wide; None where there is no picture."""
    return _picture(tools, path, info, out_dir, name, {"ss": f"{min(at, max(info.duration - 0.1, 0.0)):.3f}"})


def key_frame(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, *, at: float, name: str) -> Path | None:
    """As `poster`, but the key frame at or before `at`, which is cheaper."""
    return _picture(tools, path, info, out_dir, name, {"noaccurate_seek": None, "ss": f"{at + 0.01:.3f}"})


def _picture(tools: Tools, path: Path, info: MediaInfo, out_dir: Path, name: str, seek: dict[str, Any]) -> Path | None:
    if info.video is None:
        return None
    with files.written(out_dir, name) as part:
        graph = _still(info, part.name, seek)
        runner.run(tools, graph, inputs=[path], out_dir=out_dir, duration=None, limits=_LIMITS)
        if not part.exists() or not is_jpeg(part):
            raise UnusableMedia(_NO_PICTURE)
    return out_dir / name


def _still(info: MediaInfo, name: str, seek: dict[str, Any]) -> Any:
    assert info.video is not None
    picture = source(info.format, threads=1, **seek)[str(info.video.index)]
    small = picture.filter("scale", "min(1280,2*trunc(iw*sar/2))", "2*trunc(ow/dar/2)").filter("setsar", 1)
    small = small.filter("format", "yuvj420p")
    return small.output(target(name), format="image2", vcodec="mjpeg", update=1, **{"q:v": 4, "frames:v": 1})


_NO_PICTURE = N_("The picture of this recording cannot be decoded. Please export it again as mp4.")

"""Pieces of a recording: clips, cut exactly or fast, and single pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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
    full_name = f"{name}.mp4" if info.video else f"{name}.m4a"
    with files.written(out_dir, full_name) as part:
        graph = _copied(info, start, end, part.name) if mode == "fast" else _encoded(info, start, end, part.name)
        runner.run(
            tools, graph, inputs=[path], out_dir=out_dir, duration=end - start, limits=_LIMITS, progress=progress
        )
        shown = _shown(part, info, wanted=end - start)
    if mode == "fast":
        start = max(end - shown, 0.0)
    return Cut(out_dir / full_name, round(start, 3), round(end, 3), mode)


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
    import ffmpeg

    stream = source(info.format, ss=f"{start:.3f}", t=f"{end - start:.3f}")
    return ffmpeg.output(*streams(stream, info), target(name), format="mp4", **encoding(info), **PLAIN)


def _copied(info: MediaInfo, start: float, end: float, name: str) -> Any:
    import ffmpeg

    stream = source(info.format, ss=f"{start:.3f}", t=f"{end - start:.3f}")
    options = {**PLAIN, "c": "copy", "avoid_negative_ts": "make_zero"}
    return ffmpeg.output(*streams(stream, info), target(name), format="mp4", **options)


def _shown(part: Path, info: MediaInfo, *, wanted: float) -> float:
    """The length of the clip in `part`; raises UnusableMedia where it is not what was asked for."""
    movie = mp4.read(part)
    main = movie.track("vide") if info.video else movie.track("soun")
    if main is None or (info.video and info.audio and movie.track("soun") is None):
        raise UnusableMedia(mp4.NOT_WHOLE)
    if movie.duration < wanted - _SHORTER - 0.02 * wanted:
        raise UnusableMedia(
            N_("The recording breaks off within this clip: %(got)s of %(wanted)s seconds could be read."),
            got=round(movie.duration, 1), wanted=round(wanted, 1),
        )  # fmt: skip
    return main.duration


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
        stream = source(info.format, threads=1, **seek)[str(info.video.index)]
        small = (
            stream.filter("scale", "min(1280,2*trunc(iw*sar/2))", "2*trunc(ow/dar/2)")
            .filter("setsar", 1)
            .filter("format", "yuvj420p")
        )
        graph = small.output(target(part.name), format="image2", vcodec="mjpeg", update=1, **{"q:v": 4, "frames:v": 1})
        runner.run(tools, graph, inputs=[path], out_dir=out_dir, duration=None, limits=_LIMITS)
        if not part.exists() or not is_jpeg(part):
            raise UnusableMedia(N_("The picture of this recording cannot be decoded. Please export it again as mp4."))
    return out_dir / name

"""What somebody sends with a question, made anew: nothing of the original goes along, neither a place nor a name.

A picture becomes a JPEG of at most 2048 pixels, a video an MP4 that every browser plays, with a picture of it. HEIC, as phones
of Apple keep pictures, is refused in words: ffmpeg reads such a picture as the tiles that it is laid out in, and puts them
together from version 8 on only. Browsers of these phones send JPEG where a page asks for pictures, as ours does.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ffmpeg

from helpcenter.errors import N_, InvalidInput, UnusableMedia
from workers.media import clips, files, mp4, runner, sniff
from workers.media.ffmpeg import Tools, source, target
from workers.media.probe import MediaInfo, probe
from workers.media.runner import Progress
from workers.media.sandbox import Limits
from workers.media.storyboard import is_jpeg

LARGEST_PICTURE: Final = 15 * 1024**2
LONGEST: Final = 60.0
"""Seconds of a video."""
WIDEST: Final = 2048
_A_LITTLE: Final = 1.0
_PIXELS: Final = 12_000 * 9_000
_LIMITS: Final = Limits(wall_floor=60.0, memory=3 << 30, file_size=1 << 30)
_VIDEO_LIMITS: Final = Limits(wall_floor=120.0, wall_per_second=10.0, cpu_factor=8.0)
_DECODERS: Final = "mjpeg,png,webp"
_HEIC: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_FIT: Final = (
    f"scale=w='min({WIDEST},iw)':h='min({WIDEST},ih)':force_original_aspect_ratio=decrease:out_range=pc,"
    "setsar=1,format=yuvj420p"
)
# What EXIF calls 2 to 8, as filters. Source: CIPA DC-008, orientation.
_TURNS: Final = {
    2: "hflip", 3: "hflip,vflip", 4: "vflip", 5: "transpose=0", 6: "transpose=1", 7: "transpose=3", 8: "transpose=2",
}  # fmt: skip
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class Made:
    """The file that can be shown; for a video its length in seconds, and its picture."""

    path: Path
    poster: Path | None = None
    seconds: float | None = None


def make(tools: Tools, path: Path, out_dir: Path, *, progress: Progress | None = None) -> Made:
    """What can be shown of the file in `path`, told by its content. Raises UnusableMedia, saying what to do."""
    with path.open("rb") as file:
        head = file.read(sniff.HEAD)
    demuxer = _picture_demuxer(head)
    if demuxer:
        return _make_picture(tools, path, demuxer, out_dir)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        raise UnusableMedia(_IS_HEIC)
    return _make_video(tools, path, out_dir, progress)


def _picture_demuxer(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png_pipe"
    return "webp_pipe" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _make_picture(tools: Tools, path: Path, demuxer: str, out_dir: Path) -> Made:
    if path.stat().st_size > LARGEST_PICTURE:
        raise UnusableMedia(
            N_("This picture is larger than %(most)s MB. Please send it smaller."), most=LARGEST_PICTURE // 1024**2
        )
    turned = _TURNS.get(_orientation(path)) if demuxer == "jpeg_pipe" else None
    filters = f"{turned},{_FIT}" if turned else _FIT
    with files.written(out_dir, "picture.jpg") as part:
        # Our own reading of the orientation holds for every ffmpeg; some turn pictures by themselves, so that is switched off.
        picture = source(demuxer, decoders=_DECODERS, max_pixels=_PIXELS, noautorotate=None, threads=1)
        graph = picture.output(target(part.name), vf=filters, **_STILL)
        _run(tools, graph, path, out_dir, _LIMITS, None)
        if not part.exists() or not is_jpeg(part) or b"Exif\0" in part.read_bytes()[:65536]:
            raise UnusableMedia(_BROKEN)
    return Made(out_dir / "picture.jpg")


_STILL: Final[dict[str, Any]] = {
    "format": "image2", "vcodec": "mjpeg", "update": 1, "q:v": 4, "frames:v": 1, "map_metadata": -1, "flags": "+bitexact",
}  # fmt: skip


def _make_video(tools: Tools, path: Path, out_dir: Path, progress: Progress | None) -> Made:
    info = _probed(tools, path)
    if info.video is None:
        raise UnusableMedia(N_("This is a sound without a picture. Please send a picture or a video."))
    if info.duration > LONGEST + _A_LITTLE:
        raise UnusableMedia(
            N_("This video is %(seconds)s seconds long. Please send at most %(most)s seconds."),
            seconds=round(info.duration), most=round(LONGEST),
        )  # fmt: skip
    with files.written(out_dir, "video.mp4") as part:
        stream = source(info.format)
        how = {
            **clips.encoding(info),
            **clips.PLAIN,
            "fflags": "+bitexact",
            "flags:v": "+bitexact",
            "flags:a": "+bitexact",
        }
        graph = ffmpeg.output(*clips.streams(stream, info), target(part.name), format="mp4", **how)
        _run(tools, graph, path, out_dir, _VIDEO_LIMITS, progress, info.duration)
        if mp4.read(part).track("vide") is None:
            raise UnusableMedia(_BROKEN)
    made = out_dir / "video.mp4"
    shown = probe(tools, made)
    poster = clips.poster(tools, made, shown, out_dir, at=min(1.0, shown.duration / 2), name="poster.jpg")
    return Made(made, poster, round(shown.duration, 2))


def _probed(tools: Tools, path: Path) -> MediaInfo:
    try:
        sniff.demuxer_of(path)
    except InvalidInput as error:
        raise UnusableMedia(_NEITHER) from error
    try:
        return probe(tools, path)
    except UnusableMedia as error:
        raise UnusableMedia(_BROKEN) from error


def _run(
    tools: Tools,
    graph: Any,
    path: Path,
    out_dir: Path,
    limits: Limits,
    progress: Progress | None,
    duration: float | None = None,
) -> None:
    try:
        runner.run(tools, graph, inputs=[path], out_dir=out_dir, duration=duration, limits=limits, progress=progress)
    except UnusableMedia as error:
        raise UnusableMedia(_BROKEN) from error


def _orientation(path: Path) -> int:
    """How a JPEG wants to be turned, 1 where it says nothing or nonsense. Source: CIPA DC-008 (EXIF), TIFF 6.0."""
    with path.open("rb") as file:
        data = file.read(256 * 1024)
    at = 2
    try:
        while data[at] == 0xFF and data[at + 1] != 0xDA:  # noqa: PLR2004 -- segments until the picture begins
            length = struct.unpack(">H", data[at + 2 : at + 4])[0]
            if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":  # noqa: PLR2004
                return _in_tiff(data[at + 10 : at + 2 + length])
            at += 2 + length
    except (IndexError, struct.error):
        pass
    return 1


def _in_tiff(tiff: bytes) -> int:
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack(f"{order}I", tiff[4:8])
    (number,) = struct.unpack(f"{order}H", tiff[first : first + 2])
    for entry in range(first + 2, first + 2 + 12 * number, 12):
        tag, kind = struct.unpack(f"{order}HH", tiff[entry : entry + 4])
        if tag == _ORIENTATION and kind == _SHORT:
            return int(struct.unpack(f"{order}H", tiff[entry + 8 : entry + 10])[0])
    return 1


_NEITHER = N_(
    "This is neither a picture nor a video that can be used here. Please send JPEG, PNG or WebP, or a video as MP4, MOV or WebM."
)
_BROKEN = N_("This file is damaged or is not what it seems to be. Please send another one.")
_IS_HEIC = N_(
    "This picture is in the format HEIC, which cannot be used here. Please send it as JPEG: on an iPhone choose Settings, Camera, "
    "Formats, Most Compatible, or send a screenshot of it."
)

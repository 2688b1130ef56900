"""A version of a recording that every browser plays."""

from pathlib import Path
from typing import Any, Literal

import ffmpeg

from helpcenter.errors import N_, UnusableMedia
from workers.media import clips, files, mp4, runner
from workers.media.ffmpeg import Tools, source, target
from workers.media.probe import MediaInfo
from workers.media.runner import Progress
from workers.media.sandbox import Limits

Playable = Literal["as_is", "remux", "transcode"]

_LIMITS = Limits(wall_floor=300.0, wall_per_second=8.0, cpu_factor=8.0)
# By demuxer: what browsers play in it without help. None stands for "no such track".
_PLAYED: dict[str, tuple[set[str | None], set[str | None]]] = {
    "mov": ({"h264", "av1", None}, {"aac", "mp3", None}),
    "matroska": ({"vp8", "vp9", "av1", None}, {"opus", "vorbis", None}),
    "mp3": ({None}, {"mp3"}),
    "wav": ({None}, {"pcm_s16le", "pcm_u8"}),
    "flac": ({None}, {"flac"}),
    "ogg": ({None}, {"vorbis", "opus", "flac"}),
}
_WHOLE = {"yuv420p", "yuvj420p", None}


def playable(info: MediaInfo) -> Playable:
    """What it takes until every browser plays this: nothing, another container, or encoding anew.

    Safari does not play every WebM, and no browser plays H.264 in Matroska or a QuickTime file surely.
    """
    video = info.video.codec if info.video else None
    audio = info.audio.codec if info.audio else None
    videos, audios = _PLAYED.get(info.format, (set(), set()))
    plain = info.video is None or info.video.pix_fmt in _WHOLE
    if plain and video in videos and audio in audios and not _is_quicktime(info) and not _is_plain_matroska(info):
        return "as_is"
    return "remux" if clips.copyable(info) else "transcode"


def _is_quicktime(info: MediaInfo) -> bool:
    return info.format == "mov" and info.tags.get("major_brand", "").strip() == "qt"


def _is_plain_matroska(info: MediaInfo) -> bool:
    """Whether the tracks could be in a WebM, but there is something beside them that a WebM may not hold."""
    return info.format == "matroska" and any(subtitle.codec != "webvtt" for subtitle in info.subtitles)


def make_playable(
    tools: Tools, path: Path, info: MediaInfo, out_dir: Path, *, progress: Progress | None = None
) -> Path:
    """The version for players: `path` itself where it is one, else `play.mp4` (or `play.m4a`) in `out_dir`.

    A new file starts fast, is at most 1080p, and carries no metadata of the original.
    """
    need = playable(info)
    if need == "as_is" and (info.format != "mov" or mp4.is_fast_start(path)):
        return path
    name = "play.mp4" if info.video else "play.m4a"
    copied = need != "transcode" and clips.copyable(info)
    with files.written(out_dir, name) as part:
        graph = _graph(info, part.name, {"c": "copy"} if need == "as_is" or copied else clips.encoding(info))
        runner.run(
            tools, graph, inputs=[path], out_dir=out_dir, duration=info.duration, limits=_LIMITS, progress=progress
        )
        _validate(mp4.read(part), info)
    return out_dir / name


def _graph(info: MediaInfo, name: str, how: dict[str, object]) -> Any:
    stream = source(info.format)
    return ffmpeg.output(*clips.streams(stream, info), target(name), format="mp4", **how, **clips.PLAIN)


def _validate(movie: mp4.Movie, info: MediaInfo) -> None:
    missing = [kind for kind, track in (("vide", info.video), ("soun", info.audio)) if track and not movie.track(kind)]
    if missing or not movie.fast_start:
        raise UnusableMedia(mp4.NOT_WHOLE)
    if movie.duration < info.duration - max(1.0, 0.02 * info.duration):
        raise UnusableMedia(
            N_("The recording breaks off: only %(got)s of %(wanted)s seconds could be read. Please export it again."),
            got=round(movie.duration), wanted=round(info.duration),
        )  # fmt: skip

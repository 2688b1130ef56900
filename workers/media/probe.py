"""What is in a file, found out inside the sandbox before anything else touches it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from helpcenter.errors import N_, UnusableMedia
from workers.media import files, runner, sniff
from workers.media.ffmpeg import DECODERS, MAX_PIXELS, MAX_STREAMS, Tools, source, target
from workers.media.sandbox import Limits

MAX_DURATION = 24 * 3600.0
MIN_DURATION = 0.05
_LIMITS = Limits(wall_floor=120.0, memory=2 << 30, file_size=1 << 20)
_SCRIPT = Path(__file__).with_name("probe_child.py")


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The first moving picture; `index` is its stream in the file, `fps` None where it varies or is unknown."""

    index: int
    codec: str
    width: int
    height: int
    fps: float | None
    pix_fmt: str | None


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The sound: the default track, else the first."""

    index: int
    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True, slots=True)
class FileChapter:
    """A chapter that the file itself declares, in seconds."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class SubtitleInfo:
    """A subtitle track; `index` is its stream in the file, `language` as the file says it (often ISO 639-2)."""

    index: int
    codec: str
    language: str | None


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A usable recording: `format` is the demuxer, `duration` what is really there, `declared` what the file claims."""

    format: str
    duration: float
    size: int
    video: VideoInfo | None
    audio: AudioInfo | None
    chapters: list[FileChapter] = field(default_factory=list)
    subtitles: list[SubtitleInfo] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    declared: float | None = None

    @property
    def truncated(self) -> bool:
        """Whether the file ends well before the end that it declares."""
        return self.declared is not None and self.duration < self.declared - max(5.0, 0.02 * self.declared)

    def as_json(self) -> dict[str, Any]:
        """Plain data for a row."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        return cls(
            format=data["format"], duration=data["duration"], size=data["size"],
            video=VideoInfo(**data["video"]) if data["video"] else None,
            audio=AudioInfo(**data["audio"]) if data["audio"] else None,
            chapters=[FileChapter(**chapter) for chapter in data["chapters"]],
            subtitles=[SubtitleInfo(**subtitle) for subtitle in data["subtitles"]],
            tags=dict(data["tags"]), declared=data["declared"],
        )  # fmt: skip


def probe(tools: Tools, path: Path, *, name: str | None = None) -> MediaInfo:
    """What `path` holds; people know it as `name`.

    Raises UnusableMedia with the reason, and what to do, for whatever cannot become a recording.
    """
    name = name or path.name
    demuxer = sniff.demuxer_of(path, name=name)
    arguments = [demuxer, DECODERS, str(MAX_STREAMS)]
    said = runner.run_python(tools, _SCRIPT, arguments, inputs=[path], limits=_LIMITS).stdout
    found: dict[str, Any] = json.loads(said)
    if "error" in found:
        raise UnusableMedia(_BROKEN, name=name, reason=found["error"])
    return _checked(found, demuxer, path.stat().st_size, name)


def _checked(found: dict[str, Any], demuxer: str, size: int, name: str) -> MediaInfo:
    if len(found["streams"]) > MAX_STREAMS:
        raise UnusableMedia(N_("%(name)s has more tracks than a recording needs. Please export it again."), name=name)
    video, audio = _video(found["streams"]), _audio(found["streams"])
    if video is None and audio is None:
        raise UnusableMedia(N_("There is neither picture nor sound in %(name)s that can be read."), name=name)
    if video is not None and not 0 < video.width * video.height <= MAX_PIXELS:
        raise UnusableMedia(
            N_("The picture of %(name)s is %(width)d x %(height)d pixels, more than can be used. Please export it at 1080p."),
            name=name, width=video.width, height=video.height,
        )  # fmt: skip
    duration = float(found["end"])
    if not math.isfinite(duration) or duration < MIN_DURATION:
        raise UnusableMedia(
            N_("%(name)s is 0 seconds long. Please check the recording and export it again."), name=name
        )
    if duration > MAX_DURATION:
        raise UnusableMedia(N_("%(name)s is longer than 24 hours. Please split it."), name=name)
    return MediaInfo(
        demuxer, duration, size, video, audio, _chapters(found["chapters"], duration), _subtitles(found["streams"]),
        found["tags"], found["declared"],
    )  # fmt: skip


def _video(streams: list[dict[str, Any]]) -> VideoInfo | None:
    for stream in streams:
        if stream["type"] == "video" and not stream["picture"] and stream["codec"] and stream.get("width"):
            keys = ("index", "codec", "width", "height", "fps", "pix_fmt")
            return VideoInfo(**{key: stream[key] for key in keys})
    return None


def _audio(streams: list[dict[str, Any]]) -> AudioInfo | None:
    tracks = [s for s in streams if s["type"] == "audio" and s["codec"] and s.get("channels") and s.get("sample_rate")]
    tracks.sort(key=lambda stream: not stream["default"])
    keys = ("index", "codec", "channels", "sample_rate")
    return AudioInfo(**{key: tracks[0][key] for key in keys}) if tracks else None


def _chapters(found: list[dict[str, Any]], duration: float) -> list[FileChapter]:
    chapters = [FileChapter(max(c["start"], 0.0), min(c["end"], duration), c["title"].strip()) for c in found]
    return sorted((c for c in chapters if c.start < c.end), key=lambda chapter: chapter.start)


def _subtitles(streams: list[dict[str, Any]]) -> list[SubtitleInfo]:
    text = {"mov_text", "subrip", "webvtt", "ass", "ssa", "text", "srt"}
    return [
        SubtitleInfo(s["index"], s["codec"], s["language"])
        for s in streams
        if s["type"] == "subtitle" and s["codec"] in text
    ]


def extract_subtitles(tools: Tools, path: Path, index: int, out_dir: Path) -> Path:
    """The text subtitles of stream `index` as a WebVTT file in `out_dir`."""
    with files.written(out_dir, f"subtitles-{index}.vtt") as part:
        stream = source(sniff.demuxer_of(path))[str(index)]
        graph = stream.output(target(part.name), format="webvtt", map_metadata=-1)
        runner.run(tools, graph, inputs=[path], out_dir=out_dir, duration=None)
        if not part.read_bytes().startswith(b"WEBVTT"):
            raise UnusableMedia(N_("The subtitles in this file cannot be read."))
    return out_dir / f"subtitles-{index}.vtt"


_BROKEN = N_(
    "%(name)s cannot be read (%(reason)s): it is damaged, cut off, or was not closed when it was recorded. Please export it again."
)

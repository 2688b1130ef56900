"""Segments of a running session, put together into one file that every browser plays."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import ffmpeg
import structlog

from helpcenter.errors import N_, UnusableMedia
from streaming.local.segments import Segment
from streaming.local.stretches import zero_and_gaps
from workers.media import clips, files, mp4, runner
from workers.media.ffmpeg import Tools, source, target
from workers.media.runner import Progress
from workers.media.sandbox import Limits

log = structlog.get_logger(__name__)
_COPY: Final = Limits(wall_floor=60.0, wall_per_second=0.5)
_ENCODE: Final = Limits(wall_floor=300.0, wall_per_second=8.0, cpu_factor=8.0)
_SHORTER: Final = 1.0
_BLOCK: Final = 1 << 20
_SIZE: Final = (1280, 720)
_FPS: Final = 30


@dataclass(frozen=True, slots=True)
class Joined:
    """One file; `t0` is the instant of its second 0, `gaps` what is missing in it, as RecordingVersion keeps them."""

    path: Path
    t0: datetime
    gaps: list[list[float]]
    duration: float


def join(
    tools: Tools, segments: Sequence[Segment], out_dir: Path, *, name: str, progress: Progress | None = None
) -> Joined:
    """The segments, at least one and in order of time, as `out_dir/name.mp4`; copied where they are of one kind, else encoded anew.

    Raises UnusableMedia, StorageFull.
    """
    duration = sum(one.duration for one in segments)
    zero, gaps = zero_and_gaps(segments)
    with files.storage_errors():
        pieces = list(_pieces(segments, out_dir))
        with files.written(out_dir, f"{name}.mp4") as part:
            _fill(_Work(tools, out_dir, part, duration, progress), pieces)
        for piece in pieces:
            piece.path.unlink(missing_ok=True)
    return Joined(out_dir / f"{name}.mp4", zero, gaps, duration)


def _fill(work: "_Work", pieces: "Sequence[_Piece]") -> None:
    """Copy where that can be done; where a copy is not whole, as when a line broke within a picture, encode anew."""
    if len({piece.init for piece in pieces}) == 1:
        try:
            _copy(work, pieces[0]) if len(pieces) == 1 else _string(work, pieces)
            _validate(work.part, work.duration)
        except UnusableMedia:
            log.info("segments cannot be copied together, encoding them", pieces=len(pieces))
        else:
            return
    _encode(work, pieces)
    _validate(work.part, work.duration)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What lies together in one take, as a file of its own; `init` are the bytes that say how it is encoded."""

    path: Path
    init: bytes
    duration: float
    has_video: bool
    has_audio: bool


@dataclass(frozen=True, slots=True)
class _Work:
    tools: Tools
    out_dir: Path
    part: Path
    duration: float
    progress: Progress | None

    def run(self, graph: Any, inputs: list[Path], *, limits: Limits = _COPY, duration: float | None = None) -> None:
        runner.run(
            self.tools, graph, inputs=inputs, out_dir=self.out_dir, duration=duration or self.duration, limits=limits,
            progress=self.progress,
        )  # fmt: skip


def _pieces(segments: Sequence[Segment], out_dir: Path) -> Iterator[_Piece]:
    """Runs of segments that follow each other in one take, strung together."""

    def run_of(numbered: tuple[int, Segment]) -> tuple[str, int]:
        place, segment = numbered
        return segment.take_id, segment.number - place

    for number, (_, run) in enumerate(groupby(enumerate(segments), key=run_of)):
        members = [segment for _, segment in run]
        path, init = out_dir / f"piece-{number}.m4s", members[0].init.read_bytes()
        with path.open("wb") as whole:
            whole.write(init)
            for member in members:
                with member.path.open("rb") as one:
                    shutil.copyfileobj(one, whole, _BLOCK)
        kinds = {track.kind for track in mp4.read(members[0].init).tracks}
        yield _Piece(path, init, sum(one.duration for one in members), "vide" in kinds, "soun" in kinds)


def _copy(work: _Work, piece: _Piece) -> None:
    options: dict[str, Any] = {**clips.PLAIN, "c": "copy", "avoid_negative_ts": "make_zero"}
    work.run(ffmpeg.output(source("mov"), target(work.part.name), format="mp4", **options), [piece.path])


def _string(work: _Work, pieces: Sequence[_Piece]) -> None:
    """Copy piece after piece. The list that ffmpeg follows is ours, and names nothing but its other inputs."""
    listed = work.out_dir / "pieces.txt"
    lines = [f"file in{number}\nduration {piece.duration:.6f}\n" for number, piece in enumerate(pieces, 1)]
    listed.write_text("ffconcat version 1.0\n" + "".join(lines))
    given = ["-f", "concat", "-safe", "0", "-protocol_whitelist", "file", "-format_whitelist", "concat,mov"]
    copied = ["-c", "copy", *_words({**clips.PLAIN, "avoid_negative_ts": "make_zero", "format": "mp4"})]
    work.run([*given, "-i", "file:in0", *copied, target(work.part.name)], [listed, *(piece.path for piece in pieces)])
    listed.unlink()


def _encode(work: _Work, pieces: Sequence[_Piece]) -> None:
    """One picture size and one sound for all; what a piece lacks is black or silent."""
    video = any(piece.has_video for piece in pieces)
    filters, joined = [], ""
    for index, piece in enumerate(pieces):
        if video:
            filters.append(f"{_picture(index, piece)}[v{index}]")
            joined += f"[v{index}]"
        filters.append(f"{_sound(index, piece)}[a{index}]")
        joined += f"[a{index}]"
    filters.append(f"{joined}concat=n={len(pieces)}:v={int(video)}:a=1{'[v]' if video else ''}[a]")
    wanted = {**(clips.VIDEO if video else {}), **clips.AUDIO, **clips.PLAIN, "format": "mp4"}
    wanted.pop("vf", None)
    maps = [word for name in (["[v]"] if video else []) + ["[a]"] for word in ("-map", name)]
    arguments = [word for index in range(len(pieces)) for word in _input(index)]
    arguments += ["-filter_complex", ";".join(filters), *maps, *_words(wanted), target(work.part.name)]
    work.run(arguments, [piece.path for piece in pieces], limits=_ENCODE)


def _picture(index: int, piece: _Piece) -> str:
    width, height = _SIZE
    if not piece.has_video:
        return f"color=black:s={width}x{height}:r={_FPS}:d={piece.duration:.3f},setsar=1"
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease"
    return f"[{index}:v]{fit},pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps={_FPS},format=yuv420p"


def _sound(index: int, piece: _Piece) -> str:
    if not piece.has_audio:
        return f"anullsrc=r=48000:cl=stereo,atrim=duration={piece.duration:.3f}"
    whole = f"apad=whole_dur={piece.duration:.3f},atrim=duration={piece.duration:.3f}"
    return f"[{index}:a]aresample=48000,aformat=channel_layouts=stereo,{whole}"


def _input(index: int) -> list[str]:
    """The input with its whitelists, in words."""
    words: list[str] = ffmpeg.output(source("mov", index), "unused").get_args()
    return words[: words.index("-i") + 2]


def _words(options: dict[str, Any]) -> list[str]:
    """Options as ffmpeg-python would write them."""
    names = {"vcodec": "-vcodec", "acodec": "-acodec", "format": "-f"}
    return [word for name, value in options.items() for word in (names.get(name, f"-{name}"), str(value))]


def _validate(part: Path, wanted: float) -> None:
    """Raise UnusableMedia where the file is not as long as what it was made of."""
    got = mp4.read(part).duration
    if got < wanted - _SHORTER - 0.02 * wanted:
        raise UnusableMedia(
            N_("Of the %(wanted)s seconds that arrived, only %(got)s could be put together."),
            got=round(got, 1), wanted=round(wanted, 1),
        )  # fmt: skip

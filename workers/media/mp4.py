"""The length and tracks of an mp4 that we wrote, read from its boxes: a check that costs no process."""

import struct
from dataclasses import dataclass
from pathlib import Path

from helpcenter.errors import N_, UnusableMedia

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_MAX_MOOV = 256 << 20
_MOVIE_AT = {0: (12, ">II"), 1: (20, ">IQ")}


@dataclass(frozen=True, slots=True)
class Track:
    """`kind` is "vide" or "soun", `codec` the four letters of its sample entry ("avc1"), `duration` in seconds."""

    kind: str
    codec: str
    duration: float


@dataclass(frozen=True, slots=True)
class Movie:
    """`fast_start` says whether a player can begin before it has the whole file."""

    duration: float
    tracks: list[Track]
    fast_start: bool

    def track(self, kind: str) -> Track | None:
        """The first track of that kind."""
        return next((track for track in self.tracks if track.kind == kind), None)


def read(path: Path) -> Movie:
    """The movie in `path`; raises UnusableMedia where its boxes are not whole."""
    try:
        moov, fast_start = _moov(path)
        return _movie(moov, fast_start=fast_start)
    except (struct.error, IndexError, UnicodeDecodeError, ZeroDivisionError, ValueError) as error:
        raise UnusableMedia(NOT_WHOLE) from error


def is_fast_start(path: Path) -> bool:
    """Whether the index of this mp4 comes before its media."""
    try:
        return _moov(path)[1]
    except (struct.error, ValueError):
        return False


def _moov(path: Path) -> tuple[bytes, bool]:
    size = path.stat().st_size
    media_seen = False
    with path.open("rb") as file:
        while file.tell() + 8 <= size:
            at = file.tell()
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1:
                (length,) = struct.unpack(">Q", file.read(8))
            end = at + length if length else size
            if end > size or end <= at:
                break
            if kind == b"moov" and length <= _MAX_MOOV:
                return file.read(end - file.tell()), not media_seen
            media_seen = media_seen or kind == b"mdat"
            file.seek(end)
    message = "no index"
    raise ValueError(message)


def _movie(moov: bytes, *, fast_start: bool) -> Movie:
    duration = 0.0
    tracks: list[Track] = []
    for kind, box in _boxes(moov):
        if kind == b"mvhd":
            duration = _seconds(box)
        elif kind == b"trak":
            tracks.append(_track(box))
    return Movie(duration, tracks, fast_start)


def _track(trak: bytes) -> Track:
    found = dict(_deep(trak))
    kind = found[b"hdlr"][8:12].decode("ascii") if b"hdlr" in found else ""
    codec = found[b"stsd"][12:16].decode("ascii", "replace") if b"stsd" in found else ""
    return Track(kind, codec, _seconds(found[b"mdhd"]) if b"mdhd" in found else 0.0)


def _seconds(header: bytes) -> float:
    at, form = _MOVIE_AT[1 if header[0] == 1 else 0]
    scale, length = struct.unpack_from(form, header, at)
    return float(length / scale)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    boxes = []
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length < 8 or at + length > len(data):  # noqa: PLR2004 -- a box is at least its own header
            break
        boxes.append((kind, data[at + 8 : at + length]))
        at += length
    return boxes


def _deep(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    for kind, box in _boxes(data):
        found += [(kind, box), *(_deep(box) if kind in _CONTAINERS else [])]
    return found


NOT_WHOLE = N_(
    "ffmpeg did not finish the file. Please try again; if it happens again, export the recording anew as mp4."
)

"""The segments of a take, by the list that ffmpeg writes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

_LISTS: Final = 64
_END: Final = "#EXT-X-ENDLIST"
_Version = tuple[int, int, int, bool]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of picture and sound that plays by itself after `init`. `start` is the instant of its first picture."""

    take_id: str
    number: int
    start: datetime
    duration: float
    path: Path
    init: Path

    @property
    def end(self) -> datetime:
        """The instant at which the next one begins."""
        return self.start + timedelta(seconds=self.duration)


_newest: dict[Path, tuple[_Version, tuple[Segment, ...]]] = {}
"""The lists that were asked for last, each in its newest version: they are asked for several times a second."""


def init_of(take: Path) -> Path:
    """What comes before each segment of the take in that folder. ffmpeg's own is cut off while it is fed again."""
    return take / "init.mp4"


def listed(index: Path, take: Path, *, began: datetime, finished: bool) -> tuple[Segment, ...]:
    """The segments in this list of the take in that folder, in order; those that are whole, where it is not `finished`."""
    try:
        stat = index.stat()
        version = (stat.st_mtime_ns, stat.st_size, stat.st_ino, finished)
        known = _newest.get(index)
        if known and known[0] == version:
            return known[1]
        text = index.read_text()
    except FileNotFoundError:
        return ()
    found = _read(text, take, began, known[1] if known else ())
    if _END in text and not finished:
        # ffmpeg was ended in mid-take, and ended its list: the last segment is cut off, and will be made again as a whole.
        del found[-1:]
    if len(_newest) >= _LISTS:
        _newest.clear()
    _newest[index] = version, tuple(found)
    return tuple(found)


def _read(text: str, take: Path, began: datetime, before: Sequence[Segment]) -> list[Segment]:
    """What the text lists; segments that are as they were `before` are taken from there, since of thousands one is new."""
    found: list[Segment] = []
    start, duration = began, 0.0
    for line in text.splitlines():
        if line.startswith("#EXTINF:"):
            duration = float(line.removeprefix("#EXTINF:").partition(",")[0])
        elif line and not line.startswith("#"):
            name = line.rpartition("/")[2]
            old = before[len(found)] if len(found) < len(before) else None
            if old is None or (old.start, old.duration, old.path.name) != (start, duration, name):
                number = int(name.partition(".")[0])
                old = Segment(take.name, number, start, duration, take / "hls" / name, init_of(take))
            found.append(old)
            start = old.end
    return found

"""A take: what one encoder sends over one connection, as numbered chunks and the segments that are made of them.

take.json            what it is
chunks/00000000 …    what came, in order; strung together a WebM, MP4 or FLV file
hls/                 init.mp4, 00000.m4s … and index.m3u8, as ffmpeg makes them of the chunks
init.mp4             what comes before each segment, as it was made first
known.m3u8           the list of an earlier ffmpeg, which counts until its successor has come as far
closed, finished     there once nothing more comes, and once all of it is segments
tracks, problem      of what the segments are; a word for what keeps it from becoming segments
"""

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from streaming.local.files import read_json, sync_folder, write, write_json
from streaming.local.segments import Segment, init_of, listed

ALIVE: Final = timedelta(seconds=10)
"""So long after its last chunk a take still counts as running."""
_DIGITS: Final = 8


class TakeSource(StrEnum):
    """Where a take comes from: the studio in the host's browser, or an encoder such as OBS."""

    BROWSER = "browser"
    RTMP = "rtmp"


class Container(StrEnum):
    """What the chunks of a take are, strung together."""

    WEBM = "webm"
    MP4 = "mp4"
    FLV = "flv"


class Missing(Exception):
    """A chunk came before the one that belongs before it."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"chunk {expected} is missing")
        self.expected = expected


class Closed(Exception):
    """Nothing more is taken: the take was ended, or another encoder has taken its place."""


class Take:
    """One take in its folder. `began` is the instant of its second 0, by the clock of this site.

    `sender` names one tab or one connection, `label` whom people know; `codecs` are those that the sender told.
    """

    def __init__(self, folder: Path, known: dict[str, Any]) -> None:
        self.folder = folder
        self.id = folder.name
        self.source, self.container = TakeSource(known["source"]), Container(known["container"])
        self.codecs: str = known["codecs"]
        self.sender: str = known["sender"]
        self.label: str = known["label"]
        self._counted = 0
        self.began, self.opened_at = (datetime.fromisoformat(known[name]) for name in ("began", "opened_at"))

    @classmethod
    def create(cls, folder: Path, **known: Any) -> "Take":
        """A new take in a folder that is not there yet."""
        (folder / "chunks").mkdir(parents=True)
        (folder / "hls").mkdir()
        texts = {
            name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in known.items()
        }
        write_json(folder / "take.json", texts)
        sync_folder(folder.parent)
        return cls(folder, texts)

    @classmethod
    def load(cls, folder: Path) -> "Take | None":
        """The take in this folder, None where there is none, or only half of one."""
        known = read_json(folder / "take.json")
        return cls(folder, known) if known else None

    def put(self, number: int, data: bytes, *, now: datetime) -> int:
        """Keep the chunk, durable when this returns; the number that is wanted next. One that is there already changes nothing.

        Raises Missing, Closed.
        """
        path = self.chunk(number)
        if path.exists():
            return number + 1
        if self.closed:
            raise Closed
        if number > 0 and not self.chunk(number - 1).exists():
            raise Missing(self.count())
        write(path, data)
        if self._says("closed"):  # in between: nobody may look at it any more
            path.unlink()
            raise Closed
        os.utime(path, (now.timestamp(), now.timestamp()))
        return number + 1

    def close(self, *, now: datetime) -> None:
        """Nothing more comes. Calling it again changes nothing."""
        if not self.closed:
            write(self.folder / "closed", now.isoformat().encode())

    def finish(self) -> None:
        """All that came is segments now, as far as it can be."""
        (self.folder / "finished").touch()

    def note_tracks(self, tracks: Sequence[str]) -> None:
        """Say of what its segments are: "video", "audio"."""
        if tracks and tuple(tracks) != self.tracks:
            write(self.folder / "tracks", ",".join(tracks).encode())

    @property
    def tracks(self) -> tuple[str, ...]:
        """Of what its segments are; nothing before the first one."""
        try:
            return tuple((self.folder / "tracks").read_text().split(","))
        except FileNotFoundError:
            return ()

    def note_problem(self, code: str) -> None:
        """Say by a word what keeps it from becoming segments; "" where all is well again."""
        if code != self.problem:
            write(self.folder / "problem", code.encode())

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._says("closed")

    @property
    def finished(self) -> bool:
        """Whether no more segments come."""
        return self._says("finished")

    @property
    def problem(self) -> str:
        """A word for what keeps it from becoming segments, "" where nothing does."""
        try:
            return (self.folder / "problem").read_text()
        except FileNotFoundError:
            return ""

    @property
    def last_seen(self) -> datetime | None:
        """When the newest chunk came, None before the first."""
        count = self.count()
        if not count:
            return None
        return datetime.fromtimestamp(self.chunk(count - 1).stat().st_mtime, tz=UTC)

    def alive(self, now: datetime) -> bool:
        """Whether somebody is sending."""
        return not self.closed and now - (self.last_seen or self.opened_at) < ALIVE

    def _says(self, word: str) -> bool:
        return (self.folder / word).exists()

    def chunk(self, number: int) -> Path:
        """Where the chunk with this number lies, or will."""
        return self.folder / "chunks" / f"{number:0{_DIGITS}}"

    def count(self) -> int:
        """How many chunks have come."""
        # None is missing in between, so that of thousands only some have to be looked for.
        low, high = self._counted, self._counted + 1
        while self._has(high - 1):
            low, high = high, 2 * high
        self._counted = bisect_left(range(high), x=True, lo=low, key=lambda number: not self._has(number))
        return self._counted

    def _has(self, number: int) -> bool:
        return self.chunk(number).exists()

    @property
    def init(self) -> Path:
        """What comes before each segment."""
        return init_of(self.folder)

    @property
    def index(self) -> Path:
        """The list of segments that ffmpeg writes, there as soon as there is one."""
        return self.folder / "hls" / "index.m3u8"

    def segments(self) -> Iterator[Segment]:
        """What has become of it so far, in order, by ffmpeg's own list."""
        if not self.init.exists():
            return iter(())
        # The same chunks make the same segments, so the longer list is right about the files of both.
        now, before = self._listed(self.index), self._listed(self._known)
        return iter(now if len(now) >= len(before) else before)

    def keep_init(self) -> None:
        """Keep what ffmpeg has written to come before each segment, as soon as it lists the first one: then it is whole."""
        if not self.init.exists() and self.index.exists():
            write(self.init, (self.folder / "hls" / "init.mp4").read_bytes())

    def feed_again(self) -> None:
        """All chunks are about to become segments once more: those that are there stay known meanwhile."""
        self.keep_init()
        if len(self._listed(self.index)) > len(self._listed(self._known)):
            write(self._known, self.index.read_bytes())

    def reaches(self, instant: datetime) -> bool:
        """Whether there are segments up to that instant."""
        return any(one.end >= instant for one in self.segments())

    @property
    def _known(self) -> Path:
        return self.folder / "known.m3u8"

    def _listed(self, index: Path) -> tuple[Segment, ...]:
        return listed(index, self.folder, began=self.began, finished=self.finished)

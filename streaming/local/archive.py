"""All that arrives of one broadcast, take after take, in a folder of its own."""

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from streaming.local.files import read_json, write_json
from streaming.local.segments import Segment
from streaming.local.takes import ALIVE, Closed, Container, Missing, Take, TakeSource

__all__ = ["ALIVE", "Archive", "Busy", "Closed", "Container", "Missing", "Segment", "Take", "TakeSource"]

_ID: Final = re.compile(r"[A-Za-z0-9_-]{4,40}\Z")
_TAKE_ID: Final = re.compile(r"[0-9]{4}\Z")
BROKEN_LINE: Final = timedelta(minutes=1)
"""So long after its last chunk a browser may still come back with what it has kept."""


class Busy(Exception):
    """Somebody else is sending: `label` is whom people know, `since` when he began."""

    def __init__(self, label: str, since: datetime) -> None:
        super().__init__(f"{label} is sending since {since}")
        self.label, self.since = label, since


class Archive:
    """The folder of one broadcast. Several processes may read and write at once."""

    def __init__(self, root: Path, broadcast_id: str) -> None:
        if not _ID.match(broadcast_id):
            message = f"no id of an archive: {broadcast_id!r}"
            raise ValueError(message)
        self.id = broadcast_id
        self.folder = root / broadcast_id

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self.folder.is_dir()

    def open_take(  # noqa: PLR0913 -- all that is known of an encoder
        self,
        *,
        source: TakeSource,
        container: Container,
        codecs: str,
        began: datetime,
        sender: str,
        label: str,
        now: datetime,
        take_over: bool = False,
    ) -> Take:
        """A new take of this sender; an older one of his is closed. Of two who ask at once, one wins.

        Raises Busy while another sender's take is alive, unless it is to be taken over: then that one is closed.
        """
        with self._alone():
            for take in self.takes():
                if take.closed:
                    continue
                if take.sender != sender and take.alive(now) and not take_over:
                    raise Busy(take.label, take.opened_at)
                take.close(now=now)
            # A folder in which a full disk or a crash left half a take stays nobody's.
            number = max((int(folder.name) for folder in self._folders()), default=-1) + 1
            return Take.create(
                self.folder / "takes" / f"{number:04}", source=source.value, container=container.value, codecs=codecs,
                began=began, sender=sender, label=label, opened_at=now,
            )  # fmt: skip

    def takes(self) -> list[Take]:
        """All takes, oldest first."""
        return [take for folder in self._folders() if (take := Take.load(folder))]

    def _folders(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("takes/*") if _TAKE_ID.match(path.name))

    def take(self, take_id: str) -> Take:
        """The take with this id. Raises KeyError."""
        found = Take.load(self.folder / "takes" / take_id) if _TAKE_ID.match(take_id) else None
        if found is None:
            raise KeyError(take_id)
        return found

    def current(self, now: datetime) -> Take | None:
        """The take that somebody is sending now."""
        return next((take for take in reversed(self.takes()) if take.alive(now)), None)

    def segments(self) -> list[Segment]:
        """Everything that has become segments, in order of time."""
        return sorted(
            (one for take in self.takes() for one in take.segments()), key=lambda one: (one.start, one.take_id)
        )

    def settled(self, now: datetime, *, until: datetime | None = None) -> bool:
        """Whether nothing more comes, and all that came is segments; takes that were never ended are closed by this.

        A browser that has not sent everything `until` then is waited for, for as long as a line is usually broken.
        """
        for take in self.takes():
            waits = BROKEN_LINE if until and take.source is TakeSource.BROWSER and not take.reaches(until) else ALIVE
            if not take.closed and now - (take.last_seen or take.opened_at) >= waits:
                take.close(now=now)
        return all(take.finished for take in self.takes())

    def plan(self) -> dict[str, Any] | None:
        """What the platform keeps of the broadcast, see platform.py."""
        return read_json(self.folder / "broadcast.json")

    def write_plan(self, content: dict[str, Any]) -> None:
        """Keep what the platform knows of the broadcast."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / "broadcast.json", content)

    def delete(self) -> None:
        """Remove all of it; gone already is as good."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

"""What was asked of the emulator, and questions about it that tests put."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from streaming.emulator.quota import PACIFIC


@dataclass
class Entry:
    """One request: `method` as in "liveBroadcasts.insert" (or "oauth.token"), and what came of it.

    `applied`: the method was carried out, whatever the caller got to see. `fault`: the kind of the fault that hit it.
    """

    method: str
    path: str
    params: dict[str, list[str]]
    body: Any
    at: datetime
    status: int = 0
    reason: str = ""
    units: int = 0
    bucket: str = ""
    project: str = ""
    channel: str = ""
    applied: bool = False
    fault: str = ""


class Journal(list[Entry]):
    """All requests, oldest first."""

    def of(self, method: str) -> list[Entry]:
        """The requests of one method."""
        return [entry for entry in self if entry.method == method]

    def applied(self, method: str, marker: str = "") -> list[Entry]:
        """Those that were carried out and whose body holds the marker."""
        return [entry for entry in self.of(method) if entry.applied and marker in str(entry.body)]

    def after_exhaustion(self) -> list[Entry]:
        """Requests to a bucket that had already answered quotaExceeded on that Pacific day."""
        empty: set[tuple[str, str, str]] = set()
        late = []
        for entry in self:
            place = (entry.project, entry.bucket, entry.at.astimezone(PACIFIC).date().isoformat())
            if entry.bucket and place in empty:
                late.append(entry)
            if entry.reason == "quotaExceeded":
                empty.add(place)
        return late

    def leaks(self, secrets: Iterable[str]) -> list[Entry]:
        """Requests outside liveStreams that carry one of the secrets, such as a stream key."""
        words = [word for word in secrets if word]
        return [
            entry
            for entry in self
            if not entry.method.startswith("liveStreams.")
            and any(word in f"{entry.path} {entry.params} {entry.body}" for word in words)
        ]

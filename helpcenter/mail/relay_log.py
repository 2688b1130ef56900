"""What the mail relay's log knows of a message: the only witness when our connection broke at the wrong moment."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from helpcenter.errors import N_, NotConfigured

_LONGEST_SEARCH = 64 * 1024**2
_QUEUE_ID = re.compile(r": ([0-9A-Za-z]{6,20}): message-id=<")


class RelayLog:
    """A log as Postfix writes it, on this machine; at most the last `longest` bytes are searched.

    Postfix notes the Message-ID while the message still arrives (`QUEUEID: message-id=<…>`), and that it took it only
    afterwards (`QUEUEID: from=<…>, … (queue active)`); so the first line alone proves nothing.
    """

    def __init__(self, path: Path, *, longest: int = _LONGEST_SEARCH) -> None:
        self.path = path
        self.longest = longest

    def accepted(self, message_id: str) -> bool | None:
        """Whether the relay took the message over; None where the log cannot tell: unreadable, or cut off before it.

        `message_id` may lack its part after the @.
        """
        wanted = f"message-id=<{message_id.strip('<>').partition('@')[0]}@"
        queued: set[str] = set()
        try:
            files = [path for path in (self.path.with_name(f"{self.path.name}.1"), self.path) if path.exists()]
            sizes = [path.stat().st_size for path in files]
            for line in self._lines(files, sizes):
                if wanted in line and (found := _QUEUE_ID.search(line)):
                    queued.add(f": {found[1]}: ")
                elif queued and _takes(line) and any(name in line for name in queued):
                    return True
        except OSError:
            return None
        whole = self.path in files and 0 < sum(sizes) <= self.longest
        return False if whole else None

    def _lines(self, files: list[Path], sizes: list[int]) -> Iterator[str]:
        skip = sum(sizes) - self.longest
        for path, size in zip(files, sizes, strict=True):
            if skip < size:
                with path.open(encoding="utf-8", errors="replace") as file:
                    if skip > 0:
                        file.seek(skip)
                    yield from file
            skip = max(0, skip - size)

    def check(self) -> None:
        """Raises NotConfigured where the log cannot be read."""
        if not os.access(self.path, os.R_OK):
            raise NotConfigured(
                N_(
                    "The relay's log %(path)s cannot be read. Let this user read it, or unset HELPCENTER_MAIL_RELAY_LOG."
                ),
                path=str(self.path),
            )


def _takes(line: str) -> bool:
    return "(queue active)" in line or ": to=<" in line

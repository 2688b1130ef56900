"""One viewer's stream of events (SSE): what he lacks now, what changes, and a sign of life in between."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final

from helpcenter.web.events.room import Room

BEAT: Final = 4.0
"""Seconds between signs of life; a page that hears none for longer asks by itself (a proxy may hold them back)."""
LIFE: Final = 600.0
"""Seconds after which a stream ends and the page opens another one, so that none outlives what it was opened for."""
RECHECK: Final = 25.0
"""Seconds after which it is looked again whether the viewer may still watch; at most 30 may pass (trust.md, T12)."""
_HEAD: Final = b"retry: 2000\n\n"
_SIGN: Final = b"event: sign\ndata: .\n\n"  # a comment would be as good for proxies, but scripts do not hear it


def events_of(
    room: Room, *, language: str, since: int | None, for_all: Callable[[], bool], allowed: Callable[[], bool]
) -> Iterator[bytes]:
    """The stream as bytes, for the response of whoever has entered the room; between two of them nothing is held but a thread.

    It ends after some minutes, when the process ends, and when `allowed` says no, which is asked every 25 seconds unless
    `for_all` says that everybody may watch. The viewer comes back by himself, and brings the number that he has.
    """
    ends = time.monotonic() + LIFE * random.uniform(0.9, 1.1)  # noqa: S311 -- so that not all come back at once
    looked, edition = time.monotonic(), room.edition
    message, known = _message(room, language, since)
    yield _HEAD + message
    while not room.over and time.monotonic() < ends:
        if room.wait(edition, BEAT) and not room.over:
            edition = room.edition
            message, known = _message(room, language, known)
            yield message
        else:
            yield _SIGN
        if time.monotonic() - looked >= RECHECK and not for_all():
            looked = time.monotonic()
            if not allowed():
                return


def _message(room: Room, language: str, since: int | None) -> tuple[bytes, int]:
    number = room.board.number
    data = room.message(language, since)
    return b"id: %d\ndata: %s\n\n" % (number, data), number

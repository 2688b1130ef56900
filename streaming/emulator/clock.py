"""The emulator's time: real time moved ahead at will, and what is due at later instants."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Final

_MARGIN: Final = timedelta(days=1000)
"""What the platform reckons with beyond its own now."""


def real_time() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Clock:
    """A clock that runs with `source` and can be moved ahead; `pace` makes every wait that many times shorter.

    `lock` guards the clock and everything that its timers change.
    """

    def __init__(self, source: Callable[[], datetime] = real_time, *, pace: float = 1.0) -> None:
        self.lock = RLock()
        self.pace = pace
        self.skew = 0.0
        """Seconds by which the Date header is ahead of the truth."""
        self._source = source
        self._ahead = timedelta()
        self._firing: datetime | None = None
        self._timers: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """The emulator's now; while a timer fires, the instant at which it was due."""
        return self._firing or self._source() + self._ahead

    def shown(self) -> datetime:
        """The instant that the Date header tells."""
        return self.now() + timedelta(seconds=self.skew)

    def later(self, seconds: float) -> datetime:
        """The instant after that wait, at this pace."""
        return self.now() + timedelta(seconds=seconds / self.pace)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` after that wait, at this pace."""
        with self.lock:
            heapq.heappush(self._timers, (self.later(seconds), next(self._order), action))

    def advance(self, seconds: float) -> None:
        """Move ahead by virtual seconds (not divided by the pace), doing on the way what is due. Raises OverflowError."""
        with self.lock:
            ahead = self._ahead + timedelta(seconds=seconds)
            self._source() + ahead + _MARGIN  # raises OverflowError before anything is changed
            self._ahead = ahead
            self.settle()

    def settle(self) -> None:
        """Do what is due by now, each at its own instant, so that what it sets off is timed from there."""
        with self.lock:
            if self._firing:
                return
            until = self.now()
            while self._timers and self._timers[0][0] <= until:
                self._firing, _, action = heapq.heappop(self._timers)
                try:
                    action()
                finally:
                    self._firing = None


def stamp(at: datetime) -> str:
    """RFC 3339 in whole seconds, as the API writes instants."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

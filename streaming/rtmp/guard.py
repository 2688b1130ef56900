"""How many wrong keys an address may try."""

from collections import deque
from typing import Final

MINUTE: Final = 60.0
_KEPT: Final = 4096


class Guard:
    """Counts wrong keys by address; `allowed` of them within a minute, then the address has to wait."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._failures: dict[str, deque[float]] = {}

    def blocks(self, peer: str, now: float) -> bool:
        """Whether the address has to wait; `now` in seconds of a clock that only rises."""
        failures = self._failures.get(peer)
        while failures and failures[0] <= now - MINUTE:
            failures.popleft()
        return failures is not None and len(failures) >= self._allowed

    def failed(self, peer: str, now: float) -> None:
        """Note a wrong key."""
        if len(self._failures) >= _KEPT:
            self._forget(now)
        self._failures.setdefault(peer, deque(maxlen=self._allowed)).append(now)

    def _forget(self, now: float) -> None:
        """Keep those of the last minute; were there thousands of them, the oldest go all the same."""
        fresh = {peer: times for peer, times in self._failures.items() if times[-1] > now - MINUTE}
        self._failures = dict(list(fresh.items())[-_KEPT // 2 :])

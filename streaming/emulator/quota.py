"""What calls cost, in buckets per project and Pacific day. A table of its own, so that it tells on the adapter's."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from streaming.emulator.discovery import Method
from streaming.emulator.errors import QUOTA, ApiError

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
DEFAULT: Final = "default"
BUCKETS: Final = {DEFAULT: 10_000, "search.list": 100, "videos.insert": 100, "videos.batchGetStats": 10_000}
_CAPTIONS: Final = {
    "captions.list": 50, "captions.insert": 400, "captions.update": 450, "captions.delete": 50, "captions.download": 200,
}  # fmt: skip
DEAR: Final = {**_CAPTIONS, "videos.insert": 1}
"""Google's table of mid-2026, the dearest one known: what is neither 1 for reading nor 50 for writing."""
CHEAP: Final = {
    **DEAR, "liveBroadcasts.insert": 1, "liveBroadcasts.update": 1, "liveBroadcasts.bind": 1, "liveBroadcasts.transition": 1,
    "liveBroadcasts.insertCuepoint": 1, "liveBroadcasts.delete": 1, "liveChatMessages.list": 5, "liveChatMessages.insert": 20,
    "liveChatMessages.delete": 20,
}  # fmt: skip
"""Google's newest table."""
INVALID: Final = 1
MESSAGE: Final = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)


@dataclass
class Quota:
    """What each project (OAuth client) has spent. `limits` and `table` may be changed in a test."""

    limits: dict[str, int] = field(default_factory=lambda: dict(BUCKETS))
    table: dict[str, int] = field(default_factory=lambda: dict(DEAR))
    _spent: defaultdict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))

    def cost(self, method: Method) -> tuple[str, int]:
        """The bucket and the units of one call."""
        bucket = method.name if method.name in BUCKETS else DEFAULT
        return bucket, self.table.get(method.name, 1 if method.verb == "GET" else 50)

    def spent(self, project: str, at: datetime, bucket: str = DEFAULT) -> int:
        """The units spent on the Pacific day of that instant."""
        return self._spent[project, _day(at), bucket]

    def check(self, project: str, method: Method, at: datetime) -> None:
        """Raise ApiError 403 where the call can no longer be paid for."""
        bucket, units = self.cost(method)
        if self.spent(project, at, bucket) + units > self.limits[bucket]:
            raise ApiError(403, "quotaExceeded", MESSAGE, domain=QUOTA)

    def charge(self, project: str, method: Method, at: datetime, *, valid: bool) -> int:
        """Book a call; an invalid one costs one unit. Returns the units."""
        bucket, units = self.cost(method)
        units = units if valid else INVALID
        self._spent[project, _day(at), bucket] += units
        return units

    def exhaust(self, project: str, at: datetime, bucket: str = DEFAULT) -> None:
        """As if the day's units had been spent elsewhere."""
        self._spent[project, _day(at), bucket] = self.limits[bucket]


@dataclass
class RateLimit:
    """The live API's own throttle: a bucket of tokens per channel, refilled by the second. Off while `burst` is 0."""

    burst: float = 0.0
    per_second: float = 0.5
    _levels: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def take(self, channel: str, at: datetime) -> None:
        """Take a token for a write to the live API. Raises ApiError 403 where there is none."""
        if not self.burst:
            return
        level, since = self._levels.get(channel, (self.burst, at))
        level = min(self.burst, level + (at - since).total_seconds() * self.per_second)
        if level < 1:
            self._levels[channel] = (level, at)
            raise ApiError(
                403,
                "userRequestsExceedRateLimit",
                "The request exceeds the rate limit of the user.",
                domain="youtube.liveBroadcast",
            )
        self._levels[channel] = (level - 1, at)


def _day(at: datetime) -> str:
    return at.astimezone(PACIFIC).date().isoformat()

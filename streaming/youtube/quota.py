"""What calls cost, when the day of the quota ends, and who is asked before a call is made.

The table that came along (`costs.json`) holds the dearer number where Google's pages of 2026 disagree: reckoning too much
makes us wait too early, reckoning too little lets an evening fail. Source: developers.google.com/youtube, "Quota Calculator".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
READING: Final = ("list", "getRating", "get", "stream", "batchGetStats")


@dataclass(frozen=True, slots=True)
class Cost:
    """How many units a call takes out of which bucket."""

    bucket: str
    units: int


@dataclass(frozen=True, slots=True)
class Costs:
    """The units that each bucket holds per day, and what each method costs; a method that is not named costs by its kind."""

    buckets: Mapping[str, int]
    methods: Mapping[str, Cost]
    reading: int
    writing: int

    def of(self, method: str) -> Cost:
        """What one call of a method such as "liveBroadcasts.insert" costs."""
        known = self.methods.get(method)
        if known is not None:
            return known
        reads = method.rpartition(".")[2] in READING
        return Cost("default", self.reading if reads else self.writing)


class Meter(Protocol):
    """Who pays for the calls. Asked from any thread."""

    def charge(self, method: str) -> AbstractContextManager[None]:
        """Reserve what the call costs before it is made, settle it at the block's end, however that ends. Raises Deferred."""

    def exhausted(self, method: str) -> datetime:
        """The platform said that the method's bucket is empty: remember it, and return when it is filled again."""


class FreeMeter:
    """Lets every call pass: for tests, and for an emulator that counts by itself."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    @contextmanager
    def charge(self, method: str) -> Iterator[None]:  # noqa: ARG002 -- nobody pays
        """Nothing is reserved."""
        yield

    def exhausted(self, method: str) -> datetime:  # noqa: ARG002 -- nothing is remembered
        """The next reset."""
        return next_reset(self._clock())


def pacific_day(at: datetime) -> str:
    """The day of the quota that this instant belongs to, such as "2026-11-23"."""
    return at.astimezone(PACIFIC).date().isoformat()


def next_reset(at: datetime) -> datetime:
    """The first midnight in Pacific time after this instant, in UTC."""
    tomorrow = at.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)


def load_costs(path: Path | None) -> Costs:
    """The table in this file, shaped like `costs.json` beside this module; None: that one.

    Raises ValueError, which says what is wrong, and OSError.
    """
    text = path.read_text() if path else (resources.files(__package__) / "costs.json").read_text()
    where = path or "costs.json"
    try:
        table = json.loads(text)
        return _costs(table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{where} is no table of costs: {type(error).__name__}: {error}") from error


def _costs(table: dict[str, Any]) -> Costs:
    buckets = {str(name): _units(units) for name, units in table["buckets"].items()}
    methods = {
        str(name): Cost(str(cost.get("bucket", "default")), _units(cost["units"]))
        for name, cost in table["methods"].items()
    }
    for bucket in {"default", *(cost.bucket for cost in methods.values())} - buckets.keys():
        raise ValueError(f"the bucket {bucket!r} has no size")
    return Costs(buckets, methods, _units(table["reading"]), _units(table["writing"]))


def _units(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no number of units")
    return value


COSTS: Final = load_costs(None)

"""When something takes place: wall time and zone to an instant, and the dates of a rule. Source: RFC 5545, 3.3.5 and 3.3.10.

A rule counts on the clocks of its zone. A date whose time these clocks skip takes place as much later as they skip (3.3.5,
not 3.3.10, which would drop it); one whose time comes twice takes place at the first coming. A start that a person gave is
never moved so: it is refused where it is skipped, and asked about where it comes twice.

ScheduleError
├── UnknownZone   no IANA name
├── BadStart      not a local date and time
├── Skipped       the clocks never show it
├── Doubled       the clocks show it twice, and nobody said which coming is meant
└── BadRule       a rule that cannot be used; `fault` says why
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr

MOST: Final = 104
"""Dates of one rule."""
HORIZON: Final = timedelta(days=3 * 366)
"""How long after its start a rule may go on."""
LONGEST_RULE: Final = 300

_START = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII)
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_ZERO = re.compile(r"(?<!\d)0+(?!\d)")
_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_BY_CLOCK: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_PARTS: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "WKST"}
)  # fmt: skip
# The calendar repeats itself after 400 years, weekdays and all.
_CYCLE: Final = 400
_LAST_YEAR: Final = 9990


class ScheduleError(ValueError):
    """This is no time at which something can take place."""


class UnknownZone(ScheduleError):
    """There is no such zone; `alike` is the name that was probably meant, or ""."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"unknown zone {zone!r}")
        names = {name.casefold(): name for name in _zones()}
        close = get_close_matches(zone.casefold().replace(" ", "_"), names, n=1, cutoff=0.75)
        self.zone, self.alike = zone, names[close[0]] if close else ""


class BadStart(ScheduleError):
    """This is not a local date and time such as 2026-12-03T18:00."""


class Skipped(ScheduleError):
    """The clocks of the zone never show this time; `instead` is as much later as they skip."""

    def __init__(self, local: datetime, zone: ZoneInfo) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} does not exist in {zone.key}")
        self.local, self.zone, self.instead = local, zone.key, to_local(near(local, zone), zone)


class Doubled(ScheduleError):
    """The clocks of the zone show this time twice."""

    def __init__(self, local: datetime, zone: ZoneInfo) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} comes twice in {zone.key}")
        self.local, self.zone = local, zone.key


class Fault(StrEnum):
    """What is wrong with a rule."""

    UNREADABLE = "unreadable"
    TOO_OFTEN = "too often"
    BY_CLOCK = "by clock"
    ENDLESS = "endless"
    TWO_ENDS = "two ends"
    TOO_MANY = "too many"
    TOO_LONG = "too long"
    EMPTY = "empty"


class BadRule(ScheduleError):
    """This rule cannot be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A date of a rule: the wall time that the rule gave, and the instant at which it takes place."""

    local: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE that ends. `text` is in one spelling; `pattern` is the same without its end."""

    text: str
    pattern: str
    count: int | None
    until: str


def read_zone(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises UnknownZone."""
    if name not in _zones():
        raise UnknownZone(name)
    return ZoneInfo(name)


def read_local(text: str) -> datetime:
    """The wall time of "2026-12-03T18:00", without a zone. Raises BadStart, also for one with an offset."""
    if not _START.fullmatch(text.strip()):
        raise BadStart(text)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadStart(text) from error


def write_local(local: datetime) -> str:
    """What `read_local` reads."""
    return f"{local:%Y-%m-%dT%H:%M}"


def to_instant(local: datetime, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """The instant, in UTC, at which the zone's clocks show `local`; `fold` 0 or 1 says which coming is meant.

    Raises Skipped, and Doubled without a fold.
    """
    at = near(local, zone)
    if to_local(at, zone) != local:
        raise Skipped(local, zone)
    second = _utc(local.replace(tzinfo=zone, fold=1))
    if at != second and fold is None:
        raise Doubled(local, zone)
    return second if fold else at


def near(local: datetime, zone: ZoneInfo) -> datetime:
    """The same for the dates of a rule: the first coming; as much later as the clocks skip where they skip it."""
    return _utc(local.replace(tzinfo=zone, fold=0))


def to_local(at: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clocks show at that instant, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def read_rule(text: str) -> Rule:
    """The rule of "FREQ=WEEKLY;COUNT=8". Raises BadRule, unless it ends and is daily or rarer."""
    clean = "".join(text.split()).upper().removeprefix("RRULE:").strip(";")
    found = [_PART.fullmatch(part) for part in clean.split(";")]
    parts = {match[1]: match[2] for match in found if match}
    if len(parts) < len(found) or len(clean) > LONGEST_RULE:
        raise BadRule(Fault.UNREADABLE)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BadRule(Fault.TOO_OFTEN if parts.get("FREQ") in {"HOURLY", "MINUTELY", "SECONDLY"} else Fault.UNREADABLE)
    if parts.keys() & _BY_CLOCK:
        raise BadRule(Fault.BY_CLOCK)
    zero = any(
        _ZERO.search(value) for name, value in parts.items() if name.startswith("BY")
    )  # read as "any" by dateutil
    if zero or parts.keys() - _PARTS or not _NUMBER.fullmatch(parts.get("INTERVAL", "1")):
        raise BadRule(Fault.UNREADABLE)
    count, until = parts.get("COUNT", ""), parts.get("UNTIL", "")
    if count and until:
        raise BadRule(Fault.TWO_ENDS)
    if not count and not until:
        raise BadRule(Fault.ENDLESS)
    if not (_NUMBER.fullmatch(count) if count else _is_until(until)):
        raise BadRule(Fault.UNREADABLE)
    pattern = ";".join(f"{name}={value}" for name, value in parts.items() if name not in {"COUNT", "UNTIL"})
    return Rule(clean, pattern, int(count) if count else None, until)


def expand(rule: Rule, start: datetime, zone: ZoneInfo, *, fold: int | None = None) -> list[Occurrence]:
    """The rule's dates from the wall time `start` on, in order; `start` itself is one only where the rule says so.

    Raises BadRule where there are none, more than MOST, or some after HORIZON; and for `start` as `to_instant`.
    """
    first = to_instant(start, zone, fold=fold)
    found: list[Occurrence] = []
    for local in islice(_dates(rule, start), rule.count):
        occurrence = Occurrence(local, first if local == start else near(local, zone))
        if not _within(rule.until, occurrence):
            break
        if local - start > HORIZON:
            raise BadRule(Fault.TOO_LONG)
        if len(found) == MOST:
            raise BadRule(Fault.TOO_MANY)
        found.append(occurrence)
    if not found:
        raise BadRule(Fault.EMPTY)
    if rule.count and len(found) < rule.count:
        raise BadRule(Fault.TOO_LONG)  # the rest comes after the end of the calendar
    return found


def _dates(rule: Rule, start: datetime) -> Iterator[datetime]:
    # A rule that never comes true ("30 February") is searched to the year 9999: for seconds, unless that is near. So we ask
    # about the same days of a later cycle of the calendar.
    years = (_LAST_YEAR - start.year) // _CYCLE * _CYCLE
    try:
        for local in rrulestr(rule.pattern, dtstart=start.replace(year=start.year + years)):
            yield local.replace(year=local.year - years)
    except (ValueError, TypeError, LookupError, OverflowError) as error:  # dateutil's ways of not understanding a part
        raise BadRule(Fault.UNREADABLE) from error


def _is_until(text: str) -> bool:
    match = _UNTIL.fullmatch(text)
    try:
        return match is not None and bool(datetime.fromisoformat(f"{match[1]}T{match[2] or '000000'}"))
    except ValueError:
        return False


def _within(until: str, occurrence: Occurrence) -> bool:
    """Whether it is not after the end, which is an instant ("…Z"), a wall time, or a day that counts till its end."""
    if until.endswith("Z"):
        return f"{occurrence.at:%Y%m%dT%H%M%S}Z" <= until
    return not until or f"{occurrence.local:%Y%m%dT%H%M%S}"[: len(until)] <= until


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise BadStart(at.isoformat()) from error


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}

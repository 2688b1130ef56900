"""Working time: weekdays, half days and public holidays of one calendar, and instants counted in it. Pure."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The names of RFC 5545, Monday first."""
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_HOURS: Final = re.compile(r"\d+(?:\.\d+)?")
_MOST_HOURS: Final = 1000
_FAR: Final = 366
"""So many days ahead a working day is looked for: a calendar without one is refused when it is made."""


class Half(StrEnum):
    """Which half of a working day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, slots=True, order=True)
class HalfDay:
    """One half of a working day, with the instants of its beginning and its end, in UTC."""

    starts_at: datetime
    ends_at: datetime
    day: date
    half: Half


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When people work: on `days` (0 is Monday) that are no `free` days, in two spans of local time in `zone`."""

    zone: ZoneInfo
    days: frozenset[int]
    spans: tuple[tuple[time, time], tuple[time, time]]
    free: Container[date]

    @property
    def day_length(self) -> timedelta:
        """How much a whole day has of working time."""
        noon = date(2000, 1, 1)  # any day: spans are of local clocks
        return sum(
            (datetime.combine(noon, end) - datetime.combine(noon, start) for start, end in self.spans), timedelta()
        )

    def is_free(self, day: date) -> bool:
        """Whether nobody works on that day."""
        return day.weekday() not in self.days or day in self.free

    def halves(self, day: date) -> list[HalfDay]:
        """The two halves of the day, in order; [] where it is free."""
        if self.is_free(day):
            return []
        return [
            HalfDay(self._instant(day, start), self._instant(day, end), day, half)
            for half, (start, end) in zip(Half, self.spans, strict=True)
        ]

    def half(self, day: date, half: Half) -> HalfDay | None:
        """That half of the day; None where the day is free."""
        return next((one for one in self.halves(day) if one.half is half), None)

    def from_instant(self, at: datetime) -> Iterator[HalfDay]:
        """The half day that runs at the instant, else the next one, and all that follow."""
        day = at.astimezone(self.zone).date()
        while True:
            yield from (one for one in self.halves(day) if one.ends_at > at)
            day += timedelta(days=1)

    def running(self, at: datetime) -> HalfDay | None:
        """The half day that runs at the instant, None outside working time."""
        one = next(self.from_instant(at))
        return one if one.starts_at <= at else None

    def add(self, at: datetime, work: timedelta) -> datetime:
        """The instant at which `work` of working time has passed since `at`; with none, when working time next runs."""
        left = work
        for one in self.from_instant(at):
            start = max(one.starts_at, at)
            if left <= one.ends_at - start:
                return start + left
            left -= one.ends_at - start
        raise AssertionError  # working days never end

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two instants; nothing where `end` is not later."""
        total = timedelta()
        for one in self.from_instant(start):
            if one.starts_at >= end:
                return total
            total += min(one.ends_at, end) - max(one.starts_at, start)
        raise AssertionError

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def make_calendar(*, zone: str, days: str, morning: str, afternoon: str, region: str) -> WorkCalendar:
    """The calendar that the settings say: `days` "MO,TU,WE", spans "08:00-12:30", `region` "DE-BY", "DE", or "" for no holidays.

    Raises ValueError, in words, for anything else, and for a calendar in which nobody ever works.
    """
    names = [name.strip().upper() for name in days.split(",") if name.strip()]
    if not names or any(name not in WEEKDAYS for name in names):
        raise ValueError(f"{days!r} are no weekdays; write them like MO,TU,WE,TH,FR")
    spans = read_span(morning), read_span(afternoon)
    instants = [instant for span in spans for instant in span]
    if not all(a <= b for a, b in pairwise(instants)) or spans[0][0] == spans[0][1] or spans[1][0] == spans[1][1]:
        raise ValueError(f"{morning!r} and {afternoon!r} do not follow each other")
    return WorkCalendar(ZoneInfo(zone), frozenset(map(WEEKDAYS.index, names)), spans, public_holidays(region))


def read_span(text: str) -> tuple[time, time]:
    """A span of local time, as "08:00-12:30" says it. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no span of time; write it like 08:00-12:30")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    return time(hour, minute), time(to_hour, to_minute)


def read_hours(text: str, usual: str) -> dict[str, timedelta]:
    """Working time by name, as "new=4,being answered=8" says it in hours; what it does not name is as `usual`, in the same form.

    Raises ValueError, in words, for a name that `usual` has not, and for anything but hours above 0.
    """
    found = dict(_named_hours(usual))
    names = list(found)
    for name, hours in _named_hours(text):
        if name not in names:
            raise ValueError(f"{name!r} has no due date; there are: {', '.join(names)}")
        found[name] = hours
    return found


def _named_hours(text: str) -> Iterator[tuple[str, timedelta]]:
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, hours = (word.strip() for word in part.partition("="))
        if not _HOURS.fullmatch(hours) or not float(hours) or float(hours) > _MOST_HOURS:
            raise ValueError(f"{part!r} says no hours; write it like {name}=4")
        yield name, timedelta(hours=float(hours))


def public_holidays(region: str) -> Container[date]:
    """The public holidays of a country ("DE") or a part of it ("DE-BY"), by ISO 3166; () for "". Raises ValueError."""
    if not region:
        return ()
    found = _Holidays(*region.strip().upper().partition("-")[::2])
    if found != _USUAL:
        found.days  # noqa: B018 -- it says in words what is wrong
    return found


@dataclass(frozen=True)
class _Holidays:
    """The holidays of a country or of a part of it, looked up when first asked for.

    The library loads every country of the world, a quarter of a second, which most processes never need.
    """

    country: str
    part: str

    def __contains__(self, day: object) -> bool:
        return day in self.days

    @cached_property
    def days(self) -> Container[date]:
        """Raises ValueError where the library knows no such place."""
        import holidays

        try:
            return holidays.country_holidays(self.country, subdiv=self.part or None)
        except NotImplementedError as error:
            region = "-".join(filter(None, (self.country, self.part)))
            raise ValueError(f"no holidays are known for {region!r}; write it like DE or DE-BY") from error


_USUAL: Final = _Holidays("DE", "")
"""Surely known; so are the settings' defaults checked without the library."""

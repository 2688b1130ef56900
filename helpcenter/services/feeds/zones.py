"""VTIMEZONE: a zone's rules as calendars read them.

Outlook knows yearly rules alone, so what a zone does is written as such wherever its clock changes really follow them; a zone
with other habits (Morocco, whose change follows the moon) gets the list of its changes. Source: RFC 5545, 3.6.5.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PROVEN: Final = 12
"""Years after the last one over which a rule has to hold, so that the fourth Sunday is not taken for the last one."""


class Change(NamedTuple):
    """A change of the clocks. `onset` is the wall time before it, without a zone."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool


def vtimezone(zone: str, first: datetime, last: datetime) -> Timezone:
    """The zone's rules, right for every instant from `first` to `last`."""
    info = ZoneInfo(zone)
    component = Timezone()
    component.add("tzid", zone)
    start, end = first.year - 1, last.year + 1
    groups = _rules(info, start, end + _PROVEN)
    if groups:
        for change, rule in groups:
            _add(component, change, rrule=rule)
        return component
    _add(component, _standing(info, start))
    kinds: dict[tuple[timedelta, timedelta, str], list[Change]] = defaultdict(list)
    for change in changes(info, start, end):
        kinds[change.before, change.after, change.name].append(change)
    for alike in kinds.values():
        _add(component, alike[0], rdates=[other.onset for other in alike[1:]])
    return component


@lru_cache(maxsize=64)
def changes(info: ZoneInfo, first_year: int, last_year: int) -> tuple[Change, ...]:
    """Every change of the clocks in these years, in order."""
    days = (datetime(last_year + 1, 1, 1, tzinfo=UTC) - datetime(first_year, 1, 1, tzinfo=UTC)).days
    steps = [datetime(first_year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(days + 1)]
    return tuple(_between(info, low, high) for low, high in pairwise(steps) if _state(info, low) != _state(info, high))


def _state(info: ZoneInfo, at: datetime) -> tuple[timedelta, str]:
    local = at.astimezone(info)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def _between(info: ZoneInfo, low: datetime, high: datetime) -> Change:
    before, _ = _state(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _state(info, middle) == _state(info, low) else (low, middle)
    instant = high.replace(microsecond=0)
    after, name = _state(info, instant)
    return Change((instant + before).replace(tzinfo=None), before, after, name, after > before)


def _standing(info: ZoneInfo, year: int) -> Change:
    """The state in which the first of these years begins."""
    offset, name = _state(info, datetime(year, 1, 1, tzinfo=UTC))
    return Change(datetime(year, 1, 1), offset, offset, name, daylight=False)  # noqa: DTZ001 -- wall time, as RFC 5545 wants it


def _rules(info: ZoneInfo, first_year: int, last_year: int) -> list[tuple[Change, dict[str, Any]]]:
    """The first change of each kind with its yearly rule; [] where the changes follow none."""
    kinds: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes(info, first_year, last_year):
        onset = change.onset
        kinds[change.before, change.after, change.name, onset.month, onset.weekday(), onset.time()].append(change)
    found = []
    for alike in kinds.values():
        place = _place([change.onset for change in alike])
        if len(alike) != last_year - first_year + 1 or place is None:
            return []
        onset = alike[0].onset
        rule = {
            "freq": "yearly",
            "bymonth": onset.month,
            **place,
            "byday": f"{place.get('byday', '')}{_DAYS[onset.weekday()]}",
        }
        found.append((alike[0], rule))
    return found


def _place(onsets: list[datetime]) -> dict[str, Any] | None:
    """Which of its weekdays in the month it always is: the last, the nth, or the first from a day on; None where it is none."""
    if all(onset.day + 7 > monthrange(onset.year, onset.month)[1] for onset in onsets):
        return {"byday": -1}
    places = {(onset.day - 1) // 7 + 1 for onset in onsets}
    if len(places) == 1:
        return {"byday": places.pop()}
    first, last = min(onset.day for onset in onsets), max(onset.day for onset in onsets)
    return {"bymonthday": list(range(first, last + 1))} if last - first == 6 else None  # noqa: PLR2004 -- a week


def _add(
    component: Timezone, change: Change, *, rrule: dict[str, Any] | None = None, rdates: list[datetime] | None = None
) -> None:
    part = TimezoneDaylight() if change.daylight else TimezoneStandard()
    part.add("dtstart", change.onset)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    if rrule:
        part.add("rrule", rrule)
    for rdate in rdates or []:
        part.add("rdate", rdate)
    component.add_component(part)

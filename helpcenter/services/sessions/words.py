"""What is wrong with a start, a zone or a rule, in words for the person who typed it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from helpcenter.errors import N_, InvalidInput
from streaming.schedule import (
    MOST,
    BadRule,
    BadStart,
    Doubled,
    Fault,
    ScheduleError,
    Skipped,
    UnknownZone,
    to_local,
)

_FAULTS: Final[dict[Fault, str]] = {
    Fault.UNREADABLE: N_("This rule cannot be read. Please write it like FREQ=WEEKLY;BYDAY=TH;COUNT=8."),
    Fault.TOO_OFTEN: N_("A series repeats daily at most. Please use DAILY, WEEKLY, MONTHLY or YEARLY."),
    Fault.BY_CLOCK: N_("A rule cannot hold hours or minutes: every session begins at the time of the first one."),
    Fault.ENDLESS: N_(
        "This rule has no end. Please add how often it repeats (COUNT=8) or until when (UNTIL=20270630)."
    ),
    Fault.TWO_ENDS: N_("A rule has either COUNT or UNTIL, not both."),
    Fault.TOO_MANY: N_("This series has more than %(most)s sessions. Please let it end earlier."),
    Fault.TOO_LONG: N_("This series goes on for more than three years. Please let it end earlier."),
    Fault.EMPTY: N_("There is no date on which this rule comes true. Please check its days and its end."),
}


class SkippedTime(InvalidInput):
    """The clocks skip this time. Please choose another."""


class DoubledTime(InvalidInput):
    """The clocks show this time twice. Please say which one is meant."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turns the errors of `streaming.schedule` into InvalidInput; SkippedTime and DoubledTime where the clocks change."""
    try:
        yield
    except ScheduleError as error:
        raise _said(error) from error


def say_span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """From when till when on the zone's clocks, in the same words everywhere: 2026-12-03 18:00–19:00 (Europe/Berlin)."""
    start, end = (to_local(at, ZoneInfo(zone)) for at in (starts_at, ends_at))
    return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M} ({zone})"


def _said(error: ScheduleError) -> InvalidInput:
    match error:
        case UnknownZone(zone=zone, alike=""):
            return InvalidInput(
                N_("There is no time zone %(zone)s. Please write one such as Europe/Berlin."), zone=zone[:64]
            )
        case UnknownZone(zone=zone, alike=alike):
            sentence = N_("There is no time zone %(zone)s. Do you mean %(alike)s?")
            return InvalidInput(sentence, zone=zone[:64], alike=alike)
        case Skipped():
            return SkippedTime(
                N_("On %(day)s the clocks in %(zone)s skip %(time)s. Please choose another time, such as %(instead)s."),
                day=f"{error.local:%Y-%m-%d}", time=f"{error.local:%H:%M}", zone=error.zone, instead=f"{error.instead:%H:%M}",
            )  # fmt: skip
        case Doubled():
            return DoubledTime(
                N_("On %(day)s the clocks in %(zone)s show %(time)s twice. Please say if you mean the first or the second."),
                day=f"{error.local:%Y-%m-%d}", time=f"{error.local:%H:%M}", zone=error.zone,
            )  # fmt: skip
        case BadRule(fault=fault):
            return InvalidInput(_FAULTS[fault], most=MOST)
        case BadStart() | ScheduleError():
            return InvalidInput(N_("Please write the start as local date and time, such as 2026-12-03T18:00."))

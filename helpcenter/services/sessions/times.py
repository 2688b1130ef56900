"""When a live session takes place, in words: date and time on the clocks of its own zone, which is named."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location, get_timezone_name


def say_when(starts_at: datetime, ends_at: datetime | None, zone: str, language: str) -> str:
    """Its day, from when till when, and the zone's name, which says whether it is summer time there."""
    return f"{say_day(starts_at, zone, language)}, {say_hours(starts_at, ends_at, zone, language)}"


def say_day(starts_at: datetime, zone: str, language: str) -> str:
    """The day on which it begins there."""
    return format_date(starts_at.astimezone(ZoneInfo(zone)), "full", locale=_locale(language))


def say_moment(at: datetime, zone: str, language: str) -> str:
    """Its day and time there: Thursday, 3 December 2026, 18:00."""
    return f"{say_day(at, zone, language)}, {format_time(at.astimezone(ZoneInfo(zone)), 'short', locale=_locale(language))}"


def say_hours(starts_at: datetime, ends_at: datetime | None, zone: str, language: str) -> str:
    """From when till when, and where: 18:00 – 19:00 (Berlin, Central European Standard Time)."""
    start, *rest = (at.astimezone(ZoneInfo(zone)) for at in (starts_at, ends_at) if at is not None)
    locale = _locale(language)
    hours = " – ".join(format_time(at, "short", locale=locale) for at in (start, *rest))
    city = get_timezone_location(start, locale=locale, return_city=True)
    return f"{hours} ({city}, {get_timezone_name(start, 'long', locale=locale)})"


def _locale(language: str) -> Locale:
    """The language's way to write dates; the English one where Babel knows none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")

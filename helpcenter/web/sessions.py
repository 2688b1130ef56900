"""How live sessions are spoken of to those who schedule and host them: states, times, zones."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import format_date, format_datetime, format_time, gettext

from helpcenter.errors import N_
from helpcenter.models import LiveSession, LiveSessionState, Visibility
from helpcenter.web.context import settings
from streaming.platform import BroadcastStatus

# The word for a state, and the badge's tone.
_STATES: Final[Mapping[LiveSessionState, tuple[str, str]]] = {
    LiveSessionState.DRAFT: (N_("draft"), "quiet"),
    LiveSessionState.SCHEDULED: (N_("scheduled"), ""),
    LiveSessionState.REHEARSING: (N_("rehearsal"), "busy"),
    LiveSessionState.LIVE: (N_("live now"), "live"),
    LiveSessionState.ENDED: (N_("ended"), "quiet"),
    LiveSessionState.PROCESSING: (N_("recording is coming"), "busy"),
    LiveSessionState.PUBLISHED: (N_("recording is there"), "ok"),
    LiveSessionState.CANCELLED: (N_("cancelled"), "bad"),
}
_BROADCASTS: Final[Mapping[BroadcastStatus, tuple[str, str]]] = {
    BroadcastStatus.CREATED: (N_("made, without a stream yet"), "busy"),
    BroadcastStatus.READY: (N_("ready"), "ok"),
    BroadcastStatus.TEST_STARTING: (N_("rehearsal is starting"), "busy"),
    BroadcastStatus.TESTING: (N_("rehearsal"), "busy"),
    BroadcastStatus.LIVE_STARTING: (N_("going live"), "busy"),
    BroadcastStatus.LIVE: (N_("live now"), "live"),
    BroadcastStatus.COMPLETE: (N_("ended"), "quiet"),
    BroadcastStatus.REVOKED: (N_("removed by YouTube"), "bad"),
}
AUDIENCES: Final[Mapping[Visibility, str]] = {
    Visibility.PUBLIC: N_("everybody"),
    Visibility.UNLISTED: N_("everybody who has the address"),
    Visibility.CUSTOMERS: N_("signed-in customers"),
}
_REGIONS: Final = (
    "Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic", "Indian", "Arctic", "Antarctica",
)  # fmt: skip


def session_word(state: StrEnum) -> str:
    """The state of a live session or a broadcast in the language of this request."""
    found = _STATES.get(state) if isinstance(state, LiveSessionState) else _BROADCASTS.get(BroadcastStatus(state))
    return str(gettext(found[0])) if found else state.value


def session_tone(state: StrEnum) -> str:
    """Its badge's tone."""
    found = _STATES.get(state) if isinstance(state, LiveSessionState) else _BROADCASTS.get(BroadcastStatus(state))
    return found[1] if found else ""


def site_zone() -> ZoneInfo:
    """The zone in which the site shows dates."""
    return ZoneInfo(settings().zone)


def span(session: LiveSession) -> str:
    """Its date, and from when till when, in the session's own zone, which is named."""
    zone = ZoneInfo(session.zone)
    day = format_date(session.starts_at.astimezone(zone), "full", rebase=False)
    return f"{day}, {hours(session.starts_at, session.ends_at, zone)} ({session.zone.replace('_', ' ')})"


def hours(start: datetime, end: datetime, zone: ZoneInfo | None = None) -> str:
    """From when till when in the zone, the site's where none is given: 18:00 – 19:00."""
    zone = zone or site_zone()
    return " – ".join(clock_time(at, zone) for at in (start, end))


def clock_time(at: datetime, zone: ZoneInfo | None = None) -> str:
    """The time of day in the zone."""
    return str(format_time(at.astimezone(zone or site_zone()), "short", rebase=False))


def in_zone(at: datetime, zone: str, form: str = "medium") -> str:
    """Date and time in the zone of this name."""
    return str(format_datetime(at.astimezone(ZoneInfo(zone)), form, rebase=False))


@lru_cache
def zones() -> list[tuple[str, list[str]]]:
    """IANA zones to choose from, by region: [("Europe", ["Europe/Amsterdam", …]), …]."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    grouped = {region: list(found) for region, found in groupby(names, key=lambda name: name.partition("/")[0])}
    return [(region, grouped[region]) for region in _REGIONS if region in grouped]

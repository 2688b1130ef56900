"""How live sessions are spoken of to those who schedule and host them: states, times, zones."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import format_time, gettext

from helpcenter.errors import N_
from helpcenter.models import DateOption, LiveSession, LiveSessionState, Visibility
from helpcenter.services.sessions.times import say_when
from helpcenter.web.context import settings
from helpcenter.web.languages import language
from helpcenter.web.people import current_user
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
    BroadcastStatus.READY: (N_("ready to begin"), "ok"),
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


def is_host(session: LiveSession) -> bool:
    """Whether whoever asks answers on camera in this session."""
    user = current_user()
    return user is not None and user.id in {host.id for host in session.hosts}


def site_zone() -> ZoneInfo:
    """The zone in which the site shows dates."""
    return ZoneInfo(settings().zone)


def span(session: LiveSession, option: DateOption | None = None) -> str:
    """The session's date, or a proposed one, and from when till when, in the session's own zone, which is named."""
    date = option or session
    return say_when(date.starts_at, date.ends_at, session.zone, language())


def clock_time(at: datetime, zone: ZoneInfo | None = None, form: str = "short") -> str:
    """The time of day in the zone, the site's where none is given."""
    return str(format_time(at.astimezone(zone or site_zone()), form, rebase=False))


@lru_cache
def zones() -> list[tuple[str, list[str]]]:
    """IANA zones to choose from, by region: [("Europe", ["Europe/Amsterdam", …]), …]."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    grouped = {region: list(found) for region, found in groupby(names, key=lambda name: name.partition("/")[0])}
    return [(region, grouped[region]) for region in _REGIONS if region in grouped]


def template_words() -> dict[str, Any]:
    """What templates need to speak of sessions; for context processors."""
    return {
        "session_word": session_word, "session_tone": session_tone, "span": span, "clock_time": clock_time,
        "site_zone": site_zone(), "zone_of": lambda session: ZoneInfo(session.zone),
        "audiences": {key.value: gettext(word) for key, word in AUDIENCES.items()},
    }  # fmt: skip

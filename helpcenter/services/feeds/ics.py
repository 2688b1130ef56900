"""Live sessions as a calendar that Outlook, Apple and Google read. Source: RFC 5545, RFC 5546 (PUBLISH), RFC 7986."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.services.feeds.text import host_of, one_line, plain
from helpcenter.services.feeds.zones import vtimezone
from helpcenter.services.notifications import links
from helpcenter.settings import Settings

REFRESH: Final = timedelta(hours=1)
ALARM: Final = timedelta(minutes=15)
_UTC: Final = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "GMT"})


def calendar(sessions: Sequence[LiveSession], *, settings: Settings, name: str) -> bytes:
    """The sessions as an iCalendar file; each is one event, also where it belongs to a series."""
    file = empty_calendar(settings=settings, name=name, about="Live sessions")
    for zone in sorted({session.zone for session in sessions} - _UTC):
        starts = [session.starts_at for session in sessions if session.zone == zone]
        file.add_component(vtimezone(zone, min(starts), max(starts)))
    for session in sessions:
        file.add_component(_event(session, settings))
    return bytes(file.to_ical(sorted=False))


def empty_calendar(*, settings: Settings, name: str, about: str) -> Calendar:
    """A calendar without events that programs ask for again each hour; `about` says in English what it holds. Source: RFC 7986."""
    file = Calendar()
    title = one_line(name)
    file.add("prodid", f"-//{one_line(settings.site_name)}//{about}//EN")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    file.add("name", title)
    file.add("x-wr-calname", title)
    file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "PT1H")
    return file


def _event(session: LiveSession, settings: Settings) -> Event:
    cancelled = session.state is LiveSessionState.CANCELLED
    zone = None if session.zone in _UTC else ZoneInfo(session.zone)
    address = links.session_link(settings, session.public_id)
    title = one_line(session.title)
    event = Event()
    event.add("uid", f"{session.public_id}@{host_of(settings)}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", session.updated_at.astimezone(UTC))
    event.add("created", session.created_at.astimezone(UTC))
    event.add("last-modified", session.updated_at.astimezone(UTC))
    event.add("dtstart", _local(session.starts_at, zone))
    event.add("dtend", _local(session.ends_at, zone))
    event.add("summary", title, parameters={"LANGUAGE": session.language})
    event.add("description", _description(session, address))
    event.add("location", address)
    event.add("url", address)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("organizer", _organizer(settings))
    if topics := [one_line(topic.title(session.language)) for topic in session.topics]:
        event.add("categories", topics)
    if not cancelled:
        event.add_component(_alarm(title))
    return event


def _local(at: datetime, zone: ZoneInfo | None) -> datetime:
    """The instant on the zone's clocks; in UTC without a zone, and in an hour that the clocks show for the second time.

    A local time that comes twice means its first coming (RFC 5545, 3.3.5).
    """
    local = at.astimezone(zone or UTC)
    return at.astimezone(UTC) if local.fold else local


def _description(session: LiveSession, address: str) -> str:
    hosts = ", ".join(one_line(host.name) for host in session.hosts if host.name)
    return "\n\n".join(filter(None, (plain(session.reason), plain(session.description), hosts, address)))


def _organizer(settings: Settings) -> vCalAddress:
    name, address = parseaddr(settings.mail_from)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = one_line(name or settings.site_name)
    return organizer


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -ALARM)
    alarm.add("description", title)
    return alarm

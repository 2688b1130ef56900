"""Shifts as a calendar that Outlook, Apple and Google read. Source: RFC 5545, RFC 7986."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from icalendar import Event

from helpcenter.models import Shift
from helpcenter.services.feeds.ics import empty_calendar
from helpcenter.services.feeds.text import host_of, one_line
from helpcenter.services.notifications import links
from helpcenter.settings import Settings

CLOSED: Final = "PRIVATE"


def rota_calendar(shifts: Sequence[Shift], *, settings: Settings, name: str, titles: Sequence[str]) -> bytes:
    """The shifts as an iCalendar file; `titles` are their words, in the same order.

    A shift keeps its UID whoever has it, and its SEQUENCE counts its changes; one that is not in the file any more is gone.
    """
    file = empty_calendar(settings=settings, name=name, about="Rota")
    for shift, words in zip(shifts, titles, strict=True):
        file.add_component(_event(shift, words, settings))
    return bytes(file.to_ical(sorted=False))


def _event(shift: Shift, words: str, settings: Settings) -> Event:
    event = Event()
    event.add("uid", f"shift-{shift.public_id}@{host_of(settings)}")
    event.add("sequence", shift.sequence)
    event.add("dtstamp", (shift.updated_at or shift.starts_at).astimezone(UTC))
    event.add("dtstart", shift.starts_at.astimezone(UTC))
    event.add("dtend", shift.ends_at.astimezone(UTC))
    event.add("summary", one_line(words))
    event.add("url", links.shift_link(settings, shift.public_id))
    event.add("class", CLOSED)
    event.add("status", "TENTATIVE" if shift.user_id is None else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if shift.user_id is None else "OPAQUE")
    return event

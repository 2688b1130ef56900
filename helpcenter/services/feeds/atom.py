"""Live sessions as an Atom feed: announced, moved, called off, and their recordings. Source: RFC 4287, RFC 4151 (names)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from helpcenter.models import LiveSession
from helpcenter.services.feeds.text import host_of, one_line, plain
from helpcenter.services.notifications import links
from helpcenter.services.sessions.times import say_when
from helpcenter.settings import Settings

MOST: Final = 50
_ATOM: Final = "http://www.w3.org/2005/Atom"
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries was changed last; and the year in our names, which must never change."""

ET.register_namespace("", _ATOM)


def atom_feed(sessions: Sequence[LiveSession], *, settings: Settings, name: str, address: str, language: str) -> bytes:
    """The sessions that changed last as an Atom feed; `address` is the feed's own path."""
    newest = sorted(sessions, key=lambda one: (one.updated_at, one.id), reverse=True)[:MOST]
    root = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": language})
    _text(root, "id", _name(settings, address.strip("/")))
    _text(root, "title", one_line(name))
    _text(root, "updated", _instant(newest[0].updated_at if newest else _BEGINNING))
    _element(root, "link", rel="self", type="application/atom+xml", href=settings.site_url + address)
    _element(root, "link", rel="alternate", type="text/html", href=f"{settings.site_url}/sessions")
    _author(root, settings.site_name)
    for session in newest:
        _entry(root, session, settings)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, session: LiveSession, settings: Settings) -> None:
    entry = _element(root, "entry", **{"xml:lang": session.language})
    _text(entry, "id", _name(settings, f"sessions/{session.public_id}"))
    _text(entry, "title", one_line(session.title))
    _text(entry, "published", _instant(session.announced_at or session.created_at))
    _text(entry, "updated", _instant(session.updated_at))
    href = links.session_link(settings, session.public_id)
    _element(entry, "link", rel="alternate", type="text/html", href=href)
    for host in session.hosts:
        _author(entry, host.name)
    for topic in session.topics:
        _element(entry, "category", term=topic.slug, label=one_line(topic.title(session.language)))
    when = say_when(session.starts_at, session.ends_at, session.zone, session.language)
    _text(entry, "summary", "\n\n".join(filter(None, (when, plain(session.reason), plain(session.description)))))


def _name(settings: Settings, path: str) -> str:
    return f"tag:{host_of(settings)},{_BEGINNING.year}:{path}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _author(parent: ET.Element, name: str) -> None:
    if clean := one_line(name):
        _text(_element(parent, "author"), "name", clean)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    _element(parent, tag).text = text


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)

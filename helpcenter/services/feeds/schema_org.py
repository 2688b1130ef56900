"""A live session as search engines read it: schema.org's Event, and the BroadcastEvent that shows it."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.services.feeds.text import one_line, plain
from helpcenter.services.notifications import links
from helpcenter.services.pages.addresses import media_address, topic_address
from helpcenter.settings import Settings

_ONLINE: Final = "https://schema.org/OnlineEventAttendanceMode"
_CANCELLED: Final = "https://schema.org/EventCancelled"
_SCHEDULED: Final = "https://schema.org/EventScheduled"


def structured_data(session: LiveSession, settings: Settings) -> dict[str, Any]:
    """The session as JSON-LD, for a page that everybody may see."""
    address = links.session_link(settings, session.public_id)
    event = {"@type": "Event", "@id": f"{address}#event", **_common(session, address)}
    event |= {
        "description": plain(session.description) or one_line(session.title),
        "eventAttendanceMode": _ONLINE,
        "location": {"@type": "VirtualLocation", "url": address},
        "organizer": {"@type": "Organization", "name": one_line(settings.site_name), "url": settings.site_url},
        "performer": [{"@type": "Person", "name": one_line(host.name)} for host in session.hosts if host.name],
        "about": [
            {"@type": "Thing", "name": one_line(topic.title(session.language)), "url": settings.site_url + topic_address(topic.slug)}
            for topic in session.topics
        ],
    }  # fmt: skip
    if session.picture_key:
        event["image"] = [settings.site_url + media_address(session.picture_key)]
    broadcast = {
        "@type": "BroadcastEvent",
        "@id": f"{address}#broadcast",
        **_common(session, address),
        "isLiveBroadcast": True,
        "broadcastOfEvent": {"@id": f"{address}#event"},
    }
    return {"@context": "https://schema.org", "@graph": [event, broadcast]}


def _common(session: LiveSession, address: str) -> dict[str, Any]:
    zone = ZoneInfo(session.zone)
    start, end = session.live_at or session.starts_at, session.ended_at or session.ends_at
    return {
        "name": one_line(session.title),
        "url": address,
        "startDate": start.astimezone(zone).replace(microsecond=0).isoformat(),
        "endDate": end.astimezone(zone).replace(microsecond=0).isoformat(),
        "eventStatus": _CANCELLED if session.state is LiveSessionState.CANCELLED else _SCHEDULED,
        "inLanguage": session.language,
        "isAccessibleForFree": True,
    }

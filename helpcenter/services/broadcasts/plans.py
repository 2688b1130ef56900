"""What a broadcast shows of its session: title, description, times, privacy; and whether that has changed."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from helpcenter.models import LiveSession, Visibility
from helpcenter.services.notifications import links
from helpcenter.services.sessions.times import say_when
from helpcenter.settings import Settings
from streaming.platform import BroadcastPlan, Privacy
from streaming.youtube.block import marker_line

TITLE: Final = 100
"""Letters; YouTube refuses more, and < and >."""
DESCRIPTION: Final = 3000
"""Bytes of the session's own description; what is left of YouTube's 5000 is for others and for chapters."""
SOON: Final = timedelta(minutes=1)
"""YouTube refuses a start that has passed."""
_TEXTS: Final = {
    "en": {
        "topics": "Topics",
        "hosts": "Your experts",
        "page": "Ask your questions, and find every answer to the second",
    },
    "de": {
        "topics": "Themen",
        "hosts": "Ihre Expertinnen und Experten",
        "page": "Fragen stellen und jede Antwort auf die Sekunde finden",
    },
}


def plan_of(session: LiveSession, *, marker: str, settings: Settings) -> BroadcastPlan:
    """The broadcast that the session should have. The test phase is on until it goes live, so that a rehearsal is possible."""
    return BroadcastPlan(
        marker=marker,
        title=_title(session.title),
        description=_description(session, marker, settings),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        privacy=Privacy.PUBLIC if session.visibility is Visibility.PUBLIC else Privacy.UNLISTED,
        rehearsal=True,
    )


def not_past(plan: BroadcastPlan, *, now: datetime) -> BroadcastPlan:
    """The plan with times that the platform takes at this moment: a start that is still to come, and an end after it."""
    starts_at = max(plan.starts_at, now + SOON)
    ends_at = plan.ends_at if plan.ends_at and plan.ends_at > starts_at else starts_at + timedelta(hours=1)
    return replace(plan, starts_at=starts_at, ends_at=ends_at)


def fingerprint_of(plan: BroadcastPlan) -> str:
    """A short text that differs when the plan does."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:32]


def _title(title: str) -> str:
    clean = " ".join(_unbracketed(title).split())
    return clean if len(clean) <= TITLE else clean[: TITLE - 1].rstrip() + "…"


def _description(session: LiveSession, marker: str, settings: Settings) -> str:
    texts = _TEXTS.get(session.language, _TEXTS["en"])
    language = session.language if session.language in _TEXTS else "en"
    topics = ", ".join(topic.title(language) for topic in session.topics)
    hosts = ", ".join(host.name for host in session.hosts if host.name)
    lines = [
        say_when(session.starts_at, session.ends_at, session.zone, language),
        f"{texts['topics']}: {topics}" if topics else "",
        f"{texts['hosts']}: {hosts}" if hosts else "",
        f"{texts['page']}: {links.session_link(settings, session.public_id)}",
    ]
    words = _unbracketed(session.description.strip()).encode()[:DESCRIPTION].decode(errors="ignore")
    parts = (words, _unbracketed("\n".join(filter(None, lines))), marker_line(marker))
    return "\n\n".join(filter(None, parts))


def _unbracketed(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›")

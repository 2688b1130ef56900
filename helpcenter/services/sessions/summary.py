"""Live sessions as the command line's JSON tells of them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Broadcast, LiveSession
from helpcenter.services.channels.local import is_local
from helpcenter.services.notifications import links
from helpcenter.settings import Settings

WATCH: Final = "https://www.youtube.com/watch?v="
_NONE: Final = {"id": None, "state": None, "watch_url": None}


def summary(db: Session, session: LiveSession, settings: Settings) -> dict[str, Any]:
    """One session; see `summaries`."""
    return summaries(db, [session], settings)[0]


def summaries(db: Session, sessions: Sequence[LiveSession], settings: Settings) -> list[dict[str, Any]]:
    """{"id", "state", "title", "starts_at", "zone", "url", "broadcast", "recording"} of each, in the given order.

    `starts_at` is in UTC. `broadcast` is {"id", "state", "watch_url"} in the platform's words, "pending" and null for what is
    not there yet, and all null where no channel broadcasts it; `recording` is its public id or null.
    """
    wanted = select(Broadcast).where(
        Broadcast.session_id.in_([session.id for session in sessions]), Broadcast.relay.is_(False)
    )
    rows = db.scalars(wanted.execution_options(populate_existing=True))
    found = {row.session_id: row for row in rows if not row.deleted or row.remote_id}
    return [_told(session, found.get(session.id), settings) for session in sessions]


def _told(session: LiveSession, broadcast: Broadcast | None, settings: Settings) -> dict[str, Any]:
    return {
        "id": session.public_id,
        "state": session.state.value,
        "title": session.title,
        "starts_at": session.starts_at.isoformat(),
        "zone": session.zone,
        "url": links.session_link(settings, session.public_id),
        "broadcast": _broadcast(broadcast, session, settings) if broadcast else dict(_NONE),
        "recording": session.recording.public_id if session.recording else None,
    }


def _broadcast(row: Broadcast, session: LiveSession, settings: Settings) -> dict[str, Any]:
    watch = links.session_link(settings, session.public_id) if is_local(row.channel) else f"{WATCH}{row.remote_id}"
    return {
        "id": row.remote_id,
        "state": row.status.value if row.status else "pending",
        "watch_url": watch if row.remote_id else None,
    }

"""How it stands with what shows a session on YouTube at the same time, in words."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.services import broadcasts
from helpcenter.services.channels.local import is_local
from helpcenter.settings import Settings

FILE = "relay.json"
"""In the folder of what arrives: {"state", "since", "error"}, as whoever relays writes it."""
_SAID = {
    "connected": (True, N_("YouTube shows it, too.")),
    "waiting": (None, N_("YouTube is waited for.")),
    "failing": (False, N_("YouTube cannot be reached; it is tried again by itself. This site is not touched by that.")),
}


class Relay(NamedTuple):
    """`well` is None while it is not known; `since` is when that began; `error` is what the other side said."""

    said: Message
    well: bool | None
    since: datetime | None
    error: str


def relay_state(db: Session, session: LiveSession, settings: Settings) -> Relay | None:
    """How it stands with the second broadcast, None where there is none."""
    if broadcasts.relay_of(db, session) is None:
        return None
    row = broadcasts.of_session(db, session)
    told = _read(settings, row.remote_id) if row and row.remote_id and is_local(row.channel) else {}
    well, said = _SAID.get(str(told.get("state")), _SAID["waiting"])
    if session.state is not LiveSessionState.LIVE and well is not False:
        return Relay(Message(N_("YouTube shows it, too, as soon as it is live here.")), None, None, "")
    return Relay(Message(said), well, _instant(told.get("since")), str(told.get("error") or "")[:200])


def _read(settings: Settings, broadcast_id: str) -> dict[str, Any]:
    try:
        told = json.loads((settings.live_root / broadcast_id / FILE).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _instant(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None

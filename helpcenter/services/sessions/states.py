"""What can become of a live session; see ARCHITECTURE.md, states."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.models import AuditRow, LiveSession, LiveSessionState, User

_S = LiveSessionState
TRANSITIONS: Final[dict[LiveSessionState, frozenset[LiveSessionState]]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.REHEARSING, _S.LIVE, _S.CANCELLED}),
    _S.REHEARSING: frozenset({_S.SCHEDULED, _S.LIVE, _S.CANCELLED}),
    _S.LIVE: frozenset({_S.ENDED, _S.CANCELLED}),
    _S.ENDED: frozenset({_S.PROCESSING, _S.CANCELLED}),
    _S.PROCESSING: frozenset({_S.PUBLISHED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset({_S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}
AHEAD: Final = frozenset({_S.SCHEDULED, _S.REHEARSING})
"""States in which it is still to come."""
OPEN: Final = AHEAD | {_S.LIVE}
"""States in which its audience asks and votes."""


def move(db: Session, session: LiveSession, to: LiveSessionState, *, now: datetime, actor: User | None) -> None:
    """Bring the session into a state that its present one allows, and note who did. Raises Conflict."""
    db.flush()
    before = session.state
    guarded = update(LiveSession).where(LiveSession.id == session.id, LiveSession.state == before).values(state=to)
    if to not in TRANSITIONS[before] or db.execute(guarded.returning(LiveSession.id)).first() is None:
        raise Conflict
    db.refresh(session)
    if to is _S.SCHEDULED:
        session.announced_at = session.announced_at or now
    session.updated_at = now  # cached pages hear of it by this, since an UPDATE goes past the session's objects
    detail = {"from": before.value, "to": to.value}
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action="move", kind="live session", thing_id=session.id, detail=detail))

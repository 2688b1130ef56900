"""What follows from a change of a live session: the log, calendars, the broadcast, reminders, and mail to subscribers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from helpcenter.models import AuditRow, LiveSession, LiveSessionState, User
from helpcenter.services import broadcasts
from helpcenter.services.sessions import reminders, telling
from helpcenter.services.sessions.telling import Event


def note(
    db: Session, session: LiveSession, action: str, *, actor: User | None, now: datetime, **detail: Any
) -> None:  # fmt: skip
    """Write into the log who did what; `detail` holds words and ids, never a person's data."""
    db.flush()
    actor_id = actor.id if actor else None
    row = AuditRow(at=now, actor_id=actor_id, action=action, kind="live session", thing_id=session.id, detail=detail)
    db.add(row)


def spread(db: Session, sessions: Sequence[LiveSession], event: Event | None = None, *, now: datetime) -> None:
    """Let everybody know how these sessions are now; subscribers only where there is an event. Nobody hears of drafts."""
    db.flush()
    for session in sessions:
        if session.state is LiveSessionState.DRAFT:
            continue
        broadcasts.request_sync(db, session, now=now)
        reminders.plan(db, session, now=now)
        if event is not None:
            telling.tell(db, session, event, now=now)

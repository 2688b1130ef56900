"""What every change of an entry brings with it: a later date, the audit row, fresh search results."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from helpcenter.models import AuditRow, EntryState, FaqEntry, User
from helpcenter.services.search import index_entry

VISIBLE = frozenset({EntryState.PUBLISHED, EntryState.STALE})


def note_change(db: Session, entry: FaqEntry, *, now: datetime) -> None:
    """Date the change; what visitors can find is found in its new form."""
    entry.updated_at = now
    # A second change at the same instant, or one past the session's objects, makes cached pages stale all the same.
    flag_modified(entry, "updated_at")
    db.flush()
    if entry.state in VISIBLE:
        index_entry(db, entry.id)


def audit(db: Session, entry: FaqEntry, action: str, *, by: User | None, now: datetime, **detail: Any) -> None:
    """Write down who did what to the entry."""
    db.add(
        AuditRow(at=now, actor_id=by.id if by else None, action=action, kind="entry", thing_id=entry.id, detail=detail)
    )

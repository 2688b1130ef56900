"""An entry's way: draft → in review → published → stale."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import EntryState, FaqEntry, User
from helpcenter.services import following
from helpcenter.services.faq.changes import VISIBLE, audit, note_change
from helpcenter.services.search import index_entry

_DRAFT, _REVIEW, _PUBLISHED, _STALE = EntryState
TRANSITIONS: Final[dict[EntryState, frozenset[EntryState]]] = {
    _DRAFT: frozenset({_REVIEW, _PUBLISHED}),
    _REVIEW: frozenset({_DRAFT, _PUBLISHED}),
    _PUBLISHED: frozenset({_DRAFT, _STALE}),
    _STALE: frozenset({_DRAFT, _PUBLISHED}),
}

__all__ = ["TRANSITIONS", "VISIBLE", "mark_stale", "publish", "send_back", "submit", "unpublish"]


def submit(db: Session, entry: FaqEntry, *, editor: User | None, now: datetime) -> None:
    """Hand a draft over for review."""
    _move(db, entry, _REVIEW, action="submit", by=editor, now=now)


def send_back(db: Session, entry: FaqEntry, *, editor: User | None, now: datetime) -> None:
    """Make an entry in review a draft again."""
    if entry.state in VISIBLE:
        raise Conflict(N_("This entry is published; take it off the site instead."))
    _move(db, entry, _DRAFT, action="send back", by=editor, now=now)


def publish(db: Session, entry: FaqEntry, *, editor: User | None, now: datetime) -> None:
    """Show the entry to everybody who may see it. Raises InvalidInput while there is no answer in it.

    Publishing what is published already changes nothing.
    """
    if entry.state is _PUBLISHED:
        return
    if not entry.clips and not any(text.body.strip() for text in entry.texts):
        raise InvalidInput(N_("There is no answer in this entry yet. Write one, or add a clip."))
    new = entry.published_at is None
    _move(db, entry, _PUBLISHED, action="publish", by=editor, now=now, published_at=entry.published_at or now)
    if new:
        following.note(db, entry, now=now)


def unpublish(db: Session, entry: FaqEntry, *, editor: User | None, now: datetime) -> None:
    """Take the entry off the site; it is a draft again."""
    if entry.state not in VISIBLE:
        raise Conflict(N_("This entry is not published."))
    _move(db, entry, _DRAFT, action="unpublish", by=editor, now=now)


def mark_stale(db: Session, entry: FaqEntry, *, editor: User | None, now: datetime) -> None:
    """Say that a published entry has to be looked at again; it stays visible."""
    _move(db, entry, _STALE, action="mark stale", by=editor, now=now)


def _move(
    db: Session, entry: FaqEntry, to: EntryState, *, action: str, by: User | None, now: datetime, **values: Any
) -> None:
    """The guarded change: it counts only from the state that the caller saw."""
    before = entry.state
    if to not in TRANSITIONS[before]:
        raise Conflict(N_("This cannot be done with the entry as it is now. Load the page again."))
    db.flush()
    won = db.execute(
        update(FaqEntry)
        .where(FaqEntry.id == entry.id, FaqEntry.state == before)
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", won).rowcount != 1:
        raise Conflict
    db.refresh(entry, ["state", "published_at"])
    audit(db, entry, action, by=by, now=now, before=before.value)
    note_change(db, entry, now=now)
    if before in VISIBLE and to not in VISIBLE:
        index_entry(db, entry.id)

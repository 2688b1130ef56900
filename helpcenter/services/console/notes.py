"""The hosts' own notes of a session: kept as they are typed, by several people."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import LiveSession, User
from helpcenter.services import live
from helpcenter.services.sessions.changes import note

LONGEST: Final = 20_000
_CHANGED: Final = N_("Somebody else has changed the notes in the meantime. Both versions are below: keep one of them.")


def write_notes(db: Session, session: LiveSession, text: str, *, was: str, actor: User | None, now: datetime) -> None:
    """Keep `text` in place of `was`. Raises Conflict where they are not `was` any more, InvalidInput."""
    text, was = _clean(text), _clean(was)
    if len(text) > LONGEST or "\0" in text:
        raise InvalidInput(N_("Notes can have at most %(most)s letters."), most=LONGEST)
    mine = update(LiveSession).where(LiveSession.id == session.id, LiveSession.notes.in_((was, text)))
    # Past the session's objects: no page that is kept shows them.
    written = mine.values(notes=text).returning(LiveSession.id).execution_options(synchronize_session=False)
    if db.execute(written).first() is None:
        raise Conflict(_CHANGED)
    db.refresh(session, ["notes"])
    note(db, session, "notes", actor=actor, now=now)
    live.beat(db, session.id)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

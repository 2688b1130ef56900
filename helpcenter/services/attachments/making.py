"""The way of a file from waiting to ready or refused: every change is one UPDATE that names the fence of whoever makes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Message
from helpcenter.models import AttachmentState, Question, QuestionAttachment

LEASE: Final = timedelta(seconds=60)
"""So long a worker may be silent before the file is given to another."""
MOST_ATTEMPTS: Final = 3
AT_ONCE: Final = 50
_PAUSE: Final = timedelta(minutes=1)
_GIVEN_UP = N_("This file could not be worked on, although it was tried several times. Please send another one.")


class Lost(Conflict):
    """Another worker has taken this file over, or it is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one file anew; `folder` is the prefix of the keys of what is made."""

    row_id: int
    public_id: str
    fence: int
    attempt: int
    name: str
    size: int
    folder: str


def due(db: Session, *, now: datetime) -> list[int]:
    """The ids of files that somebody should look at now: new ones, and those that a worker left."""
    wanted = select(QuestionAttachment.id).where(QuestionAttachment.due_at <= now)
    return list(db.scalars(wanted.order_by(QuestionAttachment.due_at, QuestionAttachment.id).limit(AT_ONCE)))


def claim(db: Session, row_id: int, *, now: datetime) -> Claim | None:
    """The file, now ours; None where there is nothing to do, or another worker was faster."""
    wanted = select(QuestionAttachment, Question.public_id).join(Question)
    mine = QuestionAttachment.id == row_id, QuestionAttachment.due_at <= now
    found = db.execute(wanted.where(*mine).execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    row, question = found
    if row.attempts >= MOST_ATTEMPTS:
        _change(db, row.id, row.fence, state=AttachmentState.REFUSED, due_at=None, reason=Message(_GIVEN_UP).as_json())
        return None
    ours = Claim(
        row.id,
        row.public_id,
        row.fence + 1,
        row.attempts + 1,
        row.name,
        row.size,
        f"questions/{question}/{row.public_id}",
    )
    taken = _change(db, row.id, row.fence, fence=ours.fence, attempts=ours.attempt, due_at=now + LEASE, progress=0.0)
    return ours if taken else None


def note_progress(db: Session, ours: Claim, done: float, *, now: datetime) -> None:
    """How far it is, 0 to 1; it stays ours for another while. Raises Lost."""
    _must(db, ours, progress=done, due_at=now + LEASE)


def store(db: Session, ours: Claim, *, key: str, poster_key: str | None, seconds: float | None) -> None:
    """It is there to be seen. Raises Lost."""
    _must(
        db, ours, state=AttachmentState.READY, key=key, poster_key=poster_key, seconds=seconds, due_at=None, progress=1.0,
        reason=None,
    )  # fmt: skip


def refuse(db: Session, ours: Claim, why: Message) -> None:
    """It cannot be used, and why. Raises Lost."""
    _must(db, ours, state=AttachmentState.REFUSED, reason=why.as_json(), due_at=None)


def put_off(db: Session, ours: Claim, *, now: datetime) -> None:
    """It was not the file's fault: try again in a minute. Raises Lost."""
    _must(db, ours, due_at=now + _PAUSE)


def _must(db: Session, ours: Claim, **values: Any) -> None:
    if not _change(db, ours.row_id, ours.fence, **values):
        raise Lost


def _change(db: Session, row_id: int, held_by: int, **values: Any) -> bool:
    held = update(QuestionAttachment).where(
        QuestionAttachment.id == row_id, QuestionAttachment.fence == held_by,
        QuestionAttachment.state == AttachmentState.WAITING,
    )  # fmt: skip
    return db.execute(held.values(**values).returning(QuestionAttachment.id)).first() is not None

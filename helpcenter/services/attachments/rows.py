"""The files of a question as rows: they wait under a ticket until it is sent, and are forgotten with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, HelpCenterError, Message, NotFound
from helpcenter.jobs import MAKE_ATTACHMENT, defer
from helpcenter.models import AttachmentState, Question, QuestionAttachment
from helpcenter.services.recordings.discarding import discard
from helpcenter.tokens import fingerprint

MOST: Final = 5
"""Files of one question."""
LARGEST: Final = 100 * 1024**2
"""Bytes of one file as it arrives; pictures may have less, which the worker sees."""
UNSENT: Final = timedelta(days=1)
"""So long files wait for a question that is not sent."""
_NAME: Final = 120
_NAMELESS: Final = "–"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has arrived: its name as the asker knows it, its bytes, and where it lies; None where it is not even kept."""

    name: str
    size: int
    path: Path | None


def receive(
    db: Session, arrival: Arrival, folder: Path, *, ticket: str, question: Question | None = None, now: datetime
) -> QuestionAttachment:
    """The row of a file that has arrived, which lies in `folder` under its public id from now on.

    What is too much is refused in words, in the row: neither the question nor the other files suffer by it.
    """
    row = QuestionAttachment(
        ticket="" if question else fingerprint(ticket), question=question, created_at=now, size=arrival.size,
        name=_clean(arrival.name),
    )  # fmt: skip
    why = _too_much(db, row, arrival)
    db.add(row)
    if why:
        row.state, row.reason = AttachmentState.REFUSED, why.as_json()
        if arrival.path:
            arrival.path.unlink(missing_ok=True)
    db.flush()
    if not why and arrival.path:
        arrival.path.replace(folder / row.public_id)
        if question:
            _ring(db, row, now)
    return row


def attach(db: Session, question: Question, ticket: str, *, now: datetime) -> list[QuestionAttachment]:
    """The files that wait under the ticket now belong to the question, and are made anew."""
    rows = of_ticket(db, ticket)
    for row in rows:
        row.question, row.ticket = question, ""
        if row.state is AttachmentState.WAITING:
            _ring(db, row, now)
    db.flush()
    return rows


def of_ticket(db: Session, ticket: str) -> list[QuestionAttachment]:
    """The files that wait under the ticket, in the order of their arrival."""
    if not ticket:
        return []
    wanted = select(QuestionAttachment).where(
        QuestionAttachment.ticket == fingerprint(ticket), QuestionAttachment.question_id.is_(None)
    )
    return list(db.scalars(wanted.order_by(QuestionAttachment.id)))


def of_question(db: Session, question: Question) -> list[QuestionAttachment]:
    """The question's files in the order of their arrival."""
    wanted = select(QuestionAttachment).where(QuestionAttachment.question_id == question.id)
    return list(db.scalars(wanted.order_by(QuestionAttachment.id)))


def find(db: Session, public_id: str, *, question: Question) -> QuestionAttachment:
    """The question's file with this id. Raises NotFound."""
    wanted = select(QuestionAttachment).where(
        QuestionAttachment.public_id == public_id, QuestionAttachment.question_id == question.id
    )
    if (row := db.scalars(wanted).one_or_none()) is None:
        raise NotFound
    return row


def remove(db: Session, row: QuestionAttachment, folder: Path, *, now: datetime) -> None:
    """Forget the file: what arrived at once, what was made of it when the worker tidies up."""
    # The picture of a video lies beside it, and goes with it; so does what a worker has put there without saying so yet.
    begun = f"questions/{row.question.public_id}/{row.public_id}/begun" if row.attempts and row.question else None
    discard(db, [row.key or begun], now=now)
    (folder / row.public_id).unlink(missing_ok=True)
    db.delete(row)
    db.flush()


def sweep(db: Session, folder: Path, *, now: datetime) -> int:
    """Forget the files of questions that have been deleted, or were not sent for a day; how many."""
    # Whose question was sent has no ticket any more.
    useless = (QuestionAttachment.ticket == "") | (QuestionAttachment.created_at < now - UNSENT)
    old = select(QuestionAttachment).where(QuestionAttachment.question_id.is_(None), useless)
    rows = db.scalars(old).all()
    for row in rows:
        remove(db, row, folder, now=now)
    return len(rows)


def _ring(db: Session, row: QuestionAttachment, now: datetime) -> None:
    row.due_at = now
    db.flush()
    defer(db, MAKE_ATTACHMENT, row.id)


def _too_much(db: Session, row: QuestionAttachment, arrival: Arrival) -> Message | None:
    mine = (
        QuestionAttachment.question_id == row.question.id if row.question else QuestionAttachment.ticket == row.ticket
    )
    there = select(func.count()).where(mine, QuestionAttachment.state != AttachmentState.REFUSED)
    with db.no_autoflush:
        number = db.scalar(there) or 0
    if number >= MOST:
        return Message(N_("Only %(most)s files can be added to a question."), {"most": MOST})
    if arrival.size > LARGEST or arrival.path is None:
        return Message(N_("This file is larger than %(most)s MB."), {"most": LARGEST // 1024**2})
    if not arrival.size:
        return Message(N_("This file is empty."))
    return None


def _clean(name: str) -> str:
    """The name without folders and signs that nobody can read."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in last).split())
    return plain[-_NAME:] or _NAMELESS


def check_number(db: Session, question: Question) -> None:
    """Raise HelpCenterError where a question has so many rows, refused ones too, that somebody is playing."""
    if len(of_question(db, question)) >= 4 * MOST:
        raise HelpCenterError(N_("Only %(most)s files can be added to a question."), most=MOST)

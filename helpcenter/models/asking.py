"""What comes along with a question: files, and traces by which the same question is known again for a while."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, PublicId, word
from helpcenter.models.questions import Question


class AttachmentState(StrEnum):
    """WAITING has arrived and is to be made anew, READY can be seen, REFUSED says why it cannot."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class QuestionAttachment(Base):
    """A picture or short video that an asker sent: never public, seen by him and by who may answer.

    `question_id` is None until the question is sent (`ticket` is the fingerprint of what its form holds), and once it is
    deleted: then file and row go, too. What arrived lies under `public_id` among the arrivals until it is made anew; only that
    (`key`, and `poster_key` for a video of `seconds`) is ever shown. `due_at` is when a worker should look at it, None when it
    is settled. `reason` says in words why it was refused. `progress` runs from 0 to 1.
    """

    __tablename__ = "question_attachments"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    ticket: Mapped[str] = mapped_column(String(64), default="", index=True)
    name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[AttachmentState] = mapped_column(word(AttachmentState), default=AttachmentState.WAITING)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(300))
    poster_key: Mapped[str | None] = mapped_column(String(300))
    seconds: Mapped[float | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    question: Mapped[Question | None] = relationship()


class AskTrace(Base):
    """That a question came: from which network and with which words, as fingerprints; forgotten after a day."""

    __tablename__ = "ask_traces"
    __table_args__ = (Index("ix_ask_traces_words_at", "words", "at"),)

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    network: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class QuestionTwin(Base):
    """A question that says word for word what `first_id` said; an editor decides whether they are one."""

    __tablename__ = "question_twins"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]

    question: Mapped[Question] = relationship(foreign_keys=[question_id])
    first: Mapped[Question] = relationship(foreign_keys=[first_id])


class AskOnce(Base):
    """An Idempotency-Key that a program sent with a question, as a fingerprint; `digest` is that of what it sent."""

    __tablename__ = "ask_once"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)

    question: Mapped[Question | None] = relationship()

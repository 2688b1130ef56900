"""Answers to questions as people write or record them, each with who gave it and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, word
from helpcenter.models.clips import Clip
from helpcenter.models.faq import FaqEntry
from helpcenter.models.questions import Question
from helpcenter.models.recordings import Recording


class AnswerState(StrEnum):
    """See TRANSITIONS in services/answers/states.py."""

    DRAFT = "draft"
    WAITING = "waiting"
    GIVEN = "given"
    FAILED = "failed"


class Answer(PublicContent, Base):
    """One answer to one question; everybody may read what is given.

    `body` is Markdown. `clip_id` and `entry_id` are what it leads to, `recording_id` the video that was recorded for it: until
    that is ready the answer is waiting. It failed where an asker said that it did not solve it, or where what it led to is gone.
    """

    __tablename__ = "answers"
    __table_args__ = (
        Index("ix_answers_question_state", "question_id", "state"),
        Index(
            "uq_answers_draft", "question_id", "author_id", unique=True,
            sqlite_where=text("state = 'draft'"), postgresql_where=text("state = 'draft'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    state: Mapped[AnswerState] = mapped_column(word(AnswerState), default=AnswerState.DRAFT)
    language: Mapped[Language]
    body: Mapped[str] = mapped_column(Text, default="")
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    given_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship()
    author: Mapped[User | None] = relationship()
    clip: Mapped[Clip | None] = relationship()
    entry: Mapped[FaqEntry | None] = relationship()
    recording: Mapped[Recording | None] = relationship()

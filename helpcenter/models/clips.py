"""Clips: stretches of a recording that answer something."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, Title, word
from helpcenter.models.recordings import Recording


class ClipState(StrEnum):
    """Proposed by the pipeline; confirmed or rejected by an editor; withdrawn after it had been public."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Clip(PublicContent, Base):
    """A stretch of a recording, the unit that is linked, embedded and rated; `start` and `end` in seconds of the version.

    `origin` finds the same clip again when the pipeline runs once more ("marker:17", "chapter:312.5"), so that its
    address stays. `proposed_*` and `reason` (a Message) are what the pipeline suggests to the editor. `media_key` is the
    cut file, None while the recording itself plays from `start`; `media_start` is the second of the recording at which
    that file begins (a fast cut begins at the key frame before), `media_mode` "exact" or "fast". `provisional`: it was cut out
    of a session that was still running; its bounds become exact when the recording is there.
    """

    __tablename__ = "clips"
    __table_args__ = (
        Index("ix_clips_recording_start", "recording_id", "start"),
        Index("uq_clips_recording_origin", "recording_id", "origin", unique=True),
        CheckConstraint('"end" > start', name="ordered"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"))
    origin: Mapped[str] = mapped_column(String(64))
    state: Mapped[ClipState] = mapped_column(word(ClipState), default=ClipState.PROPOSED, index=True)
    start: Mapped[float]
    end: Mapped[float]
    title: Mapped[Title]
    language: Mapped[Language]
    edited: Mapped[bool] = mapped_column(default=False)
    provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    proposed_topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    proposed_entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"))
    reason: Mapped[dict[str, Any] | None]
    media_key: Mapped[str | None] = mapped_column(String(300))
    media_start: Mapped[float | None]
    media_mode: Mapped[str] = mapped_column(String(8), default="")
    poster_key: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    recording: Mapped[Recording] = relationship()

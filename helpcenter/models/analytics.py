"""What visitors tell us, without telling who they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id


class Rating(Base):
    """One "was this helpful?": about an entry, and the clip that was best at that time."""

    __tablename__ = "ratings"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"))
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime]


class Deflection(Base):
    """Somebody who was about to ask says that this answers it: an entry, a clip, or the question of somebody else.

    `explicit`: he said so; otherwise he watched the clip on the ask page and left without asking. What he had typed is not kept.
    """

    __tablename__ = "deflections"

    id: Mapped[Id]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"), index=True)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    explicit: Mapped[bool] = mapped_column(default=True, server_default=true())
    at: Mapped[datetime] = mapped_column(index=True)

"""What was proposed for an agenda, and what a host made of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, Language, PublicId, Title, word
from helpcenter.models.sessions import LiveSession


class GapState(StrEnum):
    """A host takes it into a session, or says why it is no subject."""

    TAKEN = "taken"
    DISMISSED = "dismissed"


class GapItem(Base):
    """A gap about which somebody has decided. `seen` is its evidence at that time: {what: how much}, as services/gaps counts it.

    Taken, it is not proposed again while its session is ahead or live; dismissed (with a reason), not before there is new
    evidence. `withdrawn_at`: the dismissal was taken back.
    """

    __tablename__ = "gap_items"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    state: Mapped[GapState] = mapped_column(word(GapState), index=True)
    title: Mapped[Title]
    language: Mapped[Language]
    seen: Mapped[dict[str, int]] = mapped_column(JSON)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    session: Mapped[LiveSession | None] = relationship()
    user: Mapped[User | None] = relationship()

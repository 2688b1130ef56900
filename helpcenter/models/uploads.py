"""Uploads that are on their way."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, PublicId


class Upload(Base):
    """A file that arrives in pieces; how much is there, the file in the uploads folder itself says. Sizes in bytes."""

    __tablename__ = "uploads"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    size: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

"""Who changed what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id


class AuditRow(Base):
    """One change; ids only, never a person's data. `actor_id` is None where the pipeline did it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_thing", "kind", "thing_id"),)

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

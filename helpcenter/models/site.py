"""What the site as a whole remembers."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id


class ContentVersion(Base):
    """One row, whose number grows with every change of public content; cached pages carry the number they were made at."""

    __tablename__ = "content_version"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(default=0)


class Heartbeat(Base):
    """When a long-running process was last alive; `process` is "worker" or "beat", `name` tells several apart."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    seen_at: Mapped[datetime]

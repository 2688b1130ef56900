"""Effects on the outside world: each has one row, and happens once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, Language, word


class MailState(StrEnum):
    """New; sending (nothing handed over yet); handing over (a crash leaves it unknown); sent; unknown; failed for good."""

    NEW = "new"
    SENDING = "sending"
    HANDING_OVER = "handing over"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


class OutgoingMail(Base):
    """A mail to one person about one event. `effect_key` is unique: the same event never makes a second mail.

    The text is made from `kind` (templates/mail/<kind>.txt and .html) and `params` when it is sent.
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (Index("ix_outgoing_mails_state_due", "state", "due_at"),)

    id: Mapped[Id]
    effect_key: Mapped[str] = mapped_column(String(160), unique=True)
    message_id: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]]
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[Language]
    state: Mapped[MailState] = mapped_column(word(MailState), default=MailState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

"""The durable steps of a recording's pipeline."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, word


class StepState(StrEnum):
    """See TRANSITIONS in services/steps.py."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"


class Step(Base):
    """One idempotent piece of work on a recording.

    `subject` tells steps of one name apart (a clip's public id for "cut"). `fence` grows with each claim: who comes back
    with an older one is too late. `progress` runs from 0 to 1; `note` and `error` are Messages in their JSON form.
    `result` is what the step found, small, in JSON. `due_at` is when a failed step may be tried again.
    """

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("recording_id", "name", "subject"),
        Index("ix_steps_state_due", "state", "due_at"),
        Index("ix_steps_state_leased", "state", "leased_until"),
    )

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(32), default="")
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[StepState] = mapped_column(word(StepState), default=StepState.TODO)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    progress: Mapped[float] = mapped_column(default=0.0)
    note: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float | None]

"""What readers' words give editors to do."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.analytics import RatingKind
from helpcenter.models.base import Base, Id, PublicId, word
from helpcenter.models.clips import Clip
from helpcenter.models.faq import FaqEntry
from helpcenter.models.questions import Question

_WAITING = text("state IN ('open', 'taken')")


class TaskState(StrEnum):
    """See TRANSITIONS in services/editor_tasks.py."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    DISMISSED = "dismissed"


class EditorTask(Base):
    """Readers say that something is wrong with an entry, or with a clip that no entry shows; `thing` names it ("entry:7").

    `clip_id` is, in an entry, the clip that the last of them saw; `question_id` the last question that was not solved by it.
    `count` of them said so, from `first_at` till `last_at`. `user_id` is who has taken, done or dismissed it, `reason` why it
    was dismissed. Of each thing and kind at most one task waits at a time.
    """

    __tablename__ = "editor_tasks"
    __table_args__ = (
        Index(
            "uq_editor_tasks_waiting", "thing", "kind", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_editor_tasks_state_last_at", "state", "last_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    thing: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[RatingKind] = mapped_column(word(RatingKind))
    state: Mapped[TaskState] = mapped_column(word(TaskState), default=TaskState.OPEN)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"))
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    count: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(1000), default="")

    entry: Mapped[FaqEntry | None] = relationship()
    clip: Mapped[Clip | None] = relationship()
    question: Mapped[Question | None] = relationship()
    user: Mapped[User | None] = relationship()

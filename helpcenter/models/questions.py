"""Questions that people ask, and the people who wait for the answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, Title, word
from helpcenter.models.clips import Clip
from helpcenter.models.topics import Topic


class QuestionState(StrEnum):
    """See TRANSITIONS in services/questions.py."""

    NEW = "new"
    ROUTED = "routed"
    QUEUED = "queued"
    BEING_ANSWERED = "being answered"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    MERGED = "merged"
    DECLINED = "declined"
    REOPENED = "reopened"


class Alarm(StrEnum):
    """What was done about a question that is due: nothing yet, who has it was reminded, it was passed on, the admins were told."""

    NONE = "none"
    REMINDED = "reminded"
    PASSED_ON = "passed on"
    ESCALATED = "escalated"


class Solved(StrEnum):
    """What somebody who waited says of the answer that he was sent last: nothing yet, it helped, it did not."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


class Question(PublicContent, Base):
    """What somebody asked, in his words. `answer_clip_id` is the clip that answers it, `entry_id` the entry that shows it.

    `answers` counts how often it was answered: once more after each reopening. `reason` says why it was declined or reopened.
    `expert_id` is who has it. `state_at` is since when it is in its state, `due_at` when somebody has to do something about it at
    the latest, `alarm` what was done when nobody did, `alarm_at` when the next thing is to be done about it.
    `product` is what the asker tells of his product: never public, as `body`.
    `circle`: the asker agrees that super-users see the question. `held_for` says why nobody is shown it before a person
    has looked at it, "" for the most of them.
    """

    __tablename__ = "questions"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[Language]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"), index=True)
    state: Mapped[QuestionState] = mapped_column(word(QuestionState), default=QuestionState.NEW, index=True)
    answer_clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL", use_alter=True))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL", use_alter=True))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    answers: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    product: Mapped[str] = mapped_column(String(300), default="", server_default="")
    circle: Mapped[bool] = mapped_column(default=False, server_default=false())
    held_for: Mapped[str] = mapped_column(String(40), default="", server_default="")
    alarm: Mapped[Alarm] = mapped_column(word(Alarm), default=Alarm.NONE, server_default=Alarm.NONE.value)
    created_at: Mapped[datetime]
    state_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    alarm_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]

    topic: Mapped[Topic | None] = relationship()
    expert: Mapped[User | None] = relationship()
    answer_clip: Mapped[Clip | None] = relationship(foreign_keys=[answer_clip_id])
    askers: Mapped[list["Asker"]] = relationship(
        back_populates="question", cascade="all, delete-orphan", order_by="Asker.id"
    )


class Asker(Base):
    """A person who waits for an answer: the one who asked (`first`) or a co-asker. Mail goes out only once `confirmed_at` is set.

    `told_at` is when he was sent the present answer, until he has been asked whether it solved his question, or has said so;
    `solved` is what he says of it. `wrote` is the public id of the question that he wrote, where that was merged into this one.
    """

    __tablename__ = "askers"
    __table_args__ = (
        UniqueConstraint("question_id", "email"),
        Index(
            "uq_askers_first", "question_id", unique=True, sqlite_where=text("first"), postgresql_where=text("first")
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    first: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[Language]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None] = mapped_column(index=True)
    solved: Mapped[Solved] = mapped_column(word(Solved), default=Solved.UNKNOWN, server_default=Solved.UNKNOWN.value)
    wrote: Mapped[str] = mapped_column(String(16), default="", server_default="")

    question: Mapped[Question] = relationship(back_populates="askers")

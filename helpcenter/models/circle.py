"""The circle of super-users: customers who help others because they were asked and said yes, and what they suggest."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, Language, PublicId, word
from helpcenter.models.clips import Clip
from helpcenter.models.faq import FaqEntry
from helpcenter.models.questions import Question


class HelperState(StrEnum):
    """Asked whether he wants to; a super-user; said no; ended by an admin; ended by himself. See services/circle/members.py."""

    INVITED = "invited"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RESIGNED = "resigned"


class Helper(Base):
    """A customer who was invited into the circle. What he may do, his role says; this row says how it came about.

    `name` is what others read beside his answers, by his own choice; "" for no name at all. It counts while he is active.
    """

    __tablename__ = "helpers"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[HelperState] = mapped_column(word(HelperState), default=HelperState.INVITED)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime]
    state_at: Mapped[datetime]

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class SuggestionState(StrEnum):
    """Waits for an expert; he agreed; he did not; taken back by the super-user, or gone with his rights."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class HelperSuggestion(Base):
    """What a super-user suggests for a question: an answer (`body`, Markdown, and an entry or clip), or that it is `other` again.

    `number` is the question's number of answers that it became; None while it has not become one. `reason` says to the
    super-user why it was not taken. Rows of somebody who is gone have no `helper_id`.
    """

    __tablename__ = "helper_suggestions"
    __table_args__ = (Index("ix_helper_suggestions_state", "state", "question_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[Language]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"))
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    state: Mapped[SuggestionState] = mapped_column(word(SuggestionState), default=SuggestionState.PROPOSED)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    number: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    question: Mapped[Question] = relationship(foreign_keys=[question_id])
    helper: Mapped[User | None] = relationship(foreign_keys=[helper_id])
    entry: Mapped[FaqEntry | None] = relationship()
    clip: Mapped[Clip | None] = relationship()
    other: Mapped[Question | None] = relationship(foreign_keys=[other_id])

"""What visitors tell us, without telling who they are."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, Language, word


class RatingKind(StrEnum):
    """What is wrong with an answer, says a reader; FAILED: says who had asked, and it did not solve it. NONE: nobody said."""

    NONE = ""
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    WRONG_PRODUCT = "wrong product"
    OTHER = "something else"
    FAILED = "failed answer"


class Rating(Base):
    """One "was this helpful?": about an entry and the clip that was playing, or about a clip alone.

    `mark` is a keyed fingerprint by which a browser that says something else on the same day changes its word; it is
    forgotten the day after. `question_id` is the question that the answer did not solve.
    """

    __tablename__ = "ratings"

    id: Mapped[Id]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    helpful: Mapped[bool]
    kind: Mapped[RatingKind] = mapped_column(word(RatingKind), default=RatingKind.NONE, server_default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    mark: Mapped[str | None] = mapped_column(String(32), unique=True)
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


class SearchCount(Base):
    """How often the same words were searched for on one day (of the site's clock) in one language; nobody stands behind it.

    `key` are the stems of the telling words in alphabetical order, `words` how somebody wrote them; both are "" in the rows
    that sum up what is too old or too rare to be kept in words. Counts: `made`, of these `without` any hit; `clicked` had a
    hit opened; `solved` said afterwards that it helped.
    """

    __tablename__ = "searches"
    __table_args__ = (UniqueConstraint("day", "language", "key"), Index("ix_searches_language_key", "language", "key"))

    id: Mapped[Id]
    day: Mapped[date]
    language: Mapped[Language]
    key: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(200), default="")
    made: Mapped[int] = mapped_column(default=0)
    without: Mapped[int] = mapped_column(default=0)
    clicked: Mapped[int] = mapped_column(default=0)
    solved: Mapped[int] = mapped_column(default=0)

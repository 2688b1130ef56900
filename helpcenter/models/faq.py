"""Entries of the FAQ: a question with its answer in text and clips."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, Title, word
from helpcenter.models.clips import Clip
from helpcenter.models.recordings import Visibility
from helpcenter.models.topics import Topic


class EntryState(StrEnum):
    """See TRANSITIONS in services/faq.py."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    PUBLISHED = "published"
    STALE = "stale"


class FaqEntry(PublicContent, Base):
    """One entry; its texts by language are versions of one answer. A stale entry stays visible and awaits its review."""

    __tablename__ = "faq_entries"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    slug: Mapped[str] = mapped_column(String(160), unique=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"), index=True)
    state: Mapped[EntryState] = mapped_column(word(EntryState), default=EntryState.DRAFT, index=True)
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.PUBLIC)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    topic: Mapped[Topic | None] = relationship()
    texts: Mapped[list["FaqText"]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="FaqText.language"
    )
    clips: Mapped[list["FaqClip"]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="FaqClip.position"
    )


class FaqText(PublicContent, Base):
    """The question (`title`) and the answer (`body`, Markdown) in one language; `revision` is the newest revision's number."""

    __tablename__ = "faq_texts"
    __table_args__ = (UniqueConstraint("entry_id", "language"),)

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"))
    language: Mapped[Language]
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    entry: Mapped[FaqEntry] = relationship(back_populates="texts")


class FaqRevision(Base):
    """What a text was after each saving; never changed."""

    __tablename__ = "faq_revisions"
    __table_args__ = (UniqueConstraint("entry_id", "language", "number"),)

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"))
    language: Mapped[Language]
    number: Mapped[int]
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class FaqClip(PublicContent, Base):
    """A clip in an entry; one of them is the best and plays first."""

    __tablename__ = "faq_clips"
    __table_args__ = (
        UniqueConstraint("entry_id", "clip_id"),
        Index("uq_faq_clips_best", "entry_id", unique=True, sqlite_where=text("best"), postgresql_where=text("best")),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"))
    clip_id: Mapped[int] = mapped_column(ForeignKey("clips.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    best: Mapped[bool] = mapped_column(default=False)

    entry: Mapped[FaqEntry] = relationship(back_populates="clips")
    clip: Mapped[Clip] = relationship()

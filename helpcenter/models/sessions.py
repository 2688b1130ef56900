"""Live sessions: when an expert answers on camera, who comes, and who wants to hear of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.accounts import User
from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, Title, word
from helpcenter.models.recordings import Recording, Visibility
from helpcenter.models.topics import Topic


class LiveSessionState(StrEnum):
    """See TRANSITIONS in services/sessions/states.py."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    REHEARSING = "rehearsing"
    LIVE = "live"
    ENDED = "ended"
    PROCESSING = "processing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class SessionKind(StrEnum):
    """A session with a date that people look forward to, or an expert's desk that is open for a while."""

    SESSION = "session"
    OFFICE_HOURS = "office hours"


class Series(Base):
    """The rule that live sessions are made from; these are rows of their own, all made when it is scheduled.

    `rrule` (RFC 5545) counts in the local time of `zone` from `first_local` ("2026-12-03T18:00").
    """

    __tablename__ = "series"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    rrule: Mapped[str] = mapped_column(String(300))
    zone: Mapped[str] = mapped_column(String(64))
    first_local: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]


class LiveSession(PublicContent, Base):
    """A scheduled live Q&A. Times are UTC; `zone` is the IANA name in which people agreed on them.

    `occurrence` is the local start that the series' rule gave ("2026-12-03T18:00"), which stays when the session is moved.
    `sequence` grows with each change that calendars must hear of (RFC 5545). `reason` says why it was cancelled.
    `announced_at` is when the public could see it first, be it with a poll of its date; None while it is the staff's alone.
    `channel_id` is the channel that broadcasts it, None where none does. `live_at` and `ended_at` are when the host began
    and ended, by our clock. `relay_channel_id` is a second channel, which shows what arrives at the first one.
    `moderated`: questions are shown once somebody has let them in. `answers_at_once`: who asked is written to as soon as the
    answer is cut, without waiting for an editor. `notes` are the hosts' own.
    """

    __tablename__ = "live_sessions"
    __table_args__ = (
        UniqueConstraint("series_id", "occurrence"),
        Index("ix_live_sessions_state_starts_at", "state", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ordered"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id", ondelete="SET NULL"))
    occurrence: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[Title]
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[Language]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.PUBLIC)
    picture_key: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[LiveSessionState] = mapped_column(word(LiveSessionState), default=LiveSessionState.DRAFT)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    kind: Mapped[SessionKind] = mapped_column(word(SessionKind), default=SessionKind.SESSION, server_default="session")
    relay_channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    moderated: Mapped[bool] = mapped_column(default=False, server_default=false())
    answers_at_once: Mapped[bool] = mapped_column(default=True, server_default=true())
    notes: Mapped[str] = mapped_column(Text, default="", server_default="")

    series: Mapped[Series | None] = relationship()
    recording: Mapped[Recording | None] = relationship()
    hosts: Mapped[list[User]] = relationship(secondary="session_hosts", order_by=User.id)
    topics: Mapped[list[Topic]] = relationship(secondary="session_topics", order_by=Topic.id)
    date_options: Mapped[list["DateOption"]] = relationship(
        back_populates="session", cascade="all, delete-orphan", order_by="DateOption.starts_at"
    )


class SessionHost(Base):
    """Who answers on camera."""

    __tablename__ = "session_hosts"

    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class SessionTopic(PublicContent, Base):
    """What a live session is about."""

    __tablename__ = "session_topics"

    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)


class DateOption(PublicContent, Base):
    """A date that is proposed for a session that is still a draft; people vote, the host fixes one."""

    __tablename__ = "date_options"
    __table_args__ = (UniqueConstraint("session_id", "starts_at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    session: Mapped[LiveSession] = relationship(back_populates="date_options")
    votes: Mapped[list["DateVote"]] = relationship(back_populates="option", cascade="all, delete-orphan")


class DateVote(PublicContent, Base):
    """Somebody can come on that date; `voter` is a fingerprint of his account or of a signed cookie, never a name."""

    __tablename__ = "date_votes"
    __table_args__ = (UniqueConstraint("option_id", "voter"),)

    id: Mapped[Id]
    option_id: Mapped[int] = mapped_column(ForeignKey("date_options.id", ondelete="CASCADE"), index=True)
    voter: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]

    option: Mapped[DateOption] = relationship(back_populates="votes")


class Subscription(Base):
    """Somebody wants mail about live sessions: `target` is "all", "session:<public id>", "topic:<slug>" or "host:<public id>".

    Or about new answers: "answers:<slug of a topic>". Then `due_at` is when he is to be told of those that came since
    `told_at`; None while there are none. Mail goes out only once `confirmed_at` is set. Who unsubscribes is deleted.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("target", "email"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    target: Mapped[str] = mapped_column(String(140))
    email: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[Language]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]


class Reminder(Base):
    """Subscribers are to be reminded `lead` seconds before the session; `sent_at` is set by the tick that claims it."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("session_id", "lead"),
        Index("ix_reminders_sent_at_due_at", "sent_at", "due_at"),
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"))
    lead: Mapped[int]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    session: Mapped[LiveSession] = relationship()

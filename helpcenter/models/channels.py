"""Channels on a live platform, what we have there, and what its quota costs us."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, PublicContent, PublicId, Title, word
from helpcenter.models.recordings import Recording
from helpcenter.models.sessions import LiveSession
from streaming.platform import BroadcastStatus


class ChannelState(StrEnum):
    """Ok; expiring (its authorisation ends soon); revoked (it has ended: nothing is done until somebody connects it again)."""

    OK = "ok"
    EXPIRING = "expiring"
    REVOKED = "revoked"


class Channel(Base):
    """A channel that is connected. `token` and `stream_key` are sealed (see sealing.py), never in plain.

    `token_expires_at` is set where the platform said when the authorisation ends, which worked at `checked_at` and is
    looked at again at `check_due_at`. `stream_id` is its one reusable ingest.
    `stream_started_at` is set before that ingest is made, so that a lost answer is looked for. Until `playlists_until`
    one worker alone makes playlists there.
    """

    __tablename__ = "channels"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    platform: Mapped[str] = mapped_column(String(20), default="youtube")
    remote_id: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[Title]
    uploads: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[ChannelState] = mapped_column(word(ChannelState), default=ChannelState.OK)
    token: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(Text, default="")
    token_expires_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_due_at: Mapped[datetime | None]
    connected_at: Mapped[datetime]
    connected_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    connections: Mapped[int] = mapped_column(default=1)
    stream_id: Mapped[str | None] = mapped_column(String(120))
    stream_key: Mapped[str | None] = mapped_column(Text)
    stream_address: Mapped[str] = mapped_column(String(300), default="")
    stream_backup_address: Mapped[str] = mapped_column(String(300), default="")
    stream_started_at: Mapped[datetime | None]
    playlists_until: Mapped[datetime | None]


class ChannelConnection(Base):
    """An OAuth round trip that has begun: the fingerprint of its state, and the sealed PKCE verifier; used once."""

    __tablename__ = "channel_connections"

    id: Mapped[Id]
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    verifier: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Broadcast(PublicContent, Base):
    """The platform's event for a live session: what it is (as the platform said last), and what it is to become.

    A session has one that it follows, and at most one `relay`, which follows the session.

    A worker compares the two, does the next thing that differs under its `fence`, and comes back at `due_at`.
    `marker` stands in the description on the platform and finds the broadcast again. `create_started_at` is set before it is
    asked for, so that a lost answer is looked for (`create_looks` times) before asking again. `wanted` is the status that
    session and host want; `deleted` that it is to be gone, `renewed` that it is to be gone and then made anew; `insisted`
    that it goes live although what arrives is bad. `written` holds fingerprints of what was written last, by part ("details",
    "thumbnail", "playlists"); `held` what could not be done, by part: {"asked", "until", "why", "attempts"}. It is not tried
    again before the instant `until` (None: never), unless `asked` has grown: it counts how often a person changed or asked
    for something. `status_since` is when the status was seen first, `healthy_since` is the go-live gate, `alerts` what was
    told already. While the row is claimed, `due_at` is None until somebody asks for something; so no doorbell is lost.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (UniqueConstraint("session_id", "relay"), Index("ix_broadcasts_due_at", "due_at"))

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"))
    relay: Mapped[bool] = mapped_column(default=False, server_default=false())
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    marker: Mapped[str] = mapped_column(String(40), unique=True)
    remote_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    status: Mapped[BroadcastStatus | None] = mapped_column(word(BroadcastStatus))
    wanted: Mapped[BroadcastStatus] = mapped_column(word(BroadcastStatus), default=BroadcastStatus.READY)
    deleted: Mapped[bool] = mapped_column(default=False)
    renewed: Mapped[bool] = mapped_column(default=False)
    insisted: Mapped[bool] = mapped_column(default=False, server_default=false())
    asked: Mapped[int] = mapped_column(default=0)
    held: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status_since: Mapped[datetime | None]
    stream_id: Mapped[str | None] = mapped_column(String(120))
    chat_id: Mapped[str | None] = mapped_column(String(200))
    create_started_at: Mapped[datetime | None]
    create_looks: Mapped[int] = mapped_column(default=0)
    written: Mapped[dict[str, str]] = mapped_column(default=dict)
    health: Mapped[dict[str, Any] | None]
    health_at: Mapped[datetime | None]
    healthy_since: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    alerts: Mapped[dict[str, str]] = mapped_column(default=dict)
    actual_start: Mapped[datetime | None]
    actual_end: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None]

    session: Mapped[LiveSession] = relationship()
    channel: Mapped[Channel] = relationship()


class VideoState(StrEnum):
    """Listed (found, not looked at), waiting (not whole yet), pulled (a recording of ours), gone (deleted or closed), refused."""

    LISTED = "listed"
    WAITING = "waiting"
    PULLED = "pulled"
    GONE = "gone"
    REFUSED = "refused"


class PlatformVideo(Base):
    """A video on the platform, and what its API said of it at `refreshed_at`, which is renewed or deleted within 30 days.

    `looks` are the looks at an archive that is not whole yet: [[instant, seconds or None], …]. `captions` are the tracks
    seen last. `due_at` is when it is looked at next, `pulled_duration` the seconds it had when it was pulled.
    """

    __tablename__ = "platform_videos"
    __table_args__ = (Index("ix_platform_videos_due_at", "due_at"),)

    id: Mapped[Id]
    remote_id: Mapped[str] = mapped_column(String(64), unique=True)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("channel_imports.id", ondelete="SET NULL"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("live_sessions.id", ondelete="SET NULL"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"), index=True)
    state: Mapped[VideoState] = mapped_column(word(VideoState), default=VideoState.LISTED, index=True)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    captions: Mapped[list[Any]] = mapped_column(default=list)
    looks: Mapped[list[Any]] = mapped_column(default=list)
    caption_looks: Mapped[int] = mapped_column(default=0)
    pulled_duration: Mapped[float | None]
    written: Mapped[dict[str, str]] = mapped_column(default=dict)
    refreshed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None]

    channel: Mapped[Channel | None] = relationship()
    recording: Mapped[Recording | None] = relationship()
    session: Mapped[LiveSession | None] = relationship()


class ImportState(StrEnum):
    """Listing the videos; pulling them; done; stopped by a person or by an error."""

    LISTING = "listing"
    PULLING = "pulling"
    DONE = "done"
    STOPPED = "stopped"


class ChannelImport(Base):
    """The back catalogue of a channel or playlist on its way to us; `next_token` is where the listing goes on."""

    __tablename__ = "channel_imports"
    __table_args__ = (Index("ix_channel_imports_due_at", "due_at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    playlist: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime | None]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    state: Mapped[ImportState] = mapped_column(word(ImportState), default=ImportState.LISTING)
    next_token: Mapped[str | None] = mapped_column(String(200))
    total: Mapped[int | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None]

    channel: Mapped[Channel] = relationship()


class QuotaDay(Base):
    """One bucket of the project's quota on one day in Pacific time ("2026-11-23"): reserved before each call, spent after it.

    `exhausted`: the platform itself said so; then nothing is asked any more until the next day.
    """

    __tablename__ = "quota_days"
    __table_args__ = (UniqueConstraint("project", "day", "bucket"),)

    id: Mapped[Id]
    project: Mapped[str] = mapped_column(String(80))
    day: Mapped[str] = mapped_column(String(10))
    bucket: Mapped[str] = mapped_column(String(40))
    units: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    exhausted: Mapped[bool] = mapped_column(default=False)


class QuotaEntry(Base):
    """One call that was paid for, or is being made (`settled` False)."""

    __tablename__ = "quota_entries"

    id: Mapped[Id]
    day_id: Mapped[int] = mapped_column(ForeignKey("quota_days.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(60))
    priority: Mapped[str] = mapped_column(String(20))
    units: Mapped[int]
    settled: Mapped[bool] = mapped_column(default=False)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("live_sessions.id", ondelete="SET NULL"), index=True)

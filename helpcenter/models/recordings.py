"""A recording, its versions, and what is known about it: markers, transcript, chapters, files."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, Language, PublicContent, PublicId, Title, word
from helpcenter.models.topics import Topic


class Source(StrEnum):
    """Where a recording came from."""

    FILE = "file"
    UPLOAD = "upload"
    URL = "url"
    YOUTUBE = "youtube"
    LIVE = "live"


class RecordingState(StrEnum):
    """What a person needs to know of the pipeline: is it coming, there, or stuck."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Visibility(StrEnum):
    """Who may see a thing: everybody, whoever has the address, signed-in customers, staff."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    CUSTOMERS = "customers"
    STAFF = "staff"


class Recording(PublicContent, Base):
    """What was recorded. `description` may hold chapter lines; `error` is a Message for the person who looks."""

    __tablename__ = "recordings"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    title: Mapped[Title]
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str | None] = mapped_column(String(8))
    source: Mapped[Source] = mapped_column(word(Source))
    source_ref: Mapped[str] = mapped_column(String(2000), default="")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), index=True)
    state: Mapped[RecordingState] = mapped_column(word(RecordingState), default=RecordingState.PROCESSING, index=True)
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.PUBLIC)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("recording_versions.id", use_alter=True))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]

    topic: Mapped[Topic | None] = relationship()
    version: Mapped["RecordingVersion | None"] = relationship(foreign_keys=[version_id], post_update=True)


class RecordingVersion(PublicContent, Base):
    """One version of a recording with its own zero `t0`; `gaps` are [[start, end], …] missing from it, in seconds after t0.

    `original_key` is the file as it came, `play_key` what browsers play (may be the same); both None while the media
    stays elsewhere. `duration` in seconds. `media` and `scan` are what probing and scanning found, in their JSON forms.
    """

    __tablename__ = "recording_versions"
    __table_args__ = (UniqueConstraint("recording_id", "number"),)

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    t0: Mapped[datetime]
    t0_method: Mapped[str] = mapped_column(String(32), default="assumed")
    gaps: Mapped[list[Any]] = mapped_column(default=list)
    pending_path: Mapped[str] = mapped_column(String(2000), default="")
    original_name: Mapped[str] = mapped_column(String(300), default="")
    original_key: Mapped[str | None] = mapped_column(String(300))
    play_key: Mapped[str | None] = mapped_column(String(300))
    play_type: Mapped[str] = mapped_column(String(64), default="")
    poster_key: Mapped[str | None] = mapped_column(String(300))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    duration: Mapped[float | None]
    media: Mapped[dict[str, Any] | None]
    scan: Mapped[dict[str, Any] | None]

    def offset(self, at: datetime) -> float:
        """Seconds into this version at the instant `at`: at − t0 − gaps before it; never below zero."""
        raw = (at - self.t0).total_seconds()
        missing: float = sum(min(end, raw) - start for start, end in self.gaps if start < raw)
        return max(0.0, raw - missing)

    def instant(self, offset: float) -> datetime:
        """The instant that is `offset` seconds into this version; the inverse of `offset`."""
        for start, end in sorted(self.gaps):
            if offset >= start:
                offset += end - start
        return self.t0 + timedelta(seconds=offset)


class MarkerKind(StrEnum):
    """What the host marks: an answer begins, an answer ends, a topic begins, off the record begins or ends."""

    ANSWERING = "answering"
    ANSWERED = "answered"
    TOPIC = "topic"
    OFF_RECORD = "off_record"
    ON_RECORD = "on_record"


class Marker(Base):
    """An instant that the host set; its place in a recording is derived (see RecordingVersion.offset).

    One that was set live belongs to its session first, and to the recording as soon as there is one. `key` is the name
    that the host's browser gave it, so that sending it twice keeps one.
    """

    __tablename__ = "markers"
    __table_args__ = (UniqueConstraint("session_id", "key"),)

    id: Mapped[Id]
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("live_sessions.id", ondelete="CASCADE", use_alter=True), index=True
    )
    key: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]
    kind: Mapped[MarkerKind] = mapped_column(word(MarkerKind))
    title: Mapped[Title] = mapped_column(default="")
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class Transcript(PublicContent, Base):
    """The text of a recording in one language: who made it, whether a person wrote it, whether it is only a draft."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("recording_id", "language"),)

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    language: Mapped[Language]
    provider: Mapped[str] = mapped_column(String(40))
    human: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CueRow(PublicContent, Base):
    """One cue of a transcript; `start` and `end` in seconds of the version."""

    __tablename__ = "cues"
    __table_args__ = (
        Index("ix_cues_transcript_start", "transcript_id", "start"),
        CheckConstraint('"end" >= start', name="ordered"),
    )

    id: Mapped[Id]
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id", ondelete="CASCADE"))
    start: Mapped[float]
    end: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    speaker: Mapped[str | None] = mapped_column(String(120))
    edited: Mapped[bool] = mapped_column(default=False)


class Chapter(PublicContent, Base):
    """A titled stretch; `source` says what made it, `edited` that a person did and no machine may change it."""

    __tablename__ = "chapters"
    __table_args__ = (
        Index("ix_chapters_recording_start", "recording_id", "start"),
        CheckConstraint('"end" >= start', name="ordered"),
    )

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"))
    start: Mapped[float]
    end: Mapped[float]
    title: Mapped[Title]
    source: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float | None]
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("markers.id", ondelete="SET NULL"))
    edited: Mapped[bool] = mapped_column(default=False)


class Asset(Base):
    """A file made from a recording: captions as given, storyboard, waveform and so on, by `kind`."""

    __tablename__ = "assets"
    __table_args__ = (UniqueConstraint("recording_id", "kind"),)

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(300))
    content_type: Mapped[str] = mapped_column(String(80))


class DiscardedFile(Base):
    """A file in the storage that shows what nobody may see any more: nothing refers to it, and it is to be deleted."""

    __tablename__ = "discarded_files"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(300), unique=True)
    at: Mapped[datetime]

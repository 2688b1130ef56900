"""A recording's page."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import (
    Clip,
    ClipState,
    FaqClip,
    FaqEntry,
    FaqText,
    Recording,
    RecordingState,
    RecordingVersion,
    Source,
    Topic,
    Visibility,
)
from helpcenter.services.pages.cards import in_language
from helpcenter.services.pages.choice import given, published, visible
from helpcenter.services.pages.media import Chapter, Text, read_chapters, read_text
from helpcenter.services.pages.tree import title_of

_RECORDING: Select[*tuple[Any, ...]] = (
    select(
        Recording.id, Recording.public_id, Recording.title, Recording.language, Recording.source, Recording.source_ref,
        Recording.state, Recording.visibility, Recording.created_by_id, Recording.created_at,
        RecordingVersion.play_key, RecordingVersion.play_type, RecordingVersion.poster_key, RecordingVersion.duration,
        Topic.slug, Topic.titles,
    )
    .outerjoin_from(Recording, RecordingVersion, RecordingVersion.id == Recording.version_id)
    .outerjoin(Topic, Topic.id == Recording.topic_id)
    .where(Recording.public_id == bindparam("public_id"))
)  # fmt: skip
_ANSWERS: Select[*tuple[Any, ...]] = (
    select(
        Clip.public_id,
        in_language(FaqText.title),
        Clip.start,
        Clip.end,
        FaqEntry.slug,
    )
    .join(FaqClip, FaqClip.clip_id == Clip.id)
    .join(
        FaqEntry,
        and_(
            FaqEntry.id == FaqClip.entry_id,
            published(),
            visible(FaqEntry.visibility),
        ),
    )
    .where(Clip.recording_id == bindparam("recording"), Clip.state == ClipState.CONFIRMED)
    .order_by(Clip.start, FaqEntry.id)
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A recording with what plays it; `duration` in seconds."""

    id: int
    public_id: str
    title: str
    language: str | None
    source: Source
    source_ref: str
    state: RecordingState
    visibility: Visibility
    created_by_id: int | None
    created_at: datetime
    play_key: str | None
    play_type: str | None
    poster_key: str | None
    duration: float | None

    @property
    def youtube(self) -> str | None:
        """The video's id on YouTube, where it plays there."""
        return self.source_ref if self.source is Source.YOUTUBE and not self.play_key else None

    @property
    def audio_only(self) -> bool:
        """Whether there is no picture."""
        return (self.play_type or "").startswith("audio/")


@dataclass(frozen=True, slots=True)
class Answer:
    """A clip made from a recording, in the entry that shows it. `start` and `end` are seconds of the recording."""

    clip: str
    title: str
    start: float
    end: float
    slug: str


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """All that a recording's page shows; `path` is its topic as (slug, title), or empty."""

    whole: Whole
    path: list[tuple[str, str]] = field(default_factory=list)
    text: Text = field(default_factory=Text)
    chapters: list[Chapter] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


def clip_at(db: Session, recording_id: int, second: float) -> tuple[int, str, str] | None:
    """(id, public id, title) of the confirmed clip that begins last at or before the second and is not over by then."""
    wanted = select(Clip.id, Clip.public_id, Clip.title).where(
        Clip.recording_id == recording_id,
        Clip.state == ClipState.CONFIRMED,
        Clip.start < second + 1,
        Clip.end > second,
    )
    row = db.execute(wanted.order_by(Clip.start.desc(), Clip.id).limit(1)).one_or_none()
    return (row.id, row.public_id, row.title) if row else None


def find_whole(db: Session, public_id: str) -> Whole:
    """The recording with this public id; whether somebody may see it is the caller's to check. Raises NotFound."""
    row = db.execute(_RECORDING, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    return Whole(*row[:-2])


def find_recording(
    db: Session, public_id: str, *, language: str, visibilities: Collection[Visibility]
) -> RecordingPage:
    """The page of the recording with this public id; four queries. Who may see it: as `find_whole`. Raises NotFound."""
    reader = db.connection()
    row = reader.execute(_RECORDING, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    whole = Whole(*row[:-2])
    answers = reader.execute(_ANSWERS, {"recording": whole.id, "language": language, **given(visibilities)})
    return RecordingPage(
        whole,
        [(row.slug, title_of(row.titles, language, row.slug))] if row.slug else [],
        read_text(reader, whole.id, whole.language),
        read_chapters(reader, whole.id),
        [Answer(*answer) for answer in answers],
    )

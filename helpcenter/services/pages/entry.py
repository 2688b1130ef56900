"""An entry's page: five queries, however many clips, cues, chapters and neighbours it shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from helpcenter.errors import NotFound
from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqClip,
    FaqEntry,
    FaqText,
    Recording,
    RecordingVersion,
    Source,
    Topic,
    Visibility,
)
from helpcenter.services.pages.cards import Card, read_cards, select_cards
from helpcenter.services.pages.choice import SHOWN, Reader, given, visible, watchable
from helpcenter.services.pages.media import Chapter, Text, read_chapters, read_text
from helpcenter.services.pages.tree import title_of

_LEVELS = 4  # of topics above an entry; a deeper tree shows its lowest ones
_RELATED = 4

_topics = [aliased(Topic) for _ in range(_LEVELS)]
_ENTRY = (
    select(
        FaqEntry.id, FaqEntry.public_id, FaqEntry.slug, FaqEntry.state, FaqEntry.visibility, FaqEntry.topic_id,
        FaqEntry.updated_at, FaqText.language, FaqText.title, FaqText.body,
        *(column for topic in _topics for column in (topic.slug, topic.titles)),
    )
    .outerjoin_from(FaqEntry, FaqText, FaqText.entry_id == FaqEntry.id)
    .outerjoin(_topics[0], _topics[0].id == FaqEntry.topic_id)
    .where(FaqEntry.slug == bindparam("slug"))
    .order_by(FaqText.language)
)  # fmt: skip
for _lower, _upper in pairwise(_topics):
    _ENTRY = _ENTRY.outerjoin(_upper, _upper.id == _lower.parent_id)

CLIPS: Final[Select[*tuple[Any, ...]]] = (
    select(
        Clip.id, Clip.public_id, Clip.title, Clip.language, Clip.start, Clip.end, Clip.media_key, Clip.media_start, Clip.poster_key,
        Recording.id, Recording.public_id, Recording.title, Recording.language, Recording.source, Recording.source_ref,
        RecordingVersion.play_key, RecordingVersion.play_type, RecordingVersion.poster_key,
    )
    .join(Recording, Recording.id == Clip.recording_id)
    .outerjoin(RecordingVersion, RecordingVersion.id == Recording.version_id)
)  # fmt: skip
"""The columns of a ClipView."""
_CLIPS: Select[*tuple[Any, ...]] = (
    CLIPS
    .join(FaqClip, FaqClip.clip_id == Clip.id)
    .where(
        FaqClip.entry_id == bindparam("entry"),
        or_(
            Clip.state == ClipState.CONFIRMED,
            and_(bindparam("draft", type_=Boolean), Clip.state == ClipState.PROPOSED, Clip.media_key.is_not(None)),
        ),
        visible(Recording.visibility),
    )
    .order_by(FaqClip.best.desc(), FaqClip.position, Clip.id)
)  # fmt: skip

_NEIGHBOURS = (
    select_cards()
    .where(FaqEntry.topic_id == bindparam("topic"), FaqEntry.id != bindparam("entry"))
    .order_by(FaqEntry.published_at.desc(), FaqEntry.id.desc())
    .limit(_RELATED)
)


class Version(NamedTuple):
    """The question and the answer (Markdown) in one language."""

    language: str
    title: str
    body: str


class ClipView(NamedTuple):
    """A clip with what plays it. `start` and `end` are seconds of the recording."""

    id: int
    public_id: str
    title: str
    language: str
    start: float
    end: float
    media_key: str | None
    media_start: float | None
    own_poster: str | None
    recording_id: int
    recording: str
    recording_title: str
    recording_language: str | None
    source: Source
    source_ref: str
    play_key: str | None
    play_type: str | None
    whole_poster: str | None

    @property
    def key(self) -> str | None:
        """The file to play, None where there is none here."""
        return self.media_key or self.play_key

    @property
    def poster_key(self) -> str | None:
        """The picture to show before."""
        return self.own_poster or self.whole_poster

    @property
    def base(self) -> float:
        """The second of the recording that is the player's second 0."""
        return (self.media_start or 0.0) if self.media_key else 0.0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    @property
    def youtube(self) -> str | None:
        """The video's id on YouTube, where it plays there."""
        return self.source_ref if self.source is Source.YOUTUBE and not self.key else None

    @property
    def audio_only(self) -> bool:
        """Whether there is no picture."""
        return (self.play_type or "").startswith("audio/") or (self.media_key or "").endswith(".m4a")


@dataclass(frozen=True, slots=True)
class EntryPage:
    """All that an entry's page shows; `clips` holds the best one first, `playing` is one of them."""

    id: int
    public_id: str
    slug: str
    state: EntryState
    visibility: Visibility
    updated_at: datetime
    versions: list[Version]
    shown: Version
    path: list[tuple[str, str]]
    clips: list[ClipView] = field(default_factory=list)
    playing: ClipView | None = None
    text: Text = field(default_factory=Text)
    chapters: list[Chapter] = field(default_factory=list)
    related: list[Card] = field(default_factory=list)


def find_entry(
    db: Session, slug: str, *, language: str, visibilities: Collection[Visibility], clip: str | None = None
) -> EntryPage:
    """The entry at this slug in the language (else in another), playing the clip with this public id, else the best one.

    Whether somebody may see the entry itself is the caller's to check, by its state and visibility. Raises NotFound.
    """
    reader = db.connection()
    rows = reader.execute(_ENTRY, {"slug": slug}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    versions = [Version(row.language, row.title, row.body) for row in rows if row.language]
    shown = next((version for version in versions if version.language == language), None)
    shown = shown or next(iter(versions), Version(language, slug, ""))
    clips = read_clips(reader, first.id, visibilities, draft=first.state not in SHOWN)
    playing = next((one for one in clips if one.public_id == clip), None) or next(iter(clips), None)
    return EntryPage(
        first.id, first.public_id, first.slug, first.state, first.visibility, first.updated_at, versions, shown,
        _path(first, language), clips, playing,
        text=read_text(reader, playing.recording_id, playing.recording_language, playing.start, playing.end) if playing else Text(),
        chapters=read_chapters(reader, playing.recording_id) if playing else [],
        related=_related(reader, first.id, first.topic_id, language, visibilities),
    )  # fmt: skip


def read_clips(
    db: Reader, entry_id: int, visibilities: Collection[Visibility], *, draft: bool = False
) -> list[ClipView]:
    """The confirmed clips of the entry that may be watched, best first; in a draft those, too, that were cut already."""
    rows = db.execute(_CLIPS, {"entry": entry_id, "draft": draft, **given(watchable(visibilities))}).all()
    return [ClipView._make(row) for row in rows]


def _path(row: Any, language: str) -> list[tuple[str, str]]:
    """(slug, title) of each topic above, from the top."""
    columns: Sequence[Any] = row[10:]
    pairs = zip(columns[::2], columns[1::2], strict=True)
    return [(slug, title_of(titles, language, slug)) for slug, titles in pairs if slug][::-1]


def _related(
    db: Reader, entry_id: int, topic_id: int | None, language: str, visibilities: Collection[Visibility]
) -> list[Card]:
    if topic_id is None:
        return []
    return read_cards(db, _NEIGHBOURS, language=language, visibilities=visibilities, topic=topic_id, entry=entry_id)

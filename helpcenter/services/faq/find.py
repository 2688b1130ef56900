"""Entries by name and in lists, for those who write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import NotFound
from helpcenter.models import Clip, EntryState, FaqClip, FaqEntry, FaqText

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in a list; `clips` counts them."""

    entry: FaqEntry
    clips: int

    def title(self, language: str) -> str:
        """The question in this language, else in any."""
        texts = {text.language: text.title for text in self.entry.texts}
        return texts.get(language) or next(iter(texts.values()), self.entry.slug)

    @property
    def languages(self) -> list[str]:
        """The languages that it has a text in."""
        return [text.language for text in self.entry.texts]


def find(db: Session, public_id: str) -> FaqEntry:
    """The entry with this public id, with its texts, clips and topic. Raises NotFound."""
    entry = db.scalar(
        select(FaqEntry)
        .where(FaqEntry.public_id == public_id)
        .options(
            selectinload(FaqEntry.texts),
            selectinload(FaqEntry.clips).joinedload(FaqClip.clip),
            selectinload(FaqEntry.topic),
        )
    )
    if entry is None:
        raise NotFound
    return entry


def list_entries(
    db: Session,
    *,
    state: EntryState | None = None,
    topics: Sequence[int] | None = None,
    language: str | None = None,
    words: str = "",
    page: int = 1,
) -> tuple[list[EntryLine], int]:
    """One page of entries, the last changed first, and how many there are on all pages.

    `topics` are ids; `language` asks for entries with a text in it; `words` must all stand in one title.
    """
    wanted = select(FaqEntry)
    if state:
        wanted = wanted.where(FaqEntry.state == state)
    if topics is not None:
        wanted = wanted.where(FaqEntry.topic_id.in_(topics))
    if language:
        wanted = wanted.where(exists().where(FaqText.entry_id == FaqEntry.id, FaqText.language == language))
    if words.split():
        said = [FaqText.title.icontains(word, autoescape=True) for word in words.split()]
        wanted = wanted.where(exists().where(FaqText.entry_id == FaqEntry.id, *said))
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    clips = select(func.count()).where(FaqClip.entry_id == FaqEntry.id).correlate(FaqEntry).scalar_subquery()
    rows = db.execute(
        wanted.add_columns(clips)
        .options(selectinload(FaqEntry.texts), selectinload(FaqEntry.topic))
        .order_by(FaqEntry.updated_at.desc(), FaqEntry.id.desc())
        .limit(PAGE)
        .offset((max(1, page) - 1) * PAGE)
    )
    return [EntryLine(entry, number) for entry, number in rows], total


def entries_with(db: Session, clip: Clip) -> list[FaqEntry]:
    """The entries that show the clip, with their texts."""
    shown = select(FaqClip.entry_id).where(FaqClip.clip_id == clip.id)
    found = select(FaqEntry).where(FaqEntry.id.in_(shown)).options(selectinload(FaqEntry.texts))
    return list(db.scalars(found.order_by(FaqEntry.id)))


def count_by_state(db: Session) -> dict[EntryState, int]:
    """How many entries there are in each state."""
    found = dict(db.execute(select(FaqEntry.state, func.count()).group_by(FaqEntry.state)).all())
    return {state: found.get(state, 0) for state in EntryState}

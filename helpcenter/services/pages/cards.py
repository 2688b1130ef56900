"""Entries as they stand in lists."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, select
from sqlalchemy.orm import Session

from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqClip,
    FaqEntry,
    FaqText,
    Recording,
    RecordingVersion,
    Visibility,
)

SHOWN = (EntryState.PUBLISHED, EntryState.STALE)


@dataclass(frozen=True, slots=True)
class Card:
    """An entry in a list: `seconds` is the length of its best clip, None where it has none to watch."""

    slug: str
    title: str
    language: str
    poster_key: str | None
    seconds: float | None


def watchable(visibilities: Collection[Visibility]) -> list[Visibility]:
    """What may be watched at its address by somebody who may find `visibilities` in lists."""
    return list({Visibility.PUBLIC, Visibility.UNLISTED, *visibilities})


def in_language(column: Any) -> Any:
    """That column of the entry's text in the language `:language`, else in any other, as a subquery."""
    wished = case((FaqText.language == bindparam("language"), 0), else_=1)
    texts = select(column).where(FaqText.entry_id == FaqEntry.id)
    return texts.order_by(wished, FaqText.language).limit(1).correlate(FaqEntry).scalar_subquery()


def select_cards() -> Select[Any]:
    """Published entries as cards, to be narrowed and ordered; wants `language`, `visible` and `watchable`."""
    best = FaqClip.__table__.join(
        Clip.__table__, and_(Clip.id == FaqClip.clip_id, Clip.state == ClipState.CONFIRMED)
    ).join(
        Recording.__table__,
        and_(
            Recording.id == Clip.recording_id,
            Recording.visibility.in_(bindparam("watchable", expanding=True)),
        ),
    )
    return (
        select(
            FaqEntry.slug, in_language(FaqText.title), in_language(FaqText.language),
            Clip.poster_key, Clip.start, Clip.end, RecordingVersion.poster_key,
        )
        .outerjoin_from(FaqEntry, best, and_(FaqClip.entry_id == FaqEntry.id, FaqClip.best))
        .outerjoin(RecordingVersion, RecordingVersion.id == Recording.version_id)
        .where(FaqEntry.state.in_(SHOWN), FaqEntry.visibility.in_(bindparam("visible", expanding=True)))
    )  # fmt: skip


def read_cards(
    db: Session, statement: Select[Any], *, language: str, visibilities: Collection[Visibility], **more: Any
) -> list[Card]:
    """The cards that a statement made by `select_cards` finds."""
    rows = db.connection().execute(
        statement,
        {"language": language, "visible": list(visibilities), "watchable": watchable(visibilities), **more},
    )
    return [
        Card(slug, title or slug, text_language or language, poster or whole_poster, end - start if end else None)
        for slug, title, text_language, poster, start, end, whole_poster in rows
    ]

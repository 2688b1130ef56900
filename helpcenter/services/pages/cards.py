"""Entries as they stand in lists."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, select

from helpcenter.models import Clip, ClipState, FaqClip, FaqEntry, FaqText, Recording, RecordingVersion, Visibility
from helpcenter.services.pages.choice import Reader, given, published, visible, watchable


class Card(NamedTuple):
    """An entry in a list: `seconds` is the length of its best clip, None where it has none to watch."""

    slug: str
    title: str
    language: str
    poster_key: str | None
    seconds: float | None


def in_language(column: Any) -> Any:
    """That column of the entry's text in the language `:language`, else in any other, as a subquery."""
    wished = case((FaqText.language == bindparam("language"), 0), else_=1)
    texts = select(column).where(FaqText.entry_id == FaqEntry.id)
    return texts.order_by(wished, FaqText.language).limit(1).correlate(FaqEntry).scalar_subquery()


def select_cards() -> Select[Any]:
    """Published entries as cards, to be narrowed and ordered, for `read_cards`."""
    # One join after the other: a join in brackets would make SQLite read all clips first.
    return (
        select(
            FaqEntry.slug, in_language(FaqText.title), in_language(FaqText.language),
            Clip.poster_key, Clip.start, Clip.end, RecordingVersion.poster_key, Recording.id,
        )
        .outerjoin_from(FaqEntry, FaqClip, and_(FaqClip.entry_id == FaqEntry.id, FaqClip.best))
        .outerjoin(Clip, and_(Clip.id == FaqClip.clip_id, Clip.state == ClipState.CONFIRMED))
        .outerjoin(Recording, and_(Recording.id == Clip.recording_id, visible(Recording.visibility, "watchable")))
        .outerjoin(RecordingVersion, RecordingVersion.id == Recording.version_id)
        .where(published(), visible(FaqEntry.visibility))
    )  # fmt: skip


def read_cards(
    db: Reader, statement: Select[Any], *, language: str, visibilities: Collection[Visibility], **more: Any
) -> list[Card]:
    """The cards that a statement made by `select_cards` finds."""
    may_watch = given(watchable(visibilities), "watchable")
    rows = db.execute(statement, {"language": language, **given(visibilities), **may_watch, **more}).all()
    return [
        Card(slug, title or slug, text_language or language, poster or whole_poster, end - start)
        if recording
        else Card(slug, title or slug, text_language or language, None, None)
        for slug, title, text_language, poster, start, end, whole_poster, recording in rows
    ]

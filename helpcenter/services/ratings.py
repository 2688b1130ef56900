"""Whether answers helped, and what follows: their place among the results, an editor's task, and at last a look at the entry."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.models import Clip, EntryState, FaqEntry, Rating, RatingKind
from helpcenter.services import editor_tasks, faq, helpful, search
from helpcenter.services.notifications import insert_once

REASON_LENGTH: Final = 1000
STALE_AFTER: Final = 8
"""So many readers must have said something before an entry that helps fewer than half of them needs a look by itself."""
ONE_DAY: Final = timedelta(days=1)


def rate(  # noqa: PLR0913 -- one reader's word, and what it is about
    db: Session,
    entry_id: int | None,
    clip_id: int | None,
    *,
    helpful: bool,
    reason: str,
    now: datetime,
    kind: RatingKind = RatingKind.NONE,
    mark: str | None = None,
    question_id: int | None = None,
) -> Rating:
    """Keep one reader's word about an entry and the clip that was playing, or about the clip alone; who said it is not kept.

    With a `mark`, the same reader's second word of the day takes the place of his first. `kind` says what is wrong with it
    (a text without one is OTHER); FAILED is the word of who asked `question_id` and was not helped. What follows happens in
    the same transaction: the order of results, an editor's task, and STALE for an entry that surely helps too few.
    """
    _one_by_one(db, entry_id, clip_id)
    kept = " ".join(reason.replace("\0", "").split())[:REASON_LENGTH]
    if helpful:
        kind = RatingKind.NONE
    elif kept and kind is RatingKind.NONE:
        kind = RatingKind.OTHER
    values = {
        "entry_id": entry_id, "clip_id": clip_id, "question_id": question_id, "helpful": helpful, "kind": kind,
        "reason": kept, "at": now,
    }  # fmt: skip
    rating = _keep(db, values, mark)
    _follow(db, rating, now)
    return rating


def forget_marks(db: Session, *, now: datetime) -> None:
    """By now a day has passed: who said what can no longer be told from somebody else."""
    db.execute(
        update(Rating)
        .where(Rating.mark.is_not(None), Rating.at < now - ONE_DAY)
        .values(mark=None)
        .execution_options(synchronize_session=False)
    )


def _one_by_one(db: Session, entry_id: int | None, clip_id: int | None) -> None:
    """Of two who rate the same at once, the second waits for the first: only so their words are counted together."""
    if entry_id is not None:
        db.execute(select(FaqEntry.id).where(FaqEntry.id == entry_id).with_for_update())
    elif clip_id is not None:
        db.execute(select(Clip.id).where(Clip.id == clip_id).with_for_update())


def _keep(db: Session, values: Mapping[str, object], mark: str | None) -> Rating:
    if mark is not None:
        there = db.scalars(select(Rating).where(Rating.mark == mark).with_for_update()).one_or_none()
        if there is None:
            rating_id = insert_once(db, Rating, {**values, "mark": mark})
            if rating_id is not None:
                return db.get_one(Rating, rating_id)
            there = db.scalars(select(Rating).where(Rating.mark == mark).with_for_update()).one()
        for name, value in values.items():
            setattr(there, name, value)
        db.flush()
        return there
    rating = Rating(**values)
    db.add(rating)
    db.flush()
    return rating


def _follow(db: Session, rating: Rating, now: datetime) -> None:
    search.weigh(db, entry_id=rating.entry_id, clip_id=rating.clip_id)
    if rating.kind is not RatingKind.NONE:
        editor_tasks.note(db, rating, now=now)
    if rating.entry_id is None or rating.helpful:
        return
    entry = db.get_one(FaqEntry, rating.entry_id)
    if entry.state is EntryState.PUBLISHED and helpful.of_entry(db, entry.id).is_bad(at_least=STALE_AFTER):
        faq.mark_stale(db, entry, editor=None, now=now)

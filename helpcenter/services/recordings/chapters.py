"""The chapters of a recording, as the pipeline finds them and people correct them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpcenter.models import Chapter, Recording

SHORTEST = 0.5  # seconds; less is what remains beside an edited chapter, not a chapter


@dataclass(frozen=True, slots=True)
class NewChapter:
    """What the pipeline found; times in seconds of the version."""

    start: float
    end: float
    title: str
    source: str
    confidence: float | None = None
    marker_id: int | None = None


def replace_chapters(db: Session, recording: Recording, found: Sequence[NewChapter]) -> list[Chapter]:
    """Keep `found` instead of what a machine found before; chapters that a person edited stay, and win where they overlap.

    The result is what the recording has now, in order of time.
    """
    machine_made = (Chapter.recording_id == recording.id, Chapter.edited.is_(False))
    db.execute(delete(Chapter).where(*machine_made))
    edited = chapters_of(db, recording)
    for chapter in found:
        start, end = _beside(chapter.start, chapter.end, edited)
        if end - start < SHORTEST and edited:
            continue
        db.add(
            Chapter(
                recording_id=recording.id, start=start, end=end, title=chapter.title[:300], source=chapter.source,
                confidence=chapter.confidence, marker_id=chapter.marker_id,
            )
        )  # fmt: skip
    db.flush()
    return chapters_of(db, recording)


def chapters_of(db: Session, recording: Recording) -> list[Chapter]:
    """Its chapters in order of time."""
    return list(db.scalars(select(Chapter).where(Chapter.recording_id == recording.id).order_by(Chapter.start)))


def _beside(start: float, end: float, edited: list[Chapter]) -> tuple[float, float]:
    for chapter in edited:
        if chapter.start <= start < chapter.end:
            start = min(chapter.end, end)
        elif start < chapter.start < end:
            end = chapter.start
    return start, end

"""Moving what is known of a recording from one version to the next: cues, chapters and clips, those that people edited too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from helpcenter.models import (
    Chapter,
    Clip,
    ClipState,
    CueRow,
    Recording,
    RecordingVersion,
    Transcript,
)
from helpcenter.services import clips
from helpcenter.services.recordings.chapters import chapters_of

SHORTEST: Final = 0.5  # seconds; less of a thing is nothing of it
SLIP: Final = 0.25
_MOMENT: Final = 0.001


@dataclass(slots=True)
class Moved:
    """How many clips and chapters that people made or published were shortened by a cut, and how many fell into one."""

    shortened: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch lies now: `whole` where nothing of it is missing, `there` where something of it is left."""

    start: float
    end: float
    whole: bool
    there: bool


class Mover:
    """Finds the place of an old stretch in the new version, by the instants at which it was said."""

    def __init__(self, old: RecordingVersion, new: RecordingVersion) -> None:
        self._old, self._new = old, new
        self._end = new.duration if new.duration is not None else float("inf")

    def place(self, start: float, end: float) -> Place:
        """The stretch from `start` to `end` of the old version, in the new one."""
        begin = min(self._new.offset(self._old.instant(start)), self._end)
        # The end is that of the last moment within, so that a gap right behind it does not count.
        inside = max(end - _MOMENT, start)
        last = self._old.instant(inside)
        stop = self._new.offset(last)
        if abs((self._new.instant(stop) - last).total_seconds()) < _MOMENT:  # it is there, and not in a gap
            stop += end - inside
        stop = min(stop, self._end)
        left = stop - begin
        return Place(
            round(begin, 3),
            round(max(stop, begin), 3),
            left >= end - start - SLIP,
            left >= min(SHORTEST, (end - start) / 2),
        )


def move_content(
    db: Session, recording: Recording, old: RecordingVersion, new: RecordingVersion, *, now: datetime
) -> Moved:
    """Put every cue, chapter and clip of the recording at its place in the new version; what was cut out goes.

    A published clip of which nothing is left is withdrawn. The result counts what an editor should look at.
    """
    if (old.t0, old.gaps, old.duration) == (new.t0, new.gaps, new.duration):
        return Moved()
    mover, moved = Mover(old, new), Moved()
    _move_cues(db, recording, mover)
    for chapter in chapters_of(db, recording):
        _move_chapter(db, chapter, mover, moved)
    for clip in db.scalars(select(Clip).where(Clip.recording_id == recording.id)).all():
        _move_clip(db, clip, mover, moved, now=now)
    db.flush()
    return moved


def _move_cues(db: Session, recording: Recording, mover: Mover) -> None:
    rows = db.execute(
        select(CueRow.id, CueRow.start, CueRow.end)
        .join(Transcript, Transcript.id == CueRow.transcript_id)
        .where(Transcript.recording_id == recording.id)
    ).all()
    places = {row.id: mover.place(row.start, row.end) for row in rows}
    lost = [row_id for row_id, place in places.items() if not place.there]
    if lost:
        for chunk in (lost[index : index + 500] for index in range(0, len(lost), 500)):
            db.execute(delete(CueRow).where(CueRow.id.in_(chunk)))
    kept = [{"id": row_id, "start": place.start, "end": place.end} for row_id, place in places.items() if place.there]
    if kept:
        db.execute(update(CueRow), kept)


def _move_chapter(db: Session, chapter: Chapter, mover: Mover, moved: Moved) -> None:
    place = mover.place(chapter.start, chapter.end)
    if not place.there:
        moved.lost += chapter.edited
        db.delete(chapter)
        return
    moved.shortened += chapter.edited and not place.whole
    chapter.start, chapter.end = place.start, place.end


def _move_clip(db: Session, clip: Clip, mover: Mover, moved: Moved, *, now: datetime) -> None:
    place = mover.place(clip.start, clip.end)
    matters = clip.edited or clip.state is ClipState.CONFIRMED
    if place.there:
        _shift(clip, place)
        moved.shortened += matters and not place.whole
        return
    moved.lost += matters
    if clip.state is ClipState.CONFIRMED:
        clips.withdraw(db, clip, editor=None, now=now)
    if clip.state is ClipState.WITHDRAWN:
        # Its address and its history stay; where it would be is where the cut is.
        clip.start, clip.end = place.start, place.start + SHORTEST
        clip.media_key = clip.media_start = None
    else:
        db.delete(clip)


def _shift(clip: Clip, place: Place) -> None:
    if not place.whole:
        clip.media_key = clip.media_start = None
        clip.media_mode = ""
    elif clip.media_start is not None:
        clip.media_start += place.start - clip.start
    clip.start, clip.end = place.start, place.end

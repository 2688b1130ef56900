"""What people do to a recording by hand: correct its chapters, delete it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import AuditRow, Chapter, Clip, ClipState, Question, Recording, Upload, User
from helpcenter.services import clips, fate, recordings, search, videos

BY_HAND: Final = "hand"


@dataclass(frozen=True, slots=True)
class ChapterEdit:
    """A chapter as a person wants it: `start` in seconds; it ends where the next one starts. `id` is None for a new one."""

    id: int | None
    start: float
    title: str


def edit_chapters(
    db: Session, recording: Recording, wanted: Sequence[ChapterEdit], *, editor: User | None, now: datetime
) -> list[Chapter]:
    """Keep exactly these chapters; those that differ from before count as edited, and no machine changes them any more.

    Raises InvalidInput for two at the same second, one outside the recording, or one without a title.
    """
    duration = recording.version.duration if recording.version and recording.version.duration else float("inf")
    ordered = sorted(wanted, key=lambda chapter: chapter.start)
    _check(ordered, duration)
    there = {chapter.id: chapter for chapter in recordings.chapters_of(db, recording)}
    kept = {chapter.id for chapter in ordered if chapter.id in there}
    for old_id, old in there.items():
        if old_id not in kept:
            db.delete(old)
    last = max((chapter.end for chapter in there.values()), default=0.0)
    ends = [*(chapter.start for chapter in ordered[1:]), duration if duration != float("inf") else last]
    for new, end in zip(ordered, ends, strict=True):
        _keep(db, recording, there.get(new.id or 0), new, max(end, new.start))
    db.flush()
    _audit(db, recording, "edit chapters", editor, now)
    search.index_recording(db, recording.id)
    videos.note_chapters(db, recording, now=now)
    return recordings.chapters_of(db, recording)


def delete_recording(db: Session, recording: Recording, *, editor: User | None, now: datetime) -> str:
    """Delete the recording with all that was made of it; entries keep their texts, and questions that have no other answer are open.

    The result is the folder of its files, which the caller deletes from the storage after the commit.
    """
    confirmed = select(Clip).where(Clip.recording_id == recording.id, Clip.state == ClipState.CONFIRMED)
    for clip in db.scalars(confirmed).all():
        clips.withdraw(db, clip, editor=editor, now=now)
    answered = db.scalars(
        select(Question).join(Clip, Clip.id == Question.answer_clip_id).where(Clip.recording_id == recording.id)
    )
    questions = answered.all()
    search.remove(db, f"recording:{recording.id}")
    db.execute(delete(Upload).where(Upload.recording_id == recording.id))
    _audit(db, recording, "delete", editor, now)
    db.delete(recording)
    db.flush()
    for question in questions:
        # Afterwards nothing tells any more that a clip of it was the answer.
        db.refresh(question)
        fate.reopen_without_answer(db, question, now=now)
    return f"recordings/{recording.public_id}/"


def _check(ordered: Sequence[ChapterEdit], duration: float) -> None:
    starts = [chapter.start for chapter in ordered]
    if any(not chapter.title.strip() for chapter in ordered):
        raise InvalidInput(N_("Each chapter needs a title."))
    if len(set(starts)) != len(starts):
        raise InvalidInput(N_("Two chapters cannot start at the same second."))
    if any(not 0 <= start < duration for start in starts):
        raise InvalidInput(N_("A chapter must start within the recording."))


def _keep(db: Session, recording: Recording, old: Chapter | None, new: ChapterEdit, end: float) -> None:
    title = " ".join(new.title.split())[:300]
    if old is None:
        db.add(Chapter(recording_id=recording.id, start=new.start, end=end, title=title, source=BY_HAND, edited=True))
        return
    # The form shows tenths of a second; a start that only lost its hundredths was not changed by anybody.
    moved = abs(old.start - new.start) >= 0.1  # noqa: PLR2004 -- see above
    if moved or old.title != title:
        old.edited = True
    if moved:
        old.start = new.start
    old.title, old.end = title, max(end, old.start)


def _audit(db: Session, recording: Recording, action: str, editor: User | None, now: datetime) -> None:
    actor = editor.id if editor else None
    db.add(AuditRow(at=now, actor_id=actor, action=action, kind="recording", thing_id=recording.id, detail={}))

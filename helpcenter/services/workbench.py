"""What waits for an editor: proposals in their order, recordings and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from helpcenter.captions import Cue
from helpcenter.errors import NotFound
from helpcenter.models import Chapter, Clip, ClipState, CueRow, FaqEntry, Recording, RecordingState, Transcript, User
from helpcenter.services import recordings

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """A recording in a list; `proposals` counts the clips that wait for a decision."""

    recording: Recording
    proposals: int


def inbox(db: Session, *, page: int = 1) -> tuple[list[Clip], int]:
    """One page of proposed clips, those of the newest recording first and there in order of time; and how many there are."""
    total = db.scalar(select(func.count()).select_from(Clip).where(Clip.state == ClipState.PROPOSED)) or 0
    wanted = _proposals().limit(PAGE).offset((max(1, page) - 1) * PAGE)
    return list(db.scalars(wanted)), total


def next_proposal(db: Session, clip: Clip) -> Clip | None:
    """The proposal to decide after this one: the next of its recording, else the inbox's first."""
    later = _proposals().where(Clip.recording_id == clip.recording_id, Clip.start > clip.start)
    others = _proposals().where(Clip.id != clip.id)
    return db.scalars(later.limit(1)).first() or db.scalars(others.limit(1)).first()


def find_clip(db: Session, public_id: str) -> Clip:
    """The clip with this public id, with its recording and version. Raises NotFound."""
    clip = db.scalar(
        select(Clip)
        .where(Clip.public_id == public_id)
        .options(joinedload(Clip.recording).joinedload(Recording.version))
    )
    if clip is None:
        raise NotFound
    return clip


def clips_of(db: Session, recording: Recording) -> list[Clip]:
    """All clips of the recording, whatever their state, in order of time."""
    return list(db.scalars(select(Clip).where(Clip.recording_id == recording.id).order_by(Clip.start, Clip.id)))


def clips_to_choose(db: Session, entry: FaqEntry, *, words: str, limit: int = 20) -> list[Clip]:
    """Confirmed clips that the entry does not have yet and whose title holds all the words, newest first."""
    there = [link.clip_id for link in entry.clips]
    wanted = (
        select(Clip)
        .where(Clip.state == ClipState.CONFIRMED, Clip.id.not_in(there))
        .options(joinedload(Clip.recording))
        .order_by(Clip.created_at.desc(), Clip.id.desc())
        .limit(limit)
    )
    return list(db.scalars(wanted.where(*(Clip.title.icontains(word, autoescape=True) for word in words.split()))))


def cues_between(db: Session, recording: Recording, start: float, end: float) -> tuple[Transcript | None, list[Cue]]:
    """What is said in the stretch, and the transcript that says it."""
    transcript = recordings.main_transcript(db, recording)
    if transcript is None:
        return None, []
    rows = db.execute(
        select(CueRow.start, CueRow.end, CueRow.text, CueRow.speaker)
        .where(CueRow.transcript_id == transcript.id, CueRow.end > start, CueRow.start < end)
        .order_by(CueRow.start, CueRow.id)
    )
    return transcript, [Cue(*row) for row in rows]


def list_recordings(
    db: Session, *, state: RecordingState | None, owner: User | None, page: int = 1
) -> tuple[list[RecordingLine], int]:
    """One page of recordings, newest first, and how many there are; those of `owner` alone where one is given."""
    wanted = select(Recording)
    if state:
        wanted = wanted.where(Recording.state == state)
    if owner:
        wanted = wanted.where(Recording.created_by_id == owner.id)
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    proposals = (
        select(func.count())
        .where(Clip.recording_id == Recording.id, Clip.state == ClipState.PROPOSED)
        .correlate(Recording)
        .scalar_subquery()
    )
    rows = db.execute(
        wanted.add_columns(proposals)
        .options(joinedload(Recording.version), joinedload(Recording.topic))
        .order_by(Recording.created_at.desc(), Recording.id.desc())
        .limit(PAGE)
        .offset((max(1, page) - 1) * PAGE)
    )
    return [RecordingLine(recording, count) for recording, count in rows], total


def counts(db: Session, recording: Recording, transcript: Transcript | None) -> dict[str, int]:
    """How much is known of the recording: {"cues", "chapters"}."""
    cues = select(func.count()).where(CueRow.transcript_id == (transcript.id if transcript else None))
    chapters = select(func.count()).where(Chapter.recording_id == recording.id)
    return {"cues": db.scalar(cues) or 0, "chapters": db.scalar(chapters) or 0}


def entries_by_id(db: Session, ids: Sequence[int | None]) -> dict[int, FaqEntry]:
    """The entries with these ids, with their texts."""
    wanted = select(FaqEntry).where(FaqEntry.id.in_([one for one in ids if one])).options(
        joinedload(FaqEntry.texts)
    )  # fmt: skip
    return {entry.id: entry for entry in db.scalars(wanted).unique()}


def _proposals() -> Select[Any]:
    return (
        select(Clip)
        .join(Clip.recording)
        .options(contains_eager(Clip.recording))
        .where(Clip.state == ClipState.PROPOSED)
        .order_by(Recording.created_at.desc(), Recording.id.desc(), Clip.start, Clip.id)
    )

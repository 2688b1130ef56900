"""The text of a recording: who may replace it, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from helpcenter.captions import Cue
from helpcenter.models import CueRow, Recording, Transcript

CAPTIONS: Final = "captions"
EMBEDDED: Final = "embedded captions"
PLATFORM: Final = "YouTube captions"
"""Captions that a platform's API gave, made there by a person or by a machine."""


@dataclass(frozen=True, slots=True)
class NewTranscript:
    """A text that has just been made or given; `cues` in order of time."""

    cues: Sequence[Cue]
    language: str
    provider: str
    human: bool = False
    draft: bool = False


def put_transcript(db: Session, recording: Recording, new: NewTranscript, *, now: datetime) -> bool:
    """Keep the text in its language, instead of an earlier one of the same language; False where a person's stays.

    What a person wrote or corrected is replaced by another person's captions only, and no text by a mere draft.
    """
    transcript = db.scalars(
        select(Transcript).where(Transcript.recording_id == recording.id, Transcript.language == new.language)
    ).one_or_none()
    if transcript is not None and not new.human and is_human(db, transcript):
        return False
    if transcript is not None and new.draft and not transcript.draft:
        return False
    if transcript is None:
        transcript = Transcript(recording_id=recording.id, language=new.language)
        db.add(transcript)
    else:
        db.execute(delete(CueRow).where(CueRow.transcript_id == transcript.id))
    transcript.provider, transcript.human, transcript.draft = new.provider, new.human, new.draft
    transcript.created_at = now
    db.flush()
    rows = [
        {"transcript_id": transcript.id, "start": cue.start, "end": cue.end, "text": cue.text, "speaker": cue.speaker}
        for cue in new.cues
    ]
    if rows:
        db.execute(insert(CueRow), rows)
    return True


def is_human(db: Session, transcript: Transcript) -> bool:
    """Whether a person wrote the text, or corrected anything in it."""
    corrected = exists().where(CueRow.transcript_id == transcript.id, CueRow.edited)
    return transcript.human or bool(db.scalar(select(corrected)))


def main_transcript(db: Session, recording: Recording) -> Transcript | None:
    """The text to show and to work with: a person's before a machine's, then the recording's language."""
    transcripts = db.scalars(select(Transcript).where(Transcript.recording_id == recording.id)).all()

    def rank(transcript: Transcript) -> tuple[bool, bool, bool, int]:
        return (not transcript.human, transcript.draft, transcript.language != recording.language, transcript.id)

    return min(transcripts, key=rank, default=None)


def cues_of(db: Session, transcript: Transcript | None) -> list[Cue]:
    """The cues of a text, in order of time; none where there is no text."""
    if transcript is None:
        return []
    columns = select(CueRow.start, CueRow.end, CueRow.text, CueRow.speaker)
    rows = db.execute(columns.where(CueRow.transcript_id == transcript.id).order_by(CueRow.start, CueRow.id))
    return [Cue(*row) for row in rows]

"""A recording in one piece, for the command line and the API."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import Clip, ClipState, CueRow, Recording, Step
from helpcenter.services import steps
from helpcenter.services.recordings.chapters import chapters_of
from helpcenter.services.recordings.transcripts import main_transcript

_SHOWN = (ClipState.PROPOSED, ClipState.CONFIRMED)


def summary(db: Session, recording: Recording) -> dict[str, Any]:
    """What is known about the recording, as `helpcenter ingest --json` prints it; `url` is a path. Times in seconds."""
    transcript = main_transcript(db, recording)
    cues = db.scalar(select(func.count()).where(CueRow.transcript_id == transcript.id)) if transcript else 0
    clips = db.scalars(
        select(Clip).where(Clip.recording_id == recording.id, Clip.state.in_(_SHOWN)).order_by(Clip.start)
    )
    return {
        "recording": recording.public_id,
        "state": recording.state.value,
        "url": f"/recordings/{recording.public_id}",
        "duration": recording.version.duration if recording.version else None,
        "provider": transcript.provider if transcript else None,
        "cues": cues,
        "chapters": [
            {"start": round(chapter.start, 3), "end": round(chapter.end, 3), "title": chapter.title}
            for chapter in chapters_of(db, recording)
        ],
        "clips": [
            {"id": clip.public_id, "start": round(clip.start, 3), "end": round(clip.end, 3), "title": clip.title}
            for clip in clips
        ],
        "steps": [_step(step) for step in steps.of_recording(db, recording.id)],
    }


def _step(step: Step) -> dict[str, Any]:
    said = step.error or step.note
    return {
        "name": step.name,
        "state": step.state.value,
        "seconds": step.seconds,
        "attempts": step.attempts,
        "note": str(Message.from_json(said)) if said else "",
    }

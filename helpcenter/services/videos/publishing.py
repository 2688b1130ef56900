"""What follows when a recording can be watched: its session is out, its clips are cut, its chapters go to the platform."""

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.jobs import WATCH_VIDEO, defer
from helpcenter.models import (
    Clip,
    ClipState,
    LiveSession,
    LiveSessionState,
    PlatformVideo,
    Recording,
    RecordingState,
    VideoState,
    Visibility,
)
from helpcenter.services import recordings, steps
from helpcenter.services.sessions import states
from helpcenter.services.videos.pulling import plain_description
from helpcenter.services.videos.told import Told
from helpcenter.services.videos.zero import in_video
from streaming.youtube.block import room
from streaming.youtube.description import chapter_lines, has_chapters

CHAPTERS: Final = "chapters"
OPENING: Final = {"de": "Begrüßung", "en": "Welcome"}
_OPEN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


def note_ready(db: Session, recording: Recording, *, now: datetime) -> None:
    """A step of the recording was done: where it is ready, publish its session, and do what had to wait for that."""
    if recording.state is not RecordingState.READY:
        return
    wanted = select(LiveSession).where(
        LiveSession.recording_id == recording.id, LiveSession.state == LiveSessionState.PROCESSING
    )
    for session in db.scalars(wanted).all():
        states.move(db, session, LiveSessionState.PUBLISHED, now=now, actor=None)
    if recordings.settled(db, recording.id):
        _cut_again(db, recording, now=now)
        note_chapters(db, recording, now=now)


def note_chapters(db: Session, recording: Recording, *, now: datetime) -> None:
    """The recording's chapters may have changed: where its video shows others, a worker writes them into its description."""
    wanted = select(PlatformVideo).where(
        PlatformVideo.recording_id == recording.id, PlatformVideo.state == VideoState.PULLED
    )
    for row in db.scalars(wanted).all():
        if row.channel_id is not None and chapters_to_write(db, row) is not None:
            row.due_at = now
            db.flush()
            defer(db, WATCH_VIDEO, row.id)


def chapters_to_write(db: Session, row: PlatformVideo) -> tuple[str, str] | None:
    """The lines that belong into the video's description, and their fingerprint; None where they stand there already.

    Only chapters that our own people made or marked are written, of a recording that everybody may see, and nowhere
    beside chapters that somebody wrote on the platform. Empty lines take our old ones away.
    """
    recording = row.recording
    if recording is None or recording.state is not RecordingState.READY or recording.visibility not in _OPEN:
        return None
    if row.recording is None or not recordings.settled(db, recording.id):
        return None
    lines = _lines(db, row, recording)
    mark = hashlib.sha256(lines.encode()).hexdigest()[:32] if lines else ""
    return None if row.written.get(CHAPTERS, "") == mark else (lines, mark)


def _lines(db: Session, row: PlatformVideo, recording: Recording) -> str:
    told = Told.of(row)
    chapters = recordings.chapters_of(db, recording)
    ours = any(chapter.edited or chapter.source == "marker" for chapter in chapters)
    if not ours or not told.duration or has_chapters(plain_description(told)):
        return ""
    starts = [(in_video(db, row, recording, chapter.start), chapter.title) for chapter in chapters]
    lines = chapter_lines(
        [(start, title) for start, title in starts if start is not None],
        duration=told.duration,
        opening=OPENING.get(recording.language or "", OPENING["en"]),
        room=room(told.description),
    )
    return "\n".join(lines)


def _cut_again(db: Session, recording: Recording, *, now: datetime) -> None:
    """Clips whose own file was lost with an older version are cut from this one, where the media is here."""
    if recording.version is None or recording.version.original_key is None:
        return
    whole = select(Clip.public_id).where(
        Clip.recording_id == recording.id, Clip.state == ClipState.CONFIRMED, Clip.media_key.is_(None)
    )
    for public_id in db.scalars(whole).all():
        steps.add_cut(db, recording.id, public_id, now=now)

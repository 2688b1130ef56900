"""The recording of a session on this site: there from its first moment, so that clips of it can be, and worked through at its end."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.jobs import ADVANCE_RECORDING, defer
from helpcenter.models import AuditRow, Clip, LiveSession, Marker, Recording, RecordingState, RecordingVersion, Source
from helpcenter.services import steps
from helpcenter.services.recordings.discarding import forget_files

OWN_INGEST: Final = "own ingest"
"""How we know when second 0 was: the pictures arrived here."""


def begin_live(db: Session, session: LiveSession, archive_id: str, *, now: datetime) -> Recording:
    """The recording of the session, which has gone live; what arrives is kept in the archive with this id."""
    if session.recording is not None:
        return session.recording
    host = session.hosts[0] if session.hosts else None
    recording = Recording(
        title=session.title, description=session.description, language=session.language, source=Source.LIVE,
        source_ref=archive_id, topic_id=session.topics[0].id if session.topics else None, visibility=session.visibility,
        created_by_id=host.id if host else None, created_at=now,
    )  # fmt: skip
    db.add(recording)
    db.flush()
    recording.version = RecordingVersion(
        recording_id=recording.id, t0=session.live_at or now, t0_method=OWN_INGEST, gaps=[], original_name=""
    )
    session.recording = recording
    db.flush()
    markers = update(Marker).where(Marker.session_id == session.id, Marker.recording_id.is_(None))
    db.execute(markers.values(recording_id=recording.id))
    db.add(AuditRow(at=now, action="begin live", kind="recording", thing_id=recording.id, detail={}))
    return recording


def end_live(db: Session, session: LiveSession, *, now: datetime) -> None:
    """The session is over: from now on the pipeline works on what arrived. Calling it again changes nothing."""
    recording = session.recording
    if recording is None or recording.source is not Source.LIVE or steps.chain_of(db, recording.id):
        return
    steps.add_chain(db, recording.id, now=now)
    db.flush()
    defer(db, ADVANCE_RECORDING, recording.id)


def make_again(db: Session, recording: Recording, *, now: datetime) -> None:
    """Something else is off the record now: a file that was made of the archive already is discarded, and made again."""
    if recording.source is not Source.LIVE or is_running(recording) or not steps.chain_of(db, recording.id):
        return
    version = recording.version
    if version is None or version.t0_method != OWN_INGEST:
        return
    forget_files(db, recording, now=now)
    steps.start_again(db, recording.id, now=now)
    recording.state = RecordingState.PROCESSING


def session_of(db: Session, recording: Recording) -> LiveSession | None:
    """The live session that this is the recording of."""
    return db.scalars(select(LiveSession).where(LiveSession.recording_id == recording.id)).one_or_none()


def running_session(db: Session, clip: Clip) -> str | None:
    """The public id of the session whose page plays the clip, while its recording cannot yet; else None."""
    recording = clip.recording
    if not clip.provisional or recording.state is RecordingState.READY:
        return None
    return db.scalar(select(LiveSession.public_id).where(LiveSession.recording_id == recording.id))


def is_running(recording: Recording) -> bool:
    """Whether it is of a session on this site whose pictures lie in its archive still, not in a file of their own."""
    version = recording.version
    if recording.source is not Source.LIVE or version is None or version.t0_method != OWN_INGEST:
        return False
    return version.original_key is None

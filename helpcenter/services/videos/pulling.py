"""A video on the platform becomes a recording of ours, once."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.models import (
    ChannelImport,
    LiveSession,
    Marker,
    PlatformVideo,
    Recording,
    Source,
    Topic,
    Visibility,
)
from helpcenter.services import recordings, steps
from helpcenter.services.videos.captions import Text, keep_text
from helpcenter.services.videos.told import Told
from helpcenter.services.videos.zero import placed, zero_of
from streaming.platform import Privacy
from streaming.youtube.block import Fence, with_block

WATCH_PAGE: Final = "https://www.youtube.com/watch?v="
_LANGUAGES: Final = ("de", "en")
_VISIBILITY: Final = {Privacy.PUBLIC.value: Visibility.PUBLIC, Privacy.UNLISTED.value: Visibility.UNLISTED}


def pull(db: Session, row: PlatformVideo, text: Text | None, *, download: bool, now: datetime) -> Recording:
    """The recording of the video: the session's, one that was made by the video's address, or a new one.

    `text` are its captions, if they are here already. With `download`, the pipeline fetches the media; else it stays where it is.
    """
    told = Told.of(row)
    recording = _there(db, row)
    if recording is None:
        recording = _new(db, row, told, download=download, now=now)
    elif row.session is None:
        _complete(recording, told)
    if row.session is not None:
        link_session(db, row.session, recording)
    row.recording_id, row.recording = recording.id, recording
    row.pulled_duration = told.duration
    text = placed(db, row, recording, text) if text else None
    if text is not None:
        keep_text(db, recording, text, now=now)
    elif recording.source is Source.YOUTUBE and row.session is None:
        steps.rerun(db, recording.id, first="chapters", by=None, now=now)
    return recording


def link_session(db: Session, session: LiveSession, recording: Recording) -> None:
    """From now on the recording is the session's: its markers too."""
    session.recording_id, session.recording = recording.id, recording
    markers = update(Marker).where(Marker.session_id == session.id, Marker.recording_id.is_(None))
    db.execute(markers.values(recording_id=recording.id))
    db.flush()


def plain_description(told: Told) -> str:
    """The video's description without what we wrote into it ourselves."""
    return with_block(with_block(told.description, "", fence=Fence.ABOUT), "", fence=Fence.CHAPTERS).strip()


def language_of(row: PlatformVideo) -> str | None:
    """The language that is spoken: the session's, else what the platform says; None where neither is known."""
    if row.session is not None:
        return row.session.language
    said = (Told.of(row).language or "")[:2]
    return said if said in _LANGUAGES else None


def _there(db: Session, row: PlatformVideo) -> Recording | None:
    if row.recording is not None:
        return row.recording
    if row.session is not None and row.session.recording is not None:
        return row.session.recording
    known = select(Recording).where(Recording.source == Source.YOUTUBE, Recording.source_ref == row.remote_id)
    return db.scalars(known.order_by(Recording.id).limit(1)).first()


def _new(db: Session, row: PlatformVideo, told: Told, *, download: bool, now: datetime) -> Recording:
    session = row.session
    zero, method = zero_of(db, row)
    description = plain_description(told)
    recording = recordings.create(
        db,
        source=Source.URL,
        path_or_url=WATCH_PAGE + row.remote_id,
        title=session.title if session else told.title,
        description=description or (session.description if session else ""),
        language=language_of(row),
        topic=_topic(db, row),
        visibility=session.visibility if session else _VISIBILITY.get(told.privacy, Visibility.STAFF),
        t0=zero,
        created_by=session.hosts[0] if session and session.hosts else None,
        now=now,
    )
    version = recording.version
    assert version is not None
    version.duration = told.duration
    version.t0_method = method
    version.pending_path = WATCH_PAGE + row.remote_id if download else ""
    return recording


def _topic(db: Session, row: PlatformVideo) -> Topic | None:
    if row.session is not None:
        return row.session.topics[0] if row.session.topics else None
    wanted = select(ChannelImport.topic_id).where(ChannelImport.id == row.import_id)
    topic_id = db.scalar(wanted) if row.import_id else None
    return db.get(Topic, topic_id) if topic_id else None


def _complete(recording: Recording, told: Told) -> None:
    """Fill what a recording that was made by its address alone does not know yet; what people wrote stays."""
    if recording.title in {recording.source_ref, placeholder(recording.source_ref)} and told.title:
        recording.title = told.title[:300]
    recording.description = recording.description or plain_description(told)
    if recording.version is not None and recording.version.duration is None:
        recording.version.duration = told.duration


def placeholder(remote_id: str) -> str:
    """What a video is called until its title is known."""
    return f"YouTube {remote_id}"

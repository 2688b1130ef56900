"""What a platform's API told is renewed or deleted within 30 days (YouTube's API policies, III.E.4); our own data stays."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from helpcenter.models import CueRow, PlatformVideo, Recording, Transcript
from helpcenter.services import search, steps
from helpcenter.services.recordings import PLATFORM
from helpcenter.services.videos.pulling import placeholder, plain_description
from helpcenter.services.videos.told import Told

RENEW: Final = timedelta(days=25)
KEEP: Final = timedelta(days=30)
THUMBNAIL: Final = "thumbnail"
"""How the folder of a video's own picture begins, in the storage's folder of its recording."""
AT_ONCE: Final = 50


def forget_old(db: Session, *, now: datetime) -> list[str]:
    """Forget what was told too long ago and could not be renewed.

    The result are the folders of pictures that the caller deletes from the storage after the commit.
    """
    old = (
        select(PlatformVideo).where(PlatformVideo.refreshed_at <= now - KEEP).order_by(PlatformVideo.id).limit(AT_ONCE)
    )
    rows = db.scalars(old).all()
    return [folder for row in rows for folder in forget(db, row, now=now)]


def forget(db: Session, row: PlatformVideo, *, now: datetime) -> list[str]:
    """Forget what the API told of the video: here, and where it stands in a recording as it came, unless it is a session's own.

    What a person wrote or corrected stays. Once the platform can be asked again, it is asked for everything anew.
    Returns as `forget_old`.
    """
    told = Told.of(row)
    recording = row.recording
    pictures: list[str] = []
    if recording is not None:
        pictures = _forget_picture(recording)
        if row.session_id is None and recording.title == told.title:
            recording.title = placeholder(row.remote_id)
        own = row.session.description if row.session else ""
        if recording.description != own and recording.description == plain_description(told):
            recording.description = own
        _forget_text(db, recording, now=now)
        search.index_recording(db, recording.id)
    row.told, row.captions, row.looks, row.refreshed_at = {}, [], [], None
    row.caption_looks, row.written = 0, {name: mark for name, mark in row.written.items() if name != "captions"}
    db.flush()
    return pictures


def _forget_picture(recording: Recording) -> list[str]:
    version = recording.version
    if version is None or f"/{THUMBNAIL}-" not in (version.poster_key or ""):
        return []
    folder = str(version.poster_key).rpartition("/")[0] + "/"
    version.poster_key = None
    return [folder]


def _forget_text(db: Session, recording: Recording, *, now: datetime) -> None:
    corrected = exists().where(CueRow.transcript_id == Transcript.id, CueRow.edited)
    ours = (Transcript.recording_id == recording.id, Transcript.provider == PLATFORM, ~corrected)
    gone = db.execute(delete(Transcript).where(*ours).returning(Transcript.id)).all()
    if gone:
        steps.rerun(db, recording.id, first="transcript", by=None, now=now)

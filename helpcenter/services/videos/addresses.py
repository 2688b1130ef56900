"""One video by its address."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.jobs import WATCH_VIDEO, defer
from helpcenter.models import Channel, PlatformVideo, Recording, Source, Topic, User, VideoState
from helpcenter.services import recordings
from helpcenter.services.videos.pulling import placeholder
from helpcenter.services.videos.rows import listed


def adopt_address(
    db: Session, address: str, *, channel: Channel | None, topic: Topic | None = None, title: str = "",
    actor: User | None, now: datetime,
) -> Recording:  # fmt: skip
    """The recording of the YouTube video at this address, at once; the same one where it is here already.

    With a channel that is connected, a worker then asks the platform for title, description, length, and, where the video
    is the channel's own, captions. Without one it stays what a person says of it. Raises InvalidInput for other addresses.
    """
    remote_id = recordings.youtube_id(address.strip())
    if remote_id is None:
        raise InvalidInput(N_("This is not the address of a video on YouTube."))
    recording = _known(db, remote_id)
    if recording is None:
        recording = recordings.create(
            db, source=Source.URL, path_or_url=address.strip(), title=title or placeholder(remote_id), topic=topic,
            created_by=actor, now=now,
        )  # fmt: skip
    if channel is not None:
        _ask(db, remote_id, recording, channel, now=now)
    return recording


def _known(db: Session, remote_id: str) -> Recording | None:
    row = db.scalars(select(PlatformVideo).where(PlatformVideo.remote_id == remote_id)).one_or_none()
    if row is not None and row.recording is not None:
        return row.recording
    known = select(Recording).where(Recording.source == Source.YOUTUBE, Recording.source_ref == remote_id)
    return db.scalars(known.order_by(Recording.id).limit(1)).first()


def _ask(db: Session, remote_id: str, recording: Recording, channel: Channel, *, now: datetime) -> None:
    row = listed(db, remote_id, channel_id=channel.id, now=now)
    here = row.state is VideoState.PULLED and row.recording_id is not None
    if here or row.session_id is not None:
        return
    row.recording_id, row.state, row.due_at, row.error, row.attempts = recording.id, VideoState.LISTED, now, None, 0
    row.caption_looks, row.written = 0, {}
    db.flush()
    defer(db, WATCH_VIDEO, row.id)

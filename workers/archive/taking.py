"""A video that is whole becomes a recording."""

from typing import Final

import structlog

from helpcenter.errors import N_, Message
from helpcenter.models import PlatformVideo, VideoState
from helpcenter.ports import Ports
from helpcenter.services import videos
from helpcenter.services.videos import Told, VideoClaim
from streaming.platform import LivePlatform, Privacy
from workers.archive.posters import keep_poster
from workers.archive.telling import tell_editors
from workers.archive.texts import Found, find_text, is_ours, note_found
from workers.archive.upkeep import next_due
from workers.failpoints import reach

log = structlog.get_logger(__name__)


_NOT_EMBEDDED: Final = N_(
    "“%(title)s” cannot be watched on other sites than YouTube. Allow embedding in YouTube Studio, or attach the file."
)
_PRIVATE: Final = N_(
    "“%(title)s” is private on YouTube, so nobody can watch it here. Make it public or unlisted there, or attach the file."
)


def take(ports: Ports, platform: LivePlatform, claim: VideoClaim, *, incomplete: Message | None) -> None:
    """Look for its captions, and make the recording; the pipeline does the rest. `incomplete` says what is missing of it."""
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        remote_id, language, failures, ours = row.remote_id, videos.language_of(row), row.attempts, is_ours(row)
    found = find_text(platform, remote_id, language=language, failures=failures) if ours else Found(never=True)
    reach("archive.asked")
    with ports.database.transaction() as db:
        now = ports.clock()
        held = videos.held(db, claim, now=now)
        if held is None:
            return
        closed = Told.of(held).privacy == Privacy.PRIVATE
        download = ports.settings.youtube_download and ours and not closed
        recording = videos.pull(db, held, found.text, download=download, now=now)
        held.state, held.attempts, held.error = VideoState.PULLED, 0, None
        note_found(held, found, ports)
        if (amiss := incomplete or _not_shown(held, download=download)) is not None:
            held.error = amiss.as_json()
            if held.session_id is not None:
                tell_editors(db, held, amiss, ports)
        db.flush()
        videos.give_back(held, due_at=next_due(db, held, ports))
        videos.note_ready(db, recording, now=now)
        reach("archive.storing")
    log.info("video taken in", video=remote_id)
    if not download:
        keep_poster(ports, claim.id)


def _not_shown(row: PlatformVideo, *, download: bool) -> Message | None:
    """Why our pages cannot play the video from the platform; None where they can, or have the file themselves."""
    told, recording = Told.of(row), row.recording
    if download or recording is None or videos.is_attached(recording):
        return None
    text = _PRIVATE if told.privacy == Privacy.PRIVATE else None if told.embeddable else _NOT_EMBEDDED
    return Message(text, {"title": recording.title}) if text else None

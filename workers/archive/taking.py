"""A video that is whole becomes a recording."""

import structlog

from helpcenter.errors import Message
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
        if incomplete is not None:
            held.error = incomplete.as_json()
            tell_editors(db, held, incomplete, ports)
        db.flush()
        videos.give_back(held, due_at=next_due(db, held, ports))
        videos.note_ready(db, recording, now=now)
        reach("archive.storing")
    log.info("video taken in", video=remote_id)
    if not download:
        keep_poster(ports, claim.id)

"""Looking after a video that is here: renew what was told, find its captions, follow its trims, write its chapters."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import PlatformVideo, VideoState
from helpcenter.ports import Ports
from helpcenter.services import videos
from helpcenter.services.videos import RENEW, Told, VideoClaim
from helpcenter.services.videos.publishing import CHAPTERS
from streaming import timeline
from streaming.errors import Deferred, Rejected
from streaming.platform import LivePlatform, Video
from workers.archive.faults import words
from workers.archive.telling import tell_editors
from workers.archive.texts import captions_due, find_text, note_found
from workers.archive.trims import follow_trim
from workers.failpoints import reach

log = structlog.get_logger(__name__)
SOONEST: Final = timedelta(days=1)
_GONE: Final = N_(
    "The video of “%(title)s” is not on YouTube any more, or was closed to us. Attach the recording as a file, or withdraw it."
)


def note_refresh(db: Session, row: PlatformVideo, video: Video | None, ports: Ports) -> None:
    """Keep what was told now; the row stays ours where there is something to do, and goes back where not."""
    now, looks = ports.clock(), row.looks
    if row.recording is None:  # somebody deleted it here
        videos.give_back(row, due_at=None)
        return
    videos.note_look(row, video, now=now)
    row.looks = looks  # they are those at an archive that was not whole
    if video is None:
        _note_missing(db, row, ports)
    elif not has_work(db, row, now):
        row.attempts = 0
        videos.give_back(row, due_at=next_due(db, row, ports))
    else:
        row.due_at = now


def has_work(db: Session, row: PlatformVideo, now: datetime) -> bool:
    """Whether something is to be done for a video that is here, beside renewing what was told of it."""
    return is_other_length(row) or _wants_captions(row, now) or videos.chapters_to_write(db, row) is not None


def next_due(db: Session, row: PlatformVideo, ports: Ports) -> datetime:
    """When the video is to be looked at next: at first daily, then ever more seldom, but often enough for the 30 days."""
    now = ports.clock()
    if videos.chapters_to_write(db, row) is not None:
        return now
    age = min(max(now - row.created_at, SOONEST), RENEW)
    dues = [(row.refreshed_at or now) + ports.settings.live_wait(age.total_seconds())]
    if (captions := captions_due(row)) is not None:
        dues.append(captions)
    return max(min(dues), now)


def is_other_length(row: PlatformVideo) -> bool:
    """Whether the video is longer or shorter than the recording that we know."""
    duration = Told.of(row).duration
    return bool(duration and row.pulled_duration and abs(duration - row.pulled_duration) > timeline.SAME)


def look_after(ports: Ports, platform: LivePlatform, claim: VideoClaim) -> None:
    """Do what is to be done for the video. Raises what the platform raises."""
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        if row.fence != claim.fence or row.leased_until is None:
            return
        trimmed, captions = is_other_length(row), _wants_captions(row, ports.clock())
    if trimmed:
        follow_trim(ports, platform, claim)
    elif captions:
        _look_for_captions(ports, platform, claim)
    _write_chapters(ports, platform, claim)
    with ports.database.transaction() as db:
        held = videos.held(db, claim, now=ports.clock())
        if held is not None and held.leased_until is not None and held.due_at is not None:
            if held.due_at > ports.clock():  # put off on the way
                videos.give_back(held, due_at=held.due_at)
            else:
                held.attempts = 0
                videos.give_back(held, due_at=next_due(db, held, ports))


def _wants_captions(row: PlatformVideo, now: datetime) -> bool:
    due = captions_due(row)
    return due is not None and due <= now


def _note_missing(db: Session, row: PlatformVideo, ports: Ports) -> None:
    now, since = ports.clock(), Told.of(row).missing_since
    apart = ports.settings.live_wait(timeline.APART)
    if since is None or now - since < apart:
        videos.give_back(row, due_at=now + apart)
        return
    assert row.recording is not None
    row.state = VideoState.GONE
    why = Message(_GONE, {"title": row.recording.title})
    row.error = why.as_json()
    videos.give_back(row, due_at=None)
    if row.recording.version is None or row.recording.version.play_key is None:
        tell_editors(db, row, why, ports)


def _look_for_captions(ports: Ports, platform: LivePlatform, claim: VideoClaim) -> None:
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        remote_id, language, failures = row.remote_id, videos.language_of(row), row.attempts
    found = find_text(platform, remote_id, language=language, failures=failures)
    with ports.database.transaction() as db:
        held = videos.held(db, claim, now=ports.clock())
        if held is None or held.recording is None:
            return
        held.error = None
        note_found(held, found, ports)
        text = videos.placed(db, held, held.recording, found.text) if found.text else None
        if text is not None:
            videos.keep_text(db, held.recording, text, now=ports.clock())


def _write_chapters(ports: Ports, platform: LivePlatform, claim: VideoClaim) -> None:
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        wanted, remote_id = videos.chapters_to_write(db, row), row.remote_id
    if wanted is None:
        return
    lines, mark = wanted
    video, refusal = None, None
    try:
        video = platform.update_description(remote_id, lines)
    except Deferred:
        raise
    except Rejected as error:
        refusal = words(error)
    reach("chapters.asked")
    with ports.database.transaction() as db:
        held = videos.held(db, claim, now=ports.clock())
        if held is None:
            return
        # Also where it was refused: the same words would be refused again.
        held.written = {**held.written, CHAPTERS: mark}
        held.error = refusal.as_json() if refusal else held.error
        if video is not None:
            looks = held.looks
            videos.note_look(held, video, now=ports.clock())
            held.looks = looks
        reach("chapters.storing")
    log.info("chapters written", video=remote_id, refused=refusal is not None)

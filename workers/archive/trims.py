"""A video that became shorter or longer on the platform: what we know of its recording moves along, or is flagged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.captions import Cue
from helpcenter.errors import N_, Message
from helpcenter.models import CueRow, PlatformVideo, Recording, Transcript
from helpcenter.ports import Ports
from helpcenter.services import recordings, videos
from helpcenter.services.videos import ACTUAL_START, BY_TEXT, Told, VideoClaim
from streaming import timeline
from streaming.platform import LivePlatform
from streaming.timeline import Kept, Line
from workers.archive.telling import tell_editors
from workers.archive.texts import Found, find_text, is_ours, note_found
from workers.failpoints import reach

log = structlog.get_logger(__name__)
STALE_LOOKS: Final = 6
GROWN: Final = "grown"
_BUSY: Final = 60  # seconds until the pipeline is asked again whether it is done
_UNSURE: Final = N_(
    "“%(title)s” was changed on YouTube from %(before)s to %(after)s minutes, and it cannot be told where. "
    "Please look at its chapters and clips: they may be shifted."
)
_CUT: Final = N_(
    "“%(title)s” was shortened on YouTube. Of its clips and edited chapters, %(lost)d were in what was cut out, and %(shortened)d "
    "were shortened by it. Please look at them."
)


def follow_trim(ports: Ports, platform: LivePlatform, claim: VideoClaim) -> None:
    """Make the recording's next version. Raises what the platform raises."""
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, claim.id)
        recording = row.recording
        if recording is None or videos.is_attached(recording):
            found, busy = Found(), False
        else:
            busy = not recordings.settled(db, recording.id)
            found = Found(never=True)
        remote_id, language, failures = row.remote_id, videos.language_of(row), row.attempts
        ask = recording is not None and not busy and not videos.is_attached(recording) and is_ours(row)
    if ask:
        found = find_text(platform, remote_id, language=language, failures=failures)
    reach("trim.asked")
    with ports.database.transaction() as db:
        held = videos.held(db, claim, now=ports.clock())
        if held is not None:
            _store(db, ports, held, found)
        reach("trim.storing")


def _store(db: Session, ports: Ports, row: PlatformVideo, found: Found) -> None:
    now, recording, told = ports.clock(), row.recording, Told.of(row)
    assert told.duration is not None
    if recording is None or videos.is_attached(recording):
        row.pulled_duration = told.duration  # what plays here is our own file
        return
    wait = _wait(db, ports, row, recording, found, told.duration)
    if wait is not None:
        row.due_at = wait
        row.error = found.why.as_json() if found.until and found.why else row.error
        return
    kept, method = _kept(db, recording, found, told)
    before, row.pulled_duration, row.attempts = row.pulled_duration, told.duration, 0
    moved = videos.retime(db, recording, kept, method=method, duration=told.duration, now=now)
    row.error = None
    note_found(row, found, ports)
    if found.text is not None and not _corrected(db, recording):
        videos.keep_text(db, recording, found.text, now=now)
    why = None
    if kept is None:
        lengths = {"before": round((before or 0) / 60, 1), "after": round(told.duration / 60, 1)}
        why = Message(_UNSURE, {"title": recording.title, **lengths})
    elif moved.lost or moved.shortened:
        why = Message(_CUT, {"title": recording.title, "lost": moved.lost, "shortened": moved.shortened})
    if why is not None:
        row.error = why.as_json()
        tell_editors(db, row, why, ports)
    log.info("recording retimed", video=row.remote_id, method=method, moved=kept is not None)


def _wait(
    db: Session, ports: Ports, row: PlatformVideo, recording: Recording, found: Found, duration: float
) -> datetime | None:
    """Until when to wait: for the pipeline, for the quota, for captions that are still those of the old length."""
    now = ports.clock()
    if found.until is not None:
        return found.until
    if not recordings.settled(db, recording.id):
        return now + ports.settings.live_wait(_BUSY)
    if _is_stale(found, duration) and row.attempts < STALE_LOOKS:
        row.attempts += 1
        return now + ports.settings.live_wait(timeline.pause_after(row.attempts + 3))
    return None


def _is_stale(found: Found, duration: float) -> bool:
    cues = found.text.cues if found.text else ()
    return bool(cues) and cues[-1].end > duration + timeline.SAME


def _kept(db: Session, recording: Recording, found: Found, told: Told) -> tuple[list[Kept] | None, str]:
    """What of the present version is in the new one, and how that was found out."""
    version = recording.version
    assert version is not None
    assert told.duration is not None
    old, new = version.duration or 0.0, told.duration
    if found.text is not None and not _is_stale(found, new):
        before = _lines(recordings.cues_of(db, recordings.main_transcript(db, recording)))
        kept = timeline.stretches(before, _lines(found.text.cues), old_duration=old, new_duration=new)
        if kept is not None:
            return kept, BY_TEXT
    if told.actual_start is not None and version.t0_method == ACTUAL_START:
        kept = timeline.after_start_moved(version.t0, told.actual_start, old_duration=old, new_duration=new)
        if kept is not None:
            return kept, ACTUAL_START
    return timeline.after_growth(old_duration=old, new_duration=new), GROWN


def _lines(cues: Sequence[Cue]) -> list[Line]:
    return [Line(cue.start, cue.end, cue.text) for cue in cues]


def _corrected(db: Session, recording: Recording) -> bool:
    """Whether a person corrected the text: then it moved along, and no other takes its place."""
    corrected = (
        select(CueRow.id)
        .join(Transcript, Transcript.id == CueRow.transcript_id)
        .where(Transcript.recording_id == recording.id, CueRow.edited)
    )
    return db.scalars(corrected.limit(1)).first() is not None

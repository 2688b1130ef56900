"""When second 0 of a recording was, how we know, and how a video on the platform and a file of our own lie to each other."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.captions import Cue
from helpcenter.models import PlatformVideo, Recording
from helpcenter.services.broadcasts.wanting import of_session
from helpcenter.services.videos.captions import Text
from helpcenter.services.videos.told import Told, live_length
from streaming.timeline import tolerance

ACTUAL_START: Final = "actualStartTime"
PUBLISHED: Final = "publishedAt"
BUTTON: Final = "host's button"
ASSUMED: Final = "assumed"
ATTACHED: Final = "attached"
BY_TEXT: Final = "caption text"
UNSURE: Final = "unsure"


def zero_of(db: Session, row: PlatformVideo) -> tuple[datetime | None, str]:
    """When second 0 of the video was, as it came from the broadcast, and how we know."""
    session, told = row.session, Told.of(row)
    broadcast = of_session(db, session) if session else None
    start = (broadcast.actual_start if broadcast else None) or told.actual_start
    if start is not None:
        return start, ACTUAL_START
    if session is not None and session.live_at is not None:
        return session.live_at, BUTTON
    return (told.published_at, PUBLISHED) if told.published_at else (None, ASSUMED)


def is_attached(recording: Recording) -> bool:
    """Whether what plays is our own file: then what is done to the video on the platform moves nothing here."""
    return recording.version is not None and recording.version.t0_method == ATTACHED


def video_zero(db: Session, row: PlatformVideo) -> datetime | None:
    """When second 0 of the video on the platform is, beside a file of our own; None where it was trimmed there."""
    duration, expected = Told.of(row).duration, live_length(db, row)
    whole = duration is not None and expected is not None and abs(duration - expected) <= tolerance(expected)
    return zero_of(db, row)[0] if whole else None


def placed(db: Session, row: PlatformVideo, recording: Recording, text: Text) -> Text | None:
    """The video's text in the times of what plays here; None where nobody knows how the two lie to each other."""
    version = recording.version
    if version is None or not is_attached(recording):
        return text
    zero = video_zero(db, row)
    if zero is None:
        return None
    later = (zero - version.t0).total_seconds()
    moved = [Cue(max(0.0, cue.start + later), cue.end + later, cue.text, cue.speaker) for cue in text.cues]
    return replace(text, cues=[cue for cue in moved if cue.end > 0])


def in_video(db: Session, row: PlatformVideo, recording: Recording, seconds: float) -> float | None:
    """The second of the video that is this second of the recording; None where nobody knows."""
    version = recording.version
    if version is None or not is_attached(recording):
        return seconds
    zero = video_zero(db, row)
    return None if zero is None else (version.instant(seconds) - zero) / timedelta(seconds=1)

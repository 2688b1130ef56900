"""How well picture and sound arrive, told from the segments that were made of them."""

from datetime import datetime, timedelta
from typing import Final

from streaming.local.archive import Archive
from streaming.local.takes import Take
from streaming.platform import Health, HealthIssue, StreamHealth, StreamStatus

LATE: Final = timedelta(seconds=12)
"""A segment is at most some seconds long; where none has ended for longer, nothing arrives."""
LONG: Final = 4.5
"""Seconds; whoever watches waits for as long as a segment lasts."""
_NEWEST: Final = 5


def health_of(archive: Archive, *, now: datetime) -> StreamHealth:
    """What arrives in the archive."""
    take = archive.current(now)
    segments = list(take.segments())[-_NEWEST:] if take else []
    if take is None or not segments or now - segments[-1].end > LATE:
        told = [HealthIssue(take.problem, "error")] if take and take.problem else []
        return StreamHealth(StreamStatus.INACTIVE, Health.NO_DATA, tuple(told))
    issues = _issues(take, max(one.duration for one in segments))
    bad = any(issue.severity == "error" for issue in issues)
    return StreamHealth(StreamStatus.ACTIVE, Health.BAD if bad else Health.GOOD, tuple(issues))


def _issues(take: Take, longest: float) -> list[HealthIssue]:
    found = []
    if "audio" not in take.tracks:
        found.append(HealthIssue("noAudioStream", "error"))
    if "video" not in take.tracks:
        found.append(HealthIssue("noVideoStream", "error"))
    if longest > LONG:
        found.append(HealthIssue("gopSizeLong", "warning"))
    return found

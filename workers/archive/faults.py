"""When the platform does not do what it was asked: who waits until when, and what is said about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy.orm import Session

from helpcenter.errors import N_, HelpCenterError, Message
from helpcenter.models import Channel
from helpcenter.ports import Ports
from helpcenter.services import channels, videos
from helpcenter.services.videos import VideoClaim
from streaming.errors import Deferred, PlatformError, ReauthNeeded, Rejected, Retryable

log = structlog.get_logger(__name__)

PAUSES: Final = (15, 60, 300, 900, 3600)
"""Seconds until the next try, by the number of tries that failed in a row; the last one goes on."""
QUOTA: Final = N_("YouTube's quota for today is used up. It goes on at %(until)s UTC, by itself.")
_UNREACHABLE: Final = N_("YouTube does not answer as it should. It is tried again by itself.")
_REFUSED: Final = N_("YouTube refuses this: %(reason)s. It is tried again in an hour.")
_REVOKED: Final = N_("The channel has to be connected again first.")
HANDLED: Final = (PlatformError, HelpCenterError)


class Waiting(Protocol):
    """A row that can be put off."""

    attempts: int
    due_at: datetime | None
    leased_until: datetime | None
    error: dict[str, object] | None


def put_off(row: Waiting, error: Exception, ports: Ports) -> None:
    """Let the row go, to be looked at when the fault may be over, and say why."""
    now = ports.clock()
    row.attempts += 1
    row.leased_until = None
    row.due_at = now + _pause(row.attempts, error, ports)
    if isinstance(error, Deferred):
        row.due_at, row.attempts = max(error.until, now), 0
    row.error = words(error).as_json()
    log.warning("platform did not do it", error=str(error), due=str(row.due_at))


def words(error: Exception) -> Message:
    """The fault in words for a person."""
    if isinstance(error, Deferred):
        return Message(QUOTA, {"until": f"{error.until:%Y-%m-%d %H:%M}"})
    if isinstance(error, ReauthNeeded):
        return Message(_REVOKED)
    if isinstance(error, Rejected):
        return Message(_REFUSED, {"reason": error.reason or str(error)})
    return error.message if isinstance(error, HelpCenterError) else Message(_UNREACHABLE)


def put_off_all(ports: Ports, claims: Sequence[VideoClaim], error: Exception, *, connection: tuple[int, int]) -> None:
    """Put off every video of the claims; `connection` is the channel's id and how often it had been connected."""
    with ports.database.transaction() as db:
        for claim in claims:
            if (row := videos.held(db, claim, now=ports.clock())) is not None:
                put_off(row, error, ports)
        db.flush()
        note_revoked(db, error, ports, connection)


def note_revoked(db: Session, error: Exception, ports: Ports, connection: tuple[int, int]) -> None:
    """Where the fault is that the authorisation has ended, stop all the channel's jobs; the admins hear of it once."""
    channel = db.get(Channel, connection[0]) if isinstance(error, ReauthNeeded) else None
    if channel is not None:
        channels.mark_revoked(db, channel, why=str(error), now=ports.clock(), connection=connection[1])


def _pause(attempts: int, error: Exception, ports: Ports) -> timedelta:
    seconds = PAUSES[min(attempts, len(PAUSES)) - 1]
    if isinstance(error, Rejected | HelpCenterError):
        seconds = PAUSES[-1]
    wait = ports.settings.live_wait(seconds)
    return max(wait, timedelta(seconds=error.after)) if isinstance(error, Retryable) else wait

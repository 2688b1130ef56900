"""What the host commands. With a channel a worker does it, and the session's state follows; without, it follows at once."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import LiveSession, LiveSessionState, User
from helpcenter.services import broadcasts
from helpcenter.services.console.answering import close
from helpcenter.services.sessions.states import AHEAD, move
from helpcenter.settings import Settings
from streaming.platform import BroadcastStatus

TAIL: Final = 30.0
"""Seconds between the host's word and the broadcast's end, so that the last sentence reaches everybody. Half a minute
of the end is missing where a broadcast ends at once."""
_S = LiveSessionState
_NOT_AHEAD = N_("Only a session that is scheduled can begin.")
_NOT_LIVE = N_("This session is not live.")
_LIVE = N_("This session is live already: somebody else has begun it.")
_ENDED = N_("This session has ended already.")
_CANCELLED = N_("This session has been cancelled in the meantime.")


def rehearse(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Try picture and sound without an audience, as soon as they arrive. Raises Conflict."""
    if session.state is not _S.SCHEDULED:
        raise _not_ahead(session)
    if broadcasts.of_session(db, session):
        broadcasts.want(db, session, BroadcastStatus.TESTING, now=now, actor=actor)
    else:
        move(db, session, _S.REHEARSING, now=now, actor=actor)


def go_live(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Begin, as soon as picture and sound arrive well. Raises Conflict."""
    if session.state not in AHEAD:
        raise _not_ahead(session)
    if broadcasts.of_session(db, session):
        broadcasts.want(db, session, BroadcastStatus.LIVE, now=now, actor=actor)
    else:
        move(db, session, _S.LIVE, now=now, actor=actor)
        session.live_at = now


def insist(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Begin with the picture that arrives, although sound or quality is not well. Raises Conflict unless it waits to begin."""
    if session.state not in AHEAD:
        raise _not_ahead(session)
    broadcasts.insist(db, session, now=now, actor=actor)


def end(db: Session, session: LiveSession, *, settings: Settings, actor: User | None, now: datetime) -> None:
    """End half a minute from now; pressed again, at once. Until then `abort` takes it back. Raises Conflict."""
    if session.state is not _S.LIVE:
        raise _not_live(session)
    broadcast = broadcasts.of_session(db, session)
    if broadcast is None:
        move(db, session, _S.ENDED, now=now, actor=actor)
        session.ended_at = now
        close(db, session, now=now)
        return
    pressed = broadcast.wanted is BroadcastStatus.COMPLETE
    end_at = now if pressed else now + settings.live_wait(TAIL)
    broadcasts.want(db, session, BroadcastStatus.COMPLETE, now=now, actor=actor, end_at=end_at)


def end_unless_ending(
    db: Session, session: LiveSession, *, settings: Settings, actor: User | None, now: datetime
) -> None:
    """End as `end` does; where a second host has just said so, that counts, and the half minute stays whole."""
    broadcast = broadcasts.of_session(db, session)
    if session.state is _S.LIVE and broadcast is not None and broadcast.wanted is BroadcastStatus.COMPLETE:
        return
    end(db, session, settings=settings, actor=actor, now=now)


def abort(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Take the last command back: an end that has not begun, waiting to go live, a rehearsal. Raises Conflict when too late."""
    broadcast = broadcasts.of_session(db, session)
    if session.state is _S.LIVE:
        if broadcast is None:
            raise Conflict(N_("A session that is live can only be ended."))
        broadcasts.want(db, session, BroadcastStatus.LIVE, now=now, actor=actor)
        return
    if session.state not in AHEAD:
        raise _not_live(session)
    if session.state is _S.REHEARSING:
        move(db, session, _S.SCHEDULED, now=now, actor=actor)
    if broadcast is not None:
        broadcasts.want(db, session, BroadcastStatus.READY, now=now, actor=actor)


def retry(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Try again what the platform refused. Raises Conflict without a broadcast."""
    broadcasts.try_again(db, session, now=now, actor=actor)


def start_over(db: Session, session: LiveSession, *, actor: User | None, now: datetime) -> None:
    """Delete a stuck or lost broadcast and make a new one. Raises Conflict."""
    broadcasts.start_over(db, session, now=now, actor=actor)


def _not_live(session: LiveSession) -> Conflict:
    if session.state is _S.CANCELLED:
        return Conflict(_CANCELLED)
    return Conflict(_ENDED if session.ended_at else _NOT_LIVE)


def _not_ahead(session: LiveSession) -> Conflict:
    if session.state in {_S.CANCELLED, _S.LIVE}:
        return Conflict(_CANCELLED if session.state is _S.CANCELLED else _LIVE)
    return Conflict(_ENDED if session.ended_at else _NOT_AHEAD)

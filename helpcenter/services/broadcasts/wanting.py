"""What people want of a broadcast: written into its row at once, done by a worker.

Each change here counts `asked` up, so that what the platform had refused is tried again.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.jobs import PROJECT_BROADCAST, defer
from helpcenter.models import AuditRow, Broadcast, LiveSession, LiveSessionState, User
from helpcenter.services.notifications import insert_once
from helpcenter.services.sessions.states import AHEAD
from streaming.platform import BroadcastStatus

_W = BroadcastStatus
FROM: Final[dict[BroadcastStatus, tuple[BroadcastStatus, ...]]] = {
    _W.READY: (_W.TESTING, _W.LIVE),
    _W.TESTING: (_W.READY,),
    _W.LIVE: (_W.READY, _W.TESTING, _W.COMPLETE),
    _W.COMPLETE: (_W.LIVE, _W.COMPLETE),
}
"""What may have been wanted before. COMPLETE again: the host does not want to wait."""
_UNDER_WAY: Final = (_W.LIVE_STARTING, _W.LIVE)
_OVER: Final = (_W.COMPLETE, _W.REVOKED)
_NOT_NOW = N_("This cannot be done now: the broadcast has gone on in the meantime. Load the page again.")
_NO_BROADCAST = N_("No channel broadcasts this session.")


def of_session(db: Session, session: LiveSession) -> Broadcast | None:
    """The broadcast that the session follows, as its row is now; None where no channel broadcasts it."""
    return _row(db, session, relay=False)


def relay_of(db: Session, session: LiveSession) -> Broadcast | None:
    """The broadcast that follows the session on a second channel, as its row is now; None where there is none."""
    return _row(db, session, relay=True)


def _row(db: Session, session: LiveSession, *, relay: bool) -> Broadcast | None:
    found = select(Broadcast).where(Broadcast.session_id == session.id, Broadcast.relay.is_(relay))
    return db.scalars(found.execution_options(populate_existing=True)).one_or_none()


def request_sync(db: Session, session: LiveSession, *, now: datetime) -> None:
    """Something about the session has changed that its broadcasts must show: a worker looks at them soon.

    Does nothing where no channel broadcasts it.
    """
    db.flush()
    for relay, channel_id in ((False, session.channel_id), (True, session.relay_channel_id)):
        if channel_id is not None and session.state in AHEAD:
            marker = f"qa-{session.public_id}{'-relay' if relay else ''}"
            values = {
                "session_id": session.id, "relay": relay, "channel_id": channel_id, "marker": marker,
                "wanted": _W.READY, "deleted": False, "renewed": False, "asked": 0, "held": {}, "written": {}, "alerts": {},
                "create_looks": 0, "insisted": False, "fence": 0, "attempts": 0,
            }  # fmt: skip
            insert_once(db, Broadcast, values)
        unwanted = channel_id is None or session.state is LiveSessionState.CANCELLED
        _ask(db, session, relay=relay, now=now, deleted=unwanted)


def carry_along(db: Session, session: LiveSession, status: BroadcastStatus, *, now: datetime) -> None:
    """The session has gone live, or has ended: so does what shows it on a second channel, as soon as it can."""
    under_way = or_(Broadcast.status.is_(None), Broadcast.status.not_in(_OVER))
    _ask(db, session, under_way & (Broadcast.wanted != status), relay=True, now=now, wanted=status, end_at=None)


def want(
    db: Session,
    session: LiveSession,
    status: BroadcastStatus,
    *,
    now: datetime,
    actor: User | None,
    end_at: datetime | None = None,
) -> None:
    """The host wants the broadcast to be READY (not to begin after all), TESTING, LIVE or COMPLETE (from `end_at` on).

    LIVE takes an end back that has not begun. Raises Conflict where the broadcast is too far for that, or there is none.
    """
    before = Broadcast.status
    too_far = {
        _W.READY: before.in_((*_UNDER_WAY, *_OVER)),
        _W.TESTING: before.in_((*_UNDER_WAY, *_OVER)),
        _W.LIVE: or_(before.in_(_OVER), (Broadcast.wanted == _W.COMPLETE) & (Broadcast.end_at <= now)),
        _W.COMPLETE: before.in_(_OVER),
    }[status]
    guard = Broadcast.wanted.in_(FROM[status]) & or_(before.is_(None), Broadcast.renewed, ~too_far)
    if not _ask(db, session, guard, now=now, wanted=status, end_at=end_at, insisted=False):
        raise Conflict(_NOT_NOW if of_session(db, session) else _NO_BROADCAST)
    _audit(db, session, f"wants {status.value}", actor, now)


def insist(db: Session, session: LiveSession, *, now: datetime, actor: User | None) -> None:
    """Go live although what arrives is bad, once a picture arrives at all. Raises Conflict unless it waits to go live."""
    waiting = (Broadcast.wanted == _W.LIVE) & or_(
        Broadcast.status.is_(None), Broadcast.status.not_in((*_UNDER_WAY, *_OVER))
    )
    if not _ask(db, session, waiting, now=now, insisted=True):
        raise Conflict(_NOT_NOW if of_session(db, session) else _NO_BROADCAST)
    _audit(db, session, "insists on going live", actor, now)


def try_again(db: Session, session: LiveSession, *, now: datetime, actor: User | None) -> None:
    """Try what the platform had refused once more, because a person has done something about it. Raises Conflict."""
    if not _ask(db, session, now=now):
        raise Conflict(_NO_BROADCAST)
    _audit(db, session, "try broadcast again", actor, now)


def start_over(db: Session, session: LiveSession, *, now: datetime, actor: User | None) -> None:
    """Delete the broadcast and make a new one, because it is stuck or lost. Raises Conflict where it runs or is wanted no more."""
    usable = Broadcast.deleted.is_(False) & or_(Broadcast.status.is_(None), Broadcast.status != _W.LIVE)
    allowed = session.state in AHEAD | {LiveSessionState.LIVE}
    if not allowed or not _ask(db, session, usable, now=now, renewed=True):
        raise Conflict(_NOT_NOW)
    _audit(db, session, "make broadcast anew", actor, now)


def _ask(
    db: Session,
    session: LiveSession,
    guard: Any = True,  # noqa: FBT002 -- a condition in SQL
    *,
    now: datetime,
    relay: bool = False,
    **values: Any,
) -> bool:
    wish = update(Broadcast).where(Broadcast.session_id == session.id, Broadcast.relay.is_(relay), guard)
    return _ring(db, wish.values(asked=Broadcast.asked + 1, due_at=now, error=None, **values))


def _ring(db: Session, wish: Any) -> bool:
    found = db.scalar(wish.returning(Broadcast.id).execution_options(synchronize_session=False))
    if found is not None:
        defer(db, PROJECT_BROADCAST, found)
    return found is not None


def _audit(db: Session, session: LiveSession, action: str, actor: User | None, now: datetime) -> None:
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action=action, kind="live session", thing_id=session.id, detail={}))

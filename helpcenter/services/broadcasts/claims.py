"""Who works on a broadcast's row: claimed with a lease and a fence, stored under that fence.

While it is claimed, `due_at` is None until somebody asks for something; `store` keeps that. So no wish is lost that comes
between a worker's reading and its writing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.jobs import PROJECT_BROADCAST, defer
from helpcenter.models import Broadcast, LiveSession

LEASE: Final = timedelta(seconds=45)
"""Longer than what a step asks of the platform takes as a rule. One that takes longer is done twice, which does no harm."""
LONG_LEASE: Final = timedelta(seconds=75)
"""Surely longer than a request that makes something, which is never made twice."""
AT_ONCE: Final = 100


class NotOursAnyMore(Conflict):
    """Another worker has taken this broadcast over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the next thing with one broadcast."""

    broadcast_id: int
    fence: int


def due(db: Session, *, now: datetime) -> list[int]:
    """Broadcasts with which something is to be done now, or that a worker left behind, the longest waiting first."""
    found = select(Broadcast.id).where(_claimable(now)).order_by(Broadcast.due_at, Broadcast.id)
    return list(db.scalars(found.limit(AT_ONCE)))


def claim(db: Session, broadcast_id: int, *, now: datetime) -> Claim | None:
    """The broadcast, ours for LEASE; None where nothing is to be done now, or another worker was faster."""
    taken = (
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, _claimable(now))
        .values(fence=Broadcast.fence + 1, leased_until=now + LEASE, due_at=None, attempts=Broadcast.attempts + 1)
    )
    fence = db.scalar(taken.returning(Broadcast.fence).execution_options(synchronize_session=False))
    return None if fence is None else Claim(broadcast_id, fence)


def load(db: Session, claim: Claim) -> Broadcast:
    """The claimed row as it is now. Raises NotOursAnyMore."""
    held = select(Broadcast).where(Broadcast.id == claim.broadcast_id, Broadcast.fence == claim.fence)
    row = db.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotOursAnyMore
    return row


def lock(db: Session, claim: Claim) -> Broadcast:
    """The claimed row, which nobody changes until the transaction's end. Raises NotOursAnyMore.

    Its session is locked first, as everybody does who changes both.
    """
    of = select(Broadcast.session_id).where(Broadcast.id == claim.broadcast_id).scalar_subquery()
    session = select(LiveSession).where(LiveSession.id == of)
    # Not against rows that refer to it: whoever sets a mark meanwhile holds the session's pulse, for which we may wait later.
    db.scalars(session.with_for_update(key_share=True).execution_options(populate_existing=True)).one_or_none()
    db.execute(select(Broadcast.id).where(Broadcast.id == claim.broadcast_id).with_for_update())
    return load(db, claim)


def note(db: Session, claim: Claim, *, now: datetime, **values: Any) -> None:
    """Write down what is about to be asked for, and keep the row for LONG_LEASE. Raises NotOursAnyMore."""
    _write(db, claim, {"leased_until": now + LONG_LEASE, **values})


def store(db: Session, claim: Claim, values: Mapping[str, Any]) -> None:
    """Keep what came of it; the row stays ours. Raises NotOursAnyMore."""
    _write(db, claim, values)


def release(db: Session, claim: Claim, *, due_at: datetime | None, now: datetime) -> None:
    """Give the row back, due again then, or when somebody asked for meanwhile; call it after `lock`. Raises NotOursAnyMore."""
    asked_for = db.scalar(select(Broadcast.due_at).where(Broadcast.id == claim.broadcast_id))
    due_at = asked_for or due_at
    _write(db, claim, {"leased_until": None, "attempts": 0, "due_at": due_at})
    if due_at is not None and due_at <= now:
        defer(db, PROJECT_BROADCAST, claim.broadcast_id)


def _write(db: Session, claim: Claim, values: Mapping[str, Any]) -> None:
    held = update(Broadcast).where(Broadcast.id == claim.broadcast_id, Broadcast.fence == claim.fence)
    written = held.values(**values).returning(Broadcast.id).execution_options(synchronize_session=False)
    if db.execute(written).first() is None:
        raise NotOursAnyMore


def _claimable(now: datetime) -> ColumnElement[bool]:
    free = and_(Broadcast.leased_until.is_(None), Broadcast.due_at <= now)
    return or_(free, Broadcast.leased_until <= now)

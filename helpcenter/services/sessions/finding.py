"""Live sessions by their address, alone or together with those that follow in their series."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import NotFound
from helpcenter.models import LiveSession, LiveSessionState


def find(db: Session, public_id: str) -> LiveSession:
    """The session with this public id. Raises NotFound."""
    found = db.scalar(select(LiveSession).where(LiveSession.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def in_states(db: Session, states: Collection[LiveSessionState]) -> list[LiveSession]:
    """The sessions in these states, in order of time."""
    wanted = select(LiveSession).where(LiveSession.state.in_(states)).options(selectinload(LiveSession.recording))
    return list(db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id)))


def hold(
    db: Session, session: LiveSession, states: Collection[LiveSessionState], *, following: bool
) -> list[LiveSession]:
    """The session as its row is now, and where wanted those of its series in these states that begin later, in order.

    They are held until this transaction ends, so that nobody moves them on meanwhile.
    """
    db.flush()
    held = [_fresh(db, session.id)]
    if following and held[0].series_id is not None:
        later = (
            select(LiveSession.id)
            .where(LiveSession.series_id == session.series_id, LiveSession.id != session.id)
            .where(LiveSession.starts_at >= session.starts_at, LiveSession.state.in_(states))
            .order_by(LiveSession.starts_at, LiveSession.id)
        )
        held += [_fresh(db, row_id) for row_id in db.scalars(later).all()]
    return [row for row in held if row.id == session.id or row.state in states]


def _fresh(db: Session, row_id: int) -> LiveSession:
    wanted = select(LiveSession).where(LiveSession.id == row_id).with_for_update()
    row = db.scalars(wanted.execution_options(populate_existing=True)).one()
    db.expire(row, ["hosts", "topics", "date_options"])
    return row

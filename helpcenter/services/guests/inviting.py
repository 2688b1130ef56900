"""Links for guests. The link's secret is shown once and kept as its fingerprint; it works as long as the session is open."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, NotFound
from helpcenter.models import Guest, GuestState, LiveSession, LiveSessionState
from helpcenter.tokens import fingerprint, new_token

OPEN: Final = frozenset({LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING, LiveSessionState.LIVE})
"""States of a session in which guests may come."""
MOST_LINKS: Final = 20
NO_LINK: Final = N_("This link leads nowhere. Ask the host for a new one.")


def invite(db: Session, session: LiveSession, *, now: datetime) -> tuple[Guest, str]:
    """A new guest without a name, and the secret of his link. Raises Conflict when the session is over or has too many."""
    if session.state not in OPEN:
        raise Conflict(N_("This session is over, so nobody can join it any more."))
    held = select(LiveSession.id).where(LiveSession.id == session.id).with_for_update()
    db.execute(held)
    links = select(func.count(Guest.id)).where(Guest.session_id == session.id, Guest.state != GuestState.REMOVED)
    if (db.scalar(links) or 0) >= MOST_LINKS:
        raise Conflict(N_("There are %(most)s links already. Remove one that is not needed first."), most=MOST_LINKS)
    token = new_token()
    guest = Guest(session_id=session.id, token_hash=fingerprint(token), created_at=now)
    db.add(guest)
    db.flush()
    return guest, token


def by_token(db: Session, session_id: str, token: str) -> Guest:
    """The guest of this link. Raises NotFound, the same for a wrong session and a wrong secret."""
    wanted = select(Guest).join(Guest.session).where(Guest.token_hash == fingerprint(token))
    guest = db.scalars(wanted.where(LiveSession.public_id == session_id)).one_or_none()
    if guest is None:
        raise NotFound(NO_LINK)
    return guest


def of_session(db: Session, session: LiveSession) -> list[Guest]:
    """Everybody with a link that works, in the order of invitation."""
    wanted = select(Guest).where(Guest.session_id == session.id, Guest.state != GuestState.REMOVED)
    return list(db.scalars(wanted.order_by(Guest.id)))


def one_of(db: Session, session: LiveSession, public_id: str) -> Guest:
    """One guest of this session. Raises NotFound."""
    wanted = select(Guest).where(Guest.session_id == session.id, Guest.public_id == public_id)
    guest = db.scalars(wanted).one_or_none()
    if guest is None:
        raise NotFound
    return guest

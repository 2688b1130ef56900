"""The two halves of a WebRTC handshake, which guest and host leave here for each other.

The guest's browser offers, the host's answers. Each knock and each reconnection is another round: so of two windows of one guest,
only that in which he knocked last goes on. Both halves come whole, with all candidates.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Guest, GuestState, LiveSession
from helpcenter.services.guests.inviting import OPEN
from helpcenter.services.guests.joining import check_open
from helpcenter.services.guests.states import NO_HANDSHAKE

SEEN_EVERY: Final = timedelta(seconds=5)
_LONGEST: Final = 64 * 1024


def hear(guest: Guest, *, now: datetime) -> None:
    """He gives a sign of life; noted every few seconds, since his page asks more often than that."""
    if guest.seen_at is None or now - guest.seen_at >= SEEN_EVERY:
        guest.seen_at = now


def offer(db: Session, guest: Guest, sdp: str, *, after: int, now: datetime) -> int:
    """Keep the guest's half, and return the number of its round, which is the one `after` the last that he knows of.

    Raises Conflict unless he is in, and where another window of his has begun a round since; InvalidInput.
    """
    check_open(guest)
    values = {"round": after + 1, "offer": _checked(sdp), "answer": None, "seen_at": now}
    inside = update(Guest).where(Guest.id == guest.id, Guest.state == GuestState.ADMITTED, Guest.round == after)
    found = db.scalar(inside.values(**values).returning(Guest.round).execution_options(synchronize_session=False))
    db.refresh(guest)
    if found is None and guest.state is GuestState.ADMITTED:
        raise Conflict(N_("You have joined in another window. This one is closed."))
    if found is None:
        raise Conflict(N_("The host has not let you in yet."))
    return found


def answer(db: Session, guest: Guest, sdp: str, *, number: int) -> None:
    """Keep the host's half of the round `number`. Raises Conflict where the guest has begun another round, InvalidInput."""
    waiting = update(Guest).where(Guest.id == guest.id, Guest.round == number, Guest.offer.is_not(None))
    kept = waiting.values(answer=_checked(sdp), offer=None).returning(Guest.id)
    if db.scalar(kept.execution_options(synchronize_session=False)) is None:
        raise Conflict(N_("The guest connects anew. It goes on by itself."))
    db.refresh(guest)


def ask_again(guest: Guest) -> None:
    """The host's browser has lost the connection (its page was loaded again): the guest is to begin another round."""
    guest.offer = guest.answer = None


def sweep(db: Session) -> int:
    """Forget the handshakes of sessions that are over, and return how many there were."""
    over = select(LiveSession.id).where(LiveSession.state.not_in(OPEN))
    left = update(Guest).where(Guest.session_id.in_(over), or_(Guest.offer.is_not(None), Guest.answer.is_not(None)))
    swept = db.scalars(left.values(**NO_HANDSHAKE).returning(Guest.id).execution_options(synchronize_session=False))
    return len(swept.all())


def _checked(sdp: str) -> str:
    if len(sdp) > _LONGEST or not sdp.startswith("v=0") or "\0" in sdp:
        raise InvalidInput(N_("This is not how a browser describes a connection."))
    return sdp

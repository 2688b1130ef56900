"""How a guest comes to the door, is let in, and goes."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Guest, GuestState, LiveSession
from helpcenter.services.guests.inviting import OPEN
from helpcenter.services.guests.states import NO_HANDSHAKE, TRANSITIONS, move

MOST: Final = 3
"""Guests at once: the host's browser draws and mixes them all."""
AWAY: Final = timedelta(seconds=60)
"""Who gave no sign of life for longer has to knock again, and takes nobody's place."""
_NAME: Final = 60
_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
OVER: Final = N_("This session is over. Thank you for coming.")
OUT: Final = N_("The host has ended your part in this session.")


def knock(db: Session, guest: Guest, *, name: str, agreed: bool, now: datetime) -> None:
    """The guest is at the door, in a round of its own; who is in and only loaded his page again stays in, under his name alone.

    Without `agreed`, his word that he may be recorded, he does not come that far. Raises InvalidInput, Conflict.
    """
    check_open(guest)
    name = clean_name(name)
    if not agreed:
        raise InvalidInput(
            N_("Without your consent to the recording you cannot join. You can still watch the session.")
        )
    values = {"name": name, "agreed_at": now, "seen_at": now, "round": guest.round + 1}
    stays = guest.state is GuestState.KNOCKING or (guest.state is GuestState.ADMITTED and guest.name == name)
    if stays and not is_away(guest, now):
        for field, value in (NO_HANDSHAKE | values).items():
            setattr(guest, field, value)
    else:
        move(db, guest, GuestState.KNOCKING, **values)


def admit(db: Session, session: LiveSession, guest: Guest, *, now: datetime) -> None:
    """Let him in. Raises Conflict where he does not knock, or enough are in."""
    check_open(guest)
    db.execute(select(LiveSession.id).where(LiveSession.id == session.id).with_for_update())
    _let_the_absent_go(db, session, now=now)
    inside = select(func.count(Guest.id)).where(Guest.session_id == session.id, Guest.state == GuestState.ADMITTED)
    if (db.scalar(inside) or 0) >= MOST:
        raise Conflict(N_("At most %(most)s guests are in at once. Let one go first."), most=MOST)
    move(db, guest, GuestState.ADMITTED)


def remove(db: Session, guest: Guest) -> None:
    """Send him out, or take his link back: it works no more."""
    if guest.state is not GuestState.REMOVED:
        move(db, guest, GuestState.REMOVED)


def leave(db: Session, guest: Guest) -> None:
    """He goes by himself, and may knock again."""
    if GuestState.LEFT in TRANSITIONS[guest.state]:
        move(db, guest, GuestState.LEFT)


def is_away(guest: Guest, now: datetime) -> bool:
    """Whether he has given no sign of life for a while."""
    return guest.seen_at is None or now - guest.seen_at > AWAY


def check_open(guest: Guest) -> None:
    """Raise Conflict where the session takes no guests, or not this one."""
    if guest.session.state not in OPEN:
        raise Conflict(OVER)
    if guest.state is GuestState.REMOVED:
        raise Conflict(OUT)


def clean_name(name: str) -> str:
    """The name as it is shown in the picture, without signs that turn or hide what stands beside it. Raises InvalidInput."""
    kept = (" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in name if sign not in _TURNS)
    clean = " ".join("".join(kept).split())
    if not clean or len(clean) > _NAME:
        raise InvalidInput(N_("Please say your name, in at most %(most)s letters."), most=_NAME)
    return clean


def _let_the_absent_go(db: Session, session: LiveSession, *, now: datetime) -> None:
    gone = update(Guest).where(
        Guest.session_id == session.id, Guest.state == GuestState.ADMITTED, Guest.seen_at < now - AWAY
    )
    db.execute(gone.values(state=GuestState.LEFT, **NO_HANDSHAKE).execution_options(synchronize_session="fetch"))

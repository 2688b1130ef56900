"""What can become of a guest."""

from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import Guest, GuestState

_S = GuestState
TRANSITIONS: Final[dict[GuestState, frozenset[GuestState]]] = {
    _S.INVITED: frozenset({_S.KNOCKING, _S.REMOVED}),
    _S.KNOCKING: frozenset({_S.ADMITTED, _S.LEFT, _S.REMOVED}),
    _S.ADMITTED: frozenset({_S.KNOCKING, _S.LEFT, _S.REMOVED}),
    _S.LEFT: frozenset({_S.KNOCKING, _S.REMOVED}),
    _S.REMOVED: frozenset(),
}
"""ADMITTED to KNOCKING: he was away for so long that the host is to look who is there."""
NO_HANDSHAKE: Final[dict[str, Any]] = {"offer": None, "answer": None}
"""Descriptions of a connection hold network addresses, so they stay no longer than the connection."""


def move(db: Session, guest: Guest, to: GuestState, **values: Any) -> None:
    """Bring the guest into a state that his present one allows; his old connection is over. Raises Conflict."""
    db.flush()
    allowed = [state for state, following in TRANSITIONS.items() if to in following]
    guarded = update(Guest).where(Guest.id == guest.id, Guest.state.in_(allowed))
    guarded = guarded.values(state=to, **NO_HANDSHAKE, **values).returning(Guest.id)
    if db.execute(guarded.execution_options(synchronize_session=False)).first() is None:
        raise Conflict(N_("The guest has come or gone in the meantime. Look again."))
    db.refresh(guest)

"""Cancelling live sessions: one, or it and all that follow in its series."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import LiveSession, LiveSessionState, User
from helpcenter.services.sessions.changes import spread
from helpcenter.services.sessions.clashes import one_at_a_time
from helpcenter.services.sessions.finding import hold
from helpcenter.services.sessions.states import AHEAD, move

CANCELLABLE: Final = AHEAD | {LiveSessionState.DRAFT}
LONGEST_REASON: Final = 1000


def cancel(
    db: Session, session: LiveSession, *, reason: str, following: bool = False, actor: User | None, now: datetime
) -> list[LiveSession]:
    """Call the session off, and where wanted all that follow in its series; the result is what was called off, in order.

    `reason` is shown and mailed to everybody who subscribed; nobody hears of a draft that only the staff saw.
    Raises InvalidInput without a reason, Conflict for a session that has begun or was cancelled already.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(N_("Please say why, so that people understand."))
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(N_("This reason is too long: %(most)s characters are possible."), most=LONGEST_REASON)
    one_at_a_time(db)
    rows = hold(db, session, CANCELLABLE, following=following)
    if session.state is LiveSessionState.LIVE:
        raise Conflict(N_("This session is live. Please end it instead."))
    if session.state is LiveSessionState.CANCELLED:
        raise Conflict(N_("This session was cancelled already."))
    if session.state not in CANCELLABLE:
        raise Conflict(N_("This session is over, so it cannot be cancelled any more."))
    announced = [row for row in rows if row.announced_at is not None]
    for row in rows:
        row.reason = reason
        row.sequence += 1
        move(db, row, LiveSessionState.CANCELLED, now=now, actor=actor)
    spread(db, announced, "cancelled", now=now)
    return rows

"""The agenda: questions in the order in which they are to be answered. It changes only when a host moves something."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import AgendaStage, DeskDeed, LiveSession, LiveSessionState, Moderation, SessionQuestion
from helpcenter.services import live
from helpcenter.services.console.deeds import Look, perform
from helpcenter.services.console.press import Press
from helpcenter.services.sessions.states import AHEAD

_PLANNED: Final = AHEAD | {LiveSessionState.LIVE}
_GONE: Final = N_("“%(title)s” is not in the agenda any more: somebody has answered it, or put it back.")
_OVER: Final = N_("The session is over, and so is its agenda. Questions that are left wait for the next one.")


def take_on(db: Session, session: LiveSession, item: SessionQuestion, press: Press) -> bool:
    """Put it at the agenda's end. A question that waited to be let in is shown by that; one that is there already stays.

    False where this press has been here before. Raises Conflict, also as all below.
    """

    def act(_: Look, press: Press) -> None:
        _check_planned(session)
        if item.stage in {AgendaStage.ANSWERING, AgendaStage.ANSWERED}:
            raise Conflict(N_("“%(title)s” is being answered, or has been."), title=item.question.title)
        live.bring(db, item, AgendaStage.OPEN, actor=press.actor, now=press.now)
        let_in(db, item, press)
        if item.place is None:
            item.place = _last(db, session) + 1

    return perform(db, session, DeskDeed.TAKE_ON, press, act, title=item.question.title)


def drop(db: Session, session: LiveSession, item: SessionQuestion, press: Press) -> bool:
    """Put it back among those that wait."""

    def act(*_: object) -> None:
        _check_planned(session)
        _must_be_there(db, session, item)
        item.place = None

    return perform(db, session, DeskDeed.DROP, press, act, title=item.question.title)


def move(db: Session, session: LiveSession, item: SessionQuestion, press: Press, *, steps: int) -> bool:
    """Move it so many places down, up where they are negative; at most to the end."""

    def act(*_: object) -> None:
        _check_planned(session)
        rows = _must_be_there(db, session, item)
        places = [row.place for row in rows]
        rows.remove(item)
        rows.insert(max(0, places.index(item.place) + steps), item)
        for row, place in zip(rows, places, strict=True):
            row.place = place

    return perform(db, session, DeskDeed.MOVE, press, act, title=item.question.title)


def agenda_of(db: Session, session: LiveSession) -> list[SessionQuestion]:
    """What is still to be answered, in order."""
    wanted = select(SessionQuestion).where(
        SessionQuestion.session_id == session.id,
        SessionQuestion.place.is_not(None),
        SessionQuestion.stage.in_((AgendaStage.OPEN, AgendaStage.ANSWERING)),
    )
    return list(db.scalars(wanted.order_by(SessionQuestion.place, SessionQuestion.id)))


def let_in(db: Session, item: SessionQuestion, press: Press) -> None:
    """Whoever takes a question up lets its audience see it."""
    if item.moderation is not Moderation.SHOWN:
        live.show(db, item, actor=press.actor, now=press.now)


def _must_be_there(db: Session, session: LiveSession, item: SessionQuestion) -> list[SessionQuestion]:
    rows = agenda_of(db, session)
    if item not in rows:
        raise Conflict(_GONE, title=item.question.title)
    return rows


def _last(db: Session, session: LiveSession) -> int:
    of_session = select(SessionQuestion.place).where(
        SessionQuestion.session_id == session.id, SessionQuestion.place.is_not(None)
    )
    return max([place for place in db.scalars(of_session) if place is not None], default=0)


def _check_planned(session: LiveSession) -> None:
    if session.state is LiveSessionState.CANCELLED:
        raise Conflict(N_("This session has been cancelled in the meantime."))
    if session.state not in _PLANNED:
        raise Conflict(_OVER)

"""What can become of a question in its session: whether the audience sees it, and where it is in the agenda."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.attributes import flag_modified

from helpcenter.errors import Conflict
from helpcenter.models import AgendaStage, AuditRow, Moderation, SessionQuestion, User

_M, _S = Moderation, AgendaStage
MODERATION: Final[dict[Moderation, frozenset[Moderation]]] = {
    _M.WAITING: frozenset({_M.SHOWN, _M.HIDDEN}),
    _M.SHOWN: frozenset({_M.HIDDEN}),
    _M.HIDDEN: frozenset({_M.SHOWN}),
}
TRANSITIONS: Final[dict[AgendaStage, frozenset[AgendaStage]]] = {
    _S.OPEN: frozenset({_S.ANSWERING, _S.ANSWERED, _S.SKIPPED}),
    _S.ANSWERING: frozenset({_S.OPEN, _S.ANSWERED, _S.SKIPPED}),
    _S.ANSWERED: frozenset({_S.OPEN, _S.ANSWERING, _S.SKIPPED}),
    _S.SKIPPED: frozenset({_S.OPEN, _S.ANSWERING, _S.ANSWERED}),
}


def moderate(db: Session, item: SessionQuestion, to: Moderation, *, actor: User | None, now: datetime) -> bool:
    """Show or hide it, and note who did; False where it is so already. Raises Conflict."""
    return _move(db, item, SessionQuestion.moderation, to, MODERATION, actor=actor, now=now)


def bring(db: Session, item: SessionQuestion, to: AgendaStage, *, actor: User | None, now: datetime) -> bool:
    """Bring it to this stage of the agenda, and note who did; False where it is there already. Raises Conflict."""
    return _move(db, item, SessionQuestion.stage, to, TRANSITIONS, actor=actor, now=now)


def _move(
    db: Session,
    item: SessionQuestion,
    column: InstrumentedAttribute[Any],
    to: StrEnum,
    allowed: dict[Any, frozenset[Any]],
    *,
    actor: User | None,
    now: datetime,
) -> bool:
    db.flush()
    before = getattr(item, column.key)
    if to is before:
        return False
    guarded = update(SessionQuestion).where(SessionQuestion.id == item.id, column == before).values({column.key: to})
    if to not in allowed[before] or db.execute(guarded.returning(SessionQuestion.id)).first() is None:
        raise Conflict
    changed(db, item, column)
    note(db, item, to.value, actor=actor, now=now)
    return True


def changed(db: Session, item: SessionQuestion, column: InstrumentedAttribute[Any]) -> None:
    """Read the row anew after an UPDATE that went past it, and let cached pages hear of it."""
    db.refresh(item)
    flag_modified(item, column.key)


def note(db: Session, item: SessionQuestion, action: str, *, actor: User | None, now: datetime, **detail: Any) -> None:
    """Write down who did what to a question of a session."""
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action=action, kind="session question", thing_id=item.id, detail=detail))

"""What can become of an answer."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.models import Answer, AnswerState, AuditRow, User

_S = AnswerState
TRANSITIONS: Final[dict[AnswerState, frozenset[AnswerState]]] = {
    _S.DRAFT: frozenset({_S.GIVEN}),
    _S.WAITING: frozenset({_S.GIVEN, _S.FAILED}),
    _S.GIVEN: frozenset({_S.FAILED}),
    _S.FAILED: frozenset(),
}


def move(db: Session, answer: Answer, to: AnswerState, *, now: datetime, actor: User | None) -> None:
    """Bring the answer into a state that its present one allows, and note who did. Raises Conflict."""
    db.flush()
    before = answer.state
    values = {"state": to, "updated_at": now} | ({"given_at": now} if to is _S.GIVEN else {})
    guarded = update(Answer).where(Answer.id == answer.id, Answer.state == before).values(values)
    if to not in TRANSITIONS[before] or db.execute(guarded.returning(Answer.id)).first() is None:
        raise Conflict
    db.refresh(answer)
    note(db, answer, to.value, now=now, actor=actor)


def note(db: Session, answer: Answer, action: str, *, now: datetime, actor: User | None) -> None:
    """Write down who did what to the answer."""
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action=action, kind="answer", thing_id=answer.id, detail={}))

"""What can become of a question; see ARCHITECTURE.md, states."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import Alarm, AuditRow, Question, QuestionState, User

_S = QuestionState
_ENDS: Final = frozenset({_S.ANSWERED, _S.MERGED, _S.DECLINED})
TRANSITIONS: Final[dict[QuestionState, frozenset[QuestionState]]] = {
    _S.NEW: frozenset({_S.ROUTED, _S.QUEUED, _S.BEING_ANSWERED}) | _ENDS,
    _S.ROUTED: frozenset({_S.NEW, _S.QUEUED, _S.BEING_ANSWERED}) | _ENDS,
    _S.QUEUED: frozenset({_S.NEW, _S.ROUTED, _S.BEING_ANSWERED}) | _ENDS,
    _S.BEING_ANSWERED: frozenset({_S.NEW, _S.ROUTED, _S.QUEUED}) | _ENDS,
    _S.ANSWERED: frozenset({_S.CONFIRMED, _S.REOPENED}),
    _S.CONFIRMED: frozenset({_S.REOPENED}),
    _S.DECLINED: frozenset({_S.REOPENED}),
    _S.MERGED: frozenset({_S.REOPENED}),
    _S.REOPENED: frozenset({_S.ROUTED, _S.QUEUED, _S.BEING_ANSWERED}) | _ENDS,
}
ANSWERED: Final = frozenset({_S.ANSWERED, _S.CONFIRMED})
"""States in which there is an answer to be read."""
CLOSED: Final = _ENDS | ANSWERED
"""States in which nobody waits for an answer any more."""
OPEN: Final = frozenset(_S) - CLOSED
"""States in which somebody has to see to it."""
FRESH: Final = {"due_at": None, "alarm_at": None, "alarm": Alarm.NONE}
"""What a change leaves of the due date: the tick finds it gone and sets the next one, so that no service needs a calendar."""


_WHILE_HELD: Final = frozenset({_S.DECLINED, _S.REOPENED, _S.NEW})


def check_let_in(question: Question) -> None:
    """Raise Conflict where a person has yet to look at the question: until then nobody is told of it, so it must not go on."""
    if question.held_for:
        raise Conflict(N_("This question is held back. Let it in first, or decline it."))


def move(db: Session, question: Question, to: QuestionState, *, now: datetime, actor: User | None) -> None:
    """Bring the question into a state that its present one allows, and note who did; its due date is open again. Raises Conflict."""
    db.flush()
    if to not in _WHILE_HELD:
        check_let_in(question)
    before = question.state
    held = Question.id == question.id, Question.state == before
    guarded = update(Question).where(*held).values(state=to, state_at=now, **FRESH)
    if to not in TRANSITIONS[before] or db.execute(guarded.returning(Question.id)).first() is None:
        raise Conflict
    # The row is ours until the end of the transaction; what this session remembers of it may be older.
    db.refresh(question)
    db.add(
        AuditRow(
            at=now,
            actor_id=actor.id if actor else None,
            action=to.value,
            kind="question",
            thing_id=question.id,
            detail={"from": before.value, "to": to.value},
        )
    )


def root_of(db: Session, question: Question) -> Question:
    """The question that this one is part of by now: itself, where it was never merged."""
    while question.merged_into_id:
        question = db.get_one(Question, question.merged_into_id)
    return question

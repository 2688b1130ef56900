"""Giving a question to the one who is to answer it; he is told, and so is the question's history."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, Message
from helpcenter.models import AuditRow, Question, QuestionState, User
from helpcenter.permissions import Action, Scope, scope
from helpcenter.services.notifications import queue_mail
from helpcenter.services.questions.states import CLOSED, FRESH, check_let_in

ASSIGN: Final = "assign"
"""The action of the audit row."""
_HAS_IT: Final = frozenset({QuestionState.ROUTED, QuestionState.QUEUED, QuestionState.BEING_ANSWERED})
"""States in which who is named by `expert_id` has taken note of it."""


def assign(
    db: Session, question: Question, expert: User, *, now: datetime, actor: User | None, reason: Message | None
) -> bool:
    """From now on the expert has the question; he gets one mail, with the `reason`, unless he took it himself.

    False where he has it already: then nothing happens. It is routed to him, with a due date of its own, unless it is planned for
    a session: that stays, and he is who sees to it. Raises InvalidInput for somebody who answers no questions, Conflict for
    a question that is closed, or that somebody else changed meanwhile.
    """
    if not may_have(expert):
        raise InvalidInput(
            N_("%(person)s does not answer questions here. Please choose somebody else."), person=_named(expert)
        )
    db.flush()
    before, had = question.state, question.expert_id
    if before in CLOSED:
        raise Conflict(N_("This question is closed. Reopen it first."))
    check_let_in(question)
    if had == expert.id and before in _HAS_IT:
        return False
    values = {} if before is QuestionState.QUEUED else {"state": QuestionState.ROUTED, "state_at": now, **FRESH}
    guarded = (
        update(Question)
        .where(Question.id == question.id, Question.state == before, Question.expert_id.is_not_distinct_from(had))
        .values(expert_id=expert.id, **values)
    )
    if db.execute(guarded.returning(Question.id)).first() is None:
        raise Conflict
    db.refresh(question)
    detail = {"from": had, "to": expert.id, "why": reason.text if reason else ""}
    actor_id = actor.id if actor else None
    row = AuditRow(at=now, actor_id=actor_id, action=ASSIGN, kind="question", thing_id=question.id, detail=detail)
    db.add(row)
    db.flush()
    if actor_id != expert.id:
        tell_expert(db, question, expert, event=f"{row.id}", reason=reason, now=now)
    return True


def may_have(person: User) -> bool:
    """Whether questions can be given to the person: he is still here, and his role answers some."""
    return person.disabled_at is None and scope(person.role, Action.ANSWER) is not Scope.NONE


def who_answered(db: Session, question: Question) -> User | None:
    """Who gets the question back: who has it, else who answered it last; None, to be routed anew, where he is no expert now."""
    expert = question.expert
    if expert is None:
        answers = (
            select(User)
            .join(AuditRow, AuditRow.actor_id == User.id)
            .where(AuditRow.kind == "question", AuditRow.thing_id == question.id)
            .where(AuditRow.action == QuestionState.ANSWERED.value)
            .order_by(AuditRow.id.desc())
        )
        expert = db.scalars(answers.limit(1)).first()
    return expert if expert and may_have(expert) else None


def tell_expert(
    db: Session, question: Question, expert: User, *, event: str, reason: Message | None, now: datetime
) -> bool:
    """Note the mail that the question is the expert's; False where this `event` was told before."""
    topic = question.topic
    return queue_mail(
        db,
        effect_key=f"question-assigned:{question.public_id}:{event}",
        kind="question_assigned",
        params={
            "question": question.public_id,
            "title": question.title,
            "topic": topic.title(expert.language) if topic else "",
            "reason": reason.as_json() if reason else None,
        },
        recipient=expert.email,
        language=expert.language,
        now=now,
    )


def _named(person: User) -> str:
    return person.name or person.email

"""Two questions that are one: whoever waited for the one waits for the other, and both keep their pages."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Question, QuestionState, User
from helpcenter.services.questions.answering import mail_answer
from helpcenter.services.questions.states import ANSWERED, check_let_in, move


def merge(db: Session, question: Question, into: Question, *, now: datetime, actor: User | None) -> None:
    """`question` becomes part of `into`: its askers become co-askers there; where an answer is there, they are written to.

    Raises InvalidInput for a question and itself, Conflict where one of them cannot be merged.
    """
    if question.id == into.id:
        raise InvalidInput(N_("A question cannot be merged into itself."))
    # Always in the same order: two who merge them into each other at once wait instead of holding each other up for ever.
    both = select(Question).where(Question.id.in_((question.id, into.id))).order_by(Question.id).with_for_update()
    db.scalars(both.execution_options(populate_existing=True)).all()
    if into.state in {QuestionState.MERGED, QuestionState.DECLINED}:
        raise Conflict(N_("The other question is closed. Choose another one, or reopen it first."))
    check_let_in(into)
    move(db, question, QuestionState.MERGED, now=now, actor=actor)
    question.merged_into_id = into.id
    _bring_askers(question, into)
    db.flush()
    db.expire(question, ["askers"])
    db.expire(into, ["askers"])
    if into.state in ANSWERED:
        for asker in into.askers:
            if asker.confirmed_at:
                mail_answer(db, into, asker, now=now)  # whoever had it before gets it once only


def _bring_askers(question: Question, into: Question) -> None:
    there = {asker.email: asker for asker in into.askers}
    for asker in list(question.askers):
        if same := there.get(asker.email):
            same.confirmed_at = same.confirmed_at or asker.confirmed_at
        else:
            asker.wrote = asker.wrote or (question.public_id if asker.first else "")
            asker.question_id, asker.first = into.id, False

"""Giving an answer: from here on it stands on the question's page, and everybody who waits for it has mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Answer, AnswerState, Clip, FaqEntry, Question, User
from helpcenter.services import questions, search
from helpcenter.services.answers import states
from helpcenter.services.answers.writing import checked, keep_draft
from helpcenter.services.questions.states import CLOSED, root_of


def give(
    db: Session,
    question: Question,
    *,
    author: User,
    body: str = "",
    clip: Clip | None = None,
    entry: FaqEntry | None = None,
    now: datetime,
) -> Answer:
    """The answer, given: a text, a clip, an entry, or several of them. Everybody who waits is written to, once.

    Raises InvalidInput for nothing at all, Conflict where the question has its answer already or is closed; the draft stays.
    """
    question = root_of(db, question)
    if question.state in CLOSED:
        raise Conflict(N_("This question is closed. Reopen it first."))
    if not (checked(body) or clip or entry):
        raise InvalidInput(N_("Please write an answer, or choose a clip or an entry that answers it."))
    answer = keep_draft(db, question, author=author, body=body, clip=clip, entry=entry, now=now)
    settle(db, answer, question, now=now, actor=author)
    return answer


def settle(db: Session, answer: Answer, question: Question, *, now: datetime, actor: User | None) -> None:
    """The answer holds from now on, and the question has it. Raises Conflict where it has another one by now."""
    states.move(db, answer, AnswerState.GIVEN, now=now, actor=actor)
    if not questions.answer(db, question, clip=answer.clip, entry=answer.entry, now=now, actor=actor):
        raise Conflict(N_("Somebody else has answered this question in the meantime."))


def correct(db: Session, answer: Answer, *, body: str, actor: User, now: datetime) -> None:
    """Another text for an answer that was given; nobody is written to. Raises InvalidInput, Conflict."""
    if answer.state is not AnswerState.GIVEN:
        raise Conflict
    body = checked(body)
    if not (body or answer.clip_id or answer.entry_id):
        raise InvalidInput(N_("Please write an answer, or choose a clip or an entry that answers it."))
    answer.body, answer.updated_at = body, now
    states.note(db, answer, "correct", now=now, actor=actor)
    search.index_question(db, answer.question_id)

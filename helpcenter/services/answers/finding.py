"""Answers of a question."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from helpcenter.errors import NotFound
from helpcenter.models import Answer, AnswerState, Question, User


def find(db: Session, public_id: str) -> Answer:
    """The answer with this public id. Raises NotFound."""
    found = db.scalar(select(Answer).where(Answer.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def draft_of(db: Session, question: Question, author: User) -> Answer | None:
    """What this person has begun to write for the question."""
    return db.scalars(_of(question).where(Answer.state == AnswerState.DRAFT, Answer.author_id == author.id)).first()


def newest(db: Session, question: Question) -> Answer | None:
    """The answer that holds: the newest that was given and did not fail."""
    return next(iter(given(db, question)), None)


def given(db: Session, question: Question) -> list[Answer]:
    """What was given and did not fail, newest first."""
    wanted = _of(question).where(Answer.state == AnswerState.GIVEN)
    return list(db.scalars(wanted.order_by(Answer.given_at.desc(), Answer.id.desc())))


def history(db: Session, question: Question) -> list[Answer]:
    """All answers but drafts, newest first; for those who answer."""
    wanted = _of(question).where(Answer.state != AnswerState.DRAFT)
    return list(db.scalars(wanted.order_by(Answer.id.desc())))


def _of(question: Question) -> Select[Answer]:
    people = joinedload(Answer.author), joinedload(Answer.recording), joinedload(Answer.entry), joinedload(Answer.clip)
    return select(Answer).where(Answer.question_id == question.id).options(*people)

"""Answers that are not there any more, and videos that never became one: their questions come back to whoever made them."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import (
    Answer,
    AnswerState,
    AuditRow,
    Clip,
    ClipState,
    FaqEntry,
    Question,
    QuestionState,
    Recording,
    RecordingState,
    User,
    Visibility,
)
from helpcenter.services.faq.changes import VISIBLE
from helpcenter.services.questions.answering import reopen
from helpcenter.services.questions.assigning import may_have, tell_expert, who_answered
from helpcenter.services.questions.states import move

GONE: Final = "answer gone"
"""The action of the audit row."""
_WITHDRAWN: Final = N_("What answered it was withdrawn, so it is open again.")
_NO_VIDEO: Final = N_("The video that you recorded for it could not be used.")


def has_lost_its_answer() -> ColumnElement[bool]:
    """Whether there is nothing left to be read or watched of a question's answer, which its asker has not confirmed.

    What he has confirmed stays solved, whatever becomes of the answer.
    """
    given = select(Answer.id).where(Answer.question_id == Question.id, Answer.state == AnswerState.GIVEN)
    led = or_(Question.answer_clip_id.is_not(None), Question.entry_id.is_not(None), given.exists())
    return and_(Question.state == QuestionState.ANSWERED, led, _has_nothing_left())


def has_lost_its_video() -> ColumnElement[bool]:
    """Whether a question is being answered by a video that failed or was deleted, and no other one is on its way."""
    waiting = select(Answer.id).where(Answer.question_id == Question.id, Answer.state == AnswerState.WAITING)
    coming = exists().where(Recording.id == Answer.recording_id, Recording.state != RecordingState.FAILED)
    return and_(Question.state == QuestionState.BEING_ANSWERED, waiting.exists(), ~waiting.where(coming).exists())


def reopen_lost(db: Session, question: Question, *, now: datetime) -> bool:
    """Open the question again where what it led to is gone; False for any other."""
    return _is(db, question, has_lost_its_answer()) and reopen_without_answer(db, question, now=now)


def reopen_without_answer(db: Session, question: Question, *, now: datetime) -> bool:
    """Open a question again whose answer is gone, for who gave it; False for any other."""
    if question.state is not QuestionState.ANSWERED or not _is(db, question, _has_nothing_left()):
        return False
    expert = who_answered(db, question)
    reopen(db, question, now=now, actor=None)
    question.expert = expert
    db.add(AuditRow(at=now, actor_id=None, action=GONE, kind="question", thing_id=question.id, detail={}))
    if expert:
        tell_expert(db, question, expert, event=f"gone:{question.answers}", reason=Message(_WITHDRAWN), now=now)
    return True


def leave_video(db: Session, question: Question, *, now: datetime) -> bool:
    """Give a question whose video came to nothing to who recorded it, so that he answers it in another way; False for any other.

    The answer goes on waiting where the recording can still be mended.
    """
    if not _is(db, question, has_lost_its_video()):
        return False
    waiting = select(Answer).where(Answer.question_id == question.id, Answer.state == AnswerState.WAITING)
    lost = db.scalars(waiting.order_by(Answer.id)).all()
    for answer in lost:
        if answer.recording_id is None:
            answer.state, answer.updated_at = AnswerState.FAILED, now
    author: User | None = lost[-1].author
    expert = next((one for one in (author, question.expert) if one and may_have(one)), None)
    move(db, question, QuestionState.ROUTED if expert else QuestionState.NEW, now=now, actor=None)
    question.expert = expert
    if expert:
        tell_expert(db, question, expert, event=f"video:{lost[-1].public_id}", reason=Message(_NO_VIDEO), now=now)
    return True


def _is(db: Session, question: Question, condition: ColumnElement[bool]) -> bool:
    db.flush()
    return db.scalar(select(Question.id).where(Question.id == question.id, condition)) is not None


def _has_nothing_left() -> ColumnElement[bool]:
    given = select(Answer.id).where(Answer.question_id == Question.id, Answer.state == AnswerState.GIVEN)
    watchable = (
        exists()
        .where(Clip.id == Question.answer_clip_id, Clip.state.in_((ClipState.PROPOSED, ClipState.CONFIRMED)))
        .where(Recording.id == Clip.recording_id, Recording.visibility != Visibility.STAFF)
    )
    readable = exists().where(FaqEntry.id == Question.entry_id, FaqEntry.state.in_(VISIBLE))
    return ~or_(watchable, readable, given.where(Answer.body != "").exists())

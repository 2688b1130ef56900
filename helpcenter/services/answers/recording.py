"""A short video that an expert records for one question: it goes through the pipeline, and is the answer when it is ready."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import (
    Answer,
    AnswerState,
    Clip,
    ClipState,
    Marker,
    MarkerKind,
    Question,
    QuestionState,
    Recording,
    User,
)
from helpcenter.services import clips, questions
from helpcenter.services.answers import states
from helpcenter.services.answers.giving import settle
from helpcenter.services.questions.states import CLOSED, root_of


def expect(db: Session, question: Question, recording: Recording, *, author: User, now: datetime) -> Answer:
    """The answer that the recording will be. The question is being answered from now on.

    Its marker makes the pipeline cut one clip that names the question. Raises Conflict for a question that is closed.
    """
    question = root_of(db, question)
    if question.state in CLOSED:
        raise Conflict(N_("This question is closed. Reopen it first."))
    if question.state is not QuestionState.BEING_ANSWERED:
        questions.begin_answer(db, question, now=now, actor=author)
    assert recording.version is not None
    db.add(
        Marker(
            recording_id=recording.id, at=recording.version.t0, kind=MarkerKind.ANSWERING, title=question.title,
            question_id=question.id,
        )
    )  # fmt: skip
    answer = Answer(
        question_id=question.id, author_id=author.id, state=AnswerState.WAITING, language=recording.language or question.language,
        recording_id=recording.id, created_at=now, updated_at=now,
    )  # fmt: skip
    db.add(answer)
    db.flush()
    states.note(db, answer, "record", now=now, actor=author)
    return answer


def arrived(db: Session, recording: Recording, *, now: datetime) -> list[Answer]:
    """The recording is ready: the answers that waited for it are given, each with its clip, which is published.

    One whose question has another answer by now has failed; its clip stays a proposal for the editors.
    """
    waiting = select(Answer).where(Answer.recording_id == recording.id, Answer.state == AnswerState.WAITING)
    return [answer for answer in db.scalars(waiting).all() if _give(db, recording, answer, now=now)]


def _give(db: Session, recording: Recording, answer: Answer, *, now: datetime) -> bool:
    question = answer.question
    question = root_of(db, question)
    if question.state in CLOSED:
        states.move(db, answer, AnswerState.FAILED, now=now, actor=None)
        return False
    clip = _clip_of(db, recording, answer, now=now)
    if clip.state is ClipState.PROPOSED:
        clips.release(db, clip, editor=answer.author, now=now)
    answer.clip, answer.question = clip, question
    settle(db, answer, question, now=now, actor=answer.author)
    return True


def _clip_of(db: Session, recording: Recording, answer: Answer, *, now: datetime) -> Clip:
    """The clip that the pipeline cut for the question, else the recording as a whole."""
    wanted = (ClipState.CONFIRMED, ClipState.PROPOSED)
    found = select(Clip).where(
        Clip.recording_id == recording.id, Clip.question_id == answer.question_id, Clip.state.in_(wanted)
    )
    clip = db.scalars(found.order_by(Clip.start)).first()
    if clip is None:
        assert recording.version is not None
        clip = Clip(
            recording=recording, origin=f"answer:{answer.public_id}", start=0.0, end=recording.version.duration or 1.0,
            title=answer.question.title, language=answer.language, question_id=answer.question_id, created_at=now,
        )  # fmt: skip
        db.add(clip)
        db.flush()
    return clip

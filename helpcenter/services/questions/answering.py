"""Answering: the question's end, and one mail to each who waits for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Asker, Clip, FaqEntry, Question, QuestionState, User
from helpcenter.services import routing, search
from helpcenter.services.notifications import queue_mail
from helpcenter.services.questions.excerpt import first_lines
from helpcenter.services.questions.states import ANSWERED, move
from helpcenter.services.recordings.live import running_session

REASON_LENGTH = 1000


def answer(
    db: Session,
    question: Question,
    *,
    clip: Clip | None,
    entry: FaqEntry | None,
    now: datetime,
    actor: User | None = None,
) -> bool:
    """The clip, or the entry, answers the question: everybody who waits and has confirmed gets one mail.

    False where it had been answered already: then nobody is written to, but an answer without an entry gets this one.
    A merged question's answer is that of the question it was merged into; a declined one is reopened first.
    Raises Conflict where somebody changed the question meanwhile.
    """
    while question.merged_into_id:
        question = db.get_one(Question, question.merged_into_id)
    if question.state in ANSWERED:
        if entry and question.entry_id is None:
            question.entry_id = entry.id
            question.answer_clip = clip or question.answer_clip
            search.index_question(db, question.id)
        return False
    if question.state in {QuestionState.DECLINED, QuestionState.MERGED}:
        reopen(db, question, now=now, actor=actor)
    move(db, question, QuestionState.ANSWERED, now=now, actor=actor)
    question.answer_clip = clip
    question.entry_id = entry.id if entry else None
    question.answered_at = now
    question.first_answered_at = question.first_answered_at or now
    question.answers += 1
    db.flush()
    routing.answered(db, question, actor=actor, now=now)
    waiting = select(Asker).where(Asker.question_id == question.id, Asker.confirmed_at.is_not(None)).order_by(Asker.id)
    for asker in db.scalars(waiting.execution_options(populate_existing=True)).all():
        mail_answer(db, question, asker, now=now)
    search.index_question(db, question.id)
    return True


def decline(db: Session, question: Question, *, reason: str, now: datetime, actor: User | None) -> None:
    """It will not be answered, and why. Raises InvalidInput without a reason, Conflict."""
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise InvalidInput(N_("Please say in some words why this question is declined."))
    move(db, question, QuestionState.DECLINED, now=now, actor=actor)
    question.reason = reason


def reopen(db: Session, question: Question, *, now: datetime, actor: User | None) -> None:
    """The answer did not solve it, or the question is taken up after all; its next answer is a new one. Raises Conflict."""
    move(db, question, QuestionState.REOPENED, now=now, actor=actor)
    question.answer_clip = None
    question.entry_id = question.answered_at = question.merged_into_id = None
    question.reason = ""
    search.index_question(db, question.id)


def mail_answer(db: Session, question: Question, asker: Asker, *, now: datetime) -> bool:
    """Note the mail about the question's present answer to the asker; False where that was done before."""
    clip = db.get(Clip, question.answer_clip_id) if question.answer_clip_id else None
    entry = db.get(FaqEntry, question.entry_id) if question.entry_id else None
    return queue_mail(
        db,
        effect_key=f"question-answered:{question.public_id}:{asker.public_id}:{question.answers}",
        kind="question_answered",
        params={
            "question": question.public_id,
            "asker": asker.public_id,
            "title": question.title,
            "entry": entry.slug if entry else None,
            "clip": clip.public_id if clip else None,
            "recording": clip.recording.public_id if clip else None,
            "session": running_session(db, clip) if clip else None,
            "start": clip.start if clip else None,
            "excerpt": first_lines(db, clip, entry, asker.language),
        },
        recipient=asker.email,
        language=asker.language,
        now=now,
    )

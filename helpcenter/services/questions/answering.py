"""Answering: the question's end, and one mail to each who waits for it."""

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Answer, AnswerState, Asker, Clip, FaqEntry, Question, QuestionState, Solved, User
from helpcenter.services import routing, search
from helpcenter.services.notifications import queue_mail
from helpcenter.services.questions.excerpt import first_lines
from helpcenter.services.questions.states import ANSWERED, move, root_of
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
    question = root_of(db, question)
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
    for asker in _waiting(db, question):
        mail_answer(db, question, asker, now=now)
    search.index_question(db, question.id)
    return True


def begin_answer(db: Session, question: Question, *, now: datetime, actor: User | None) -> None:
    """Somebody is at it. Raises Conflict."""
    move(db, question, QuestionState.BEING_ANSWERED, now=now, actor=actor)


def decline(db: Session, question: Question, *, reason: str, now: datetime, actor: User | None) -> None:
    """It will not be answered, and why: everybody who waits and has confirmed is told once.

    Raises InvalidInput without a reason, Conflict.
    """
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise InvalidInput(N_("Please say in some words why this question is declined."))
    move(db, question, QuestionState.DECLINED, now=now, actor=actor)
    question.reason = reason
    db.flush()
    for asker in _waiting(db, question):
        mail_declined(db, question, asker, now=now)


def reopen(db: Session, question: Question, *, now: datetime, actor: User | None, reason: str = "") -> None:
    """The answer did not solve it, or the question is taken up after all; its next answer is a new one.

    Nobody is asked any more whether the old answer solved it. `reason` is what who reopens it says, if anything; only those
    who answer see it. Raises InvalidInput, Conflict.
    """
    reason = reason.strip()
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise InvalidInput(N_("Please describe it in at most %(most)s letters."), most=REASON_LENGTH)
    move(db, question, QuestionState.REOPENED, now=now, actor=actor)
    for answer in db.scalars(_given(question)).all():
        answer.state, answer.updated_at = AnswerState.FAILED, now
    question.answer_clip = None
    question.entry_id = question.answered_at = question.merged_into_id = None
    question.reason = reason
    db.execute(update(Asker).where(Asker.question_id == question.id).values(told_at=None))
    search.index_question(db, question.id)


def take_up_again(db: Session, asker: Asker, *, reason: str, now: datetime, actor: User | None) -> None:
    """Somebody who waits asks to look again at what was declined. Raises InvalidInput, Conflict for any other question."""
    if asker.confirmed_at is None or asker.question.state is not QuestionState.DECLINED:
        raise Conflict(N_("This question is not declined any more. Load the page again."))
    reopen(db, asker.question, now=now, actor=actor, reason=reason)


def mail_declined(db: Session, question: Question, asker: Asker, *, now: datetime) -> bool:
    """Note the mail that the question was declined, and why; False where the asker was told of this decision before."""
    decided = question.state_at or now
    return queue_mail(
        db,
        effect_key=f"question-declined:{question.public_id}:{asker.public_id}:{decided:%Y%m%dT%H%M%S%f}",
        kind="question_declined",
        params={
            "question": question.public_id, "asker": asker.public_id, "title": question.title, "reason": question.reason,
        },
        recipient=asker.email,
        language=asker.language,
        now=now,
    )  # fmt: skip


def _waiting(db: Session, question: Question) -> list[Asker]:
    waiting = select(Asker).where(Asker.question_id == question.id, Asker.confirmed_at.is_not(None)).order_by(Asker.id)
    return list(db.scalars(waiting.execution_options(populate_existing=True)))


def mail_answer(db: Session, question: Question, asker: Asker, *, now: datetime) -> bool:
    """Note the mail about the question's present answer to the asker; False where that was done before.

    Some days later he is asked whether it solved his question.
    """
    clip = db.get(Clip, question.answer_clip_id) if question.answer_clip_id else None
    entry = db.get(FaqEntry, question.entry_id) if question.entry_id else None
    written = db.scalars(_given(question).order_by(Answer.id.desc())).first()
    told = queue_mail(
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
            "excerpt": first_lines(db, clip, entry, asker.language, written=written.body if written else ""),
        },
        recipient=asker.email,
        language=asker.language,
        now=now,
    )
    if told:
        asker.told_at, asker.solved = now, Solved.UNKNOWN
    return told


def _given(question: Question) -> Select[Answer]:
    return select(Answer).where(Answer.question_id == question.id, Answer.state == AnswerState.GIVEN)

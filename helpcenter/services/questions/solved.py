"""Whether it is solved: whoever was sent an answer is asked once, some days later, and "no" opens the question again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, Message
from helpcenter.models import Asker, FaqClip, Question, QuestionState, RatingKind, Solved, User
from helpcenter.services import ratings, routing
from helpcenter.services.notifications import queue_mail
from helpcenter.services.questions.answering import reopen
from helpcenter.services.questions.assigning import tell_expert, who_answered
from helpcenter.services.questions.states import ANSWERED, move

AT_ONCE: Final = 100
TEXT_LENGTH: Final = 900
_UNSOLVED: Final = N_("Somebody who asked it says that your answer did not solve it.")


class Trouble(StrEnum):
    """Why an answer did not solve a question."""

    OTHER_CASE = "other case"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    WRONG_PRODUCT = "wrong product"
    OTHER = "other"


def due_to_ask(db: Session, *, now: datetime, after: timedelta) -> list[int]:
    """The ids of askers who were sent their answer so long ago and have not been asked about it."""
    told = select(Asker.id).where(Asker.told_at <= now - after).order_by(Asker.told_at, Asker.id)
    return list(db.scalars(told.limit(AT_ONCE)))


def ask_whether_solved(db: Session, asker_id: int, *, now: datetime, after: timedelta) -> bool:
    """Claim the asker and note the mail that asks him, in one transaction; False where there is nothing to ask any more.

    Everybody is asked once about each answer, also where several ticks find him at once.
    """
    due = update(Asker).where(Asker.id == asker_id, Asker.told_at <= now - after)
    if db.execute(due.values(told_at=None).returning(Asker.id)).first() is None:
        return False
    asker = db.get_one(Asker, asker_id, populate_existing=True)
    question = asker.question
    if question.state not in ANSWERED or asker.confirmed_at is None or asker.solved is not Solved.UNKNOWN:
        return False
    return queue_mail(
        db,
        effect_key=f"question-solved:{question.public_id}:{asker.public_id}:{question.answers}",
        kind="question_solved",
        params={"question": question.public_id, "asker": asker.public_id, "title": question.title},
        recipient=asker.email,
        language=asker.language,
        now=now,
    )


def say_solved(db: Session, asker: Asker, *, now: datetime, actor: User | None) -> None:
    """The answer solved it, says the asker; the word of whoever asked first confirms it. Raises Conflict where it is open."""
    question = _locked(db, asker)
    if question.state not in ANSWERED:
        raise Conflict(N_("This question is open again, so there is no answer yet to confirm."))
    asker.solved, asker.told_at = Solved.YES, None
    if question.state is QuestionState.ANSWERED and _decides(question, asker):
        move(db, question, QuestionState.CONFIRMED, now=now, actor=actor)
        routing.outcome(db, question, good=True, now=now)


def say_unsolved(
    db: Session, asker: Asker, *, trouble: Trouble, text: str = "", now: datetime, actor: User | None
) -> bool:
    """The answer did not solve it: the question is open again, for everybody who waits, and goes back to who answered it.

    Also a co-asker's "no" opens it after the asker's "yes": the page is one, and all who wait are told of the better answer.
    False where it is open already; then it only counts that it was not solved for him, too. Raises InvalidInput for the text.
    """
    text = " ".join(text.split())
    if len(text) > TEXT_LENGTH or "\0" in text:
        raise InvalidInput(N_("Please tell us in at most %(most)s letters what is missing."), most=TEXT_LENGTH)
    question = _locked(db, asker)
    asker.solved, asker.told_at = Solved.NO, None
    if question.state not in ANSWERED:
        return False
    _count_against(db, question, trouble, text, now=now)
    expert = who_answered(db, question)
    reopen(db, question, reason=f"{trouble}: {text}" if text else trouble.value, now=now, actor=actor)
    question.expert_id = expert.id if expert else None
    if expert:
        tell_expert(db, question, expert, event=f"unsolved:{question.answers}", reason=Message(_UNSOLVED), now=now)
    routing.outcome(db, question, good=False, now=now)
    return True


def read_reason(question: Question) -> tuple[Trouble, str] | None:
    """Why an asker said that it is not solved, and his words; None where the question is not open again for that."""
    closed = question.state in {*ANSWERED, QuestionState.DECLINED, QuestionState.MERGED}
    return None if closed else read_trouble(question.reason)


def read_trouble(reason: str) -> tuple[Trouble, str] | None:
    """What an asker chose, and his words, of a reason that `say_unsolved` has kept; None for one that somebody else wrote."""
    kind, _, text = reason.partition(": ")
    return (Trouble(kind), text) if kind in list(Trouble) else None


def _locked(db: Session, asker: Asker) -> Question:
    """The asker's question, which nobody else changes until this transaction ends."""
    db.flush()
    mine = select(Question).where(Question.id == asker.question_id).with_for_update()
    question = db.scalars(mine.execution_options(populate_existing=True)).one()
    db.refresh(asker)
    return question


def _decides(question: Question, asker: Asker) -> bool:
    """Whether the asker's yes is the one that counts: he asked first, or whoever did is not there any more."""
    return asker.first or not any(one.first and one.confirmed_at for one in question.askers)


def _count_against(db: Session, question: Question, trouble: Trouble, text: str, *, now: datetime) -> None:
    """Rate what failed: the entry, or the one that the clip stands in."""
    entry_id, clip_id = question.entry_id, question.answer_clip_id
    if entry_id is None and clip_id is not None:
        holding = select(FaqClip.entry_id).where(FaqClip.clip_id == clip_id).order_by(FaqClip.entry_id)
        entry_id = db.scalar(holding.limit(1))
    if entry_id is not None or clip_id is not None:
        ratings.rate(
            db,
            entry_id,
            clip_id,
            helpful=False,
            reason=f"{trouble.value}: {text}" if text else trouble.value,
            kind=RatingKind.FAILED,
            question_id=question.id,
            now=now,
        )

"""A question's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import Answer, AnswerState, Asker, ClipState, FaqEntry, FaqText, Question, Visibility
from helpcenter.services.pages.addresses import entry_address, recording_address, session_address
from helpcenter.services.pages.cards import in_language
from helpcenter.services.pages.choice import SHOWN, watchable
from helpcenter.services.pages.progress import Progress, progress
from helpcenter.services.questions.states import ANSWERED
from helpcenter.services.recordings.live import running_session


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """Where the answer is to be seen: a path of this site, with a picture and a length (in seconds) where it is a clip."""

    address: str
    title: str
    poster_key: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A text that answers the question; `by` is how its author wants to be called, "" for no name."""

    body: str
    language: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question with its answer, where that may be seen, and how far it is; `waiting` counts who waits for it.

    `written` is what was written for it: Markdown, by whom ("" for one of the experts), and when.
    """

    question: Question
    topic: tuple[str, str] | None
    answer: AnswerLink | None
    waiting: int
    merged_into: str | None
    written: Written | None
    progress: Progress


def show_question(
    db: Session, question: Question, *, language: str, visibilities: Collection[Visibility], now: datetime
) -> QuestionPage:
    """The page of the question; whether somebody may see it is the caller's to check."""
    waiting = select(func.count()).where(Asker.question_id == question.id, Asker.confirmed_at.is_not(None))
    topic = question.topic
    other = db.get(Question, question.merged_into_id) if question.merged_into_id else None
    return QuestionPage(
        question,
        (topic.slug, topic.title(language)) if topic else None,
        _answer(db, question, language, visibilities),
        db.scalar(waiting) or 0,
        other.public_id if other else None,
        _written(db, question),
        progress(db, question, visibilities=visibilities, now=now),
    )


def _written(db: Session, question: Question) -> Written | None:
    if question.state not in ANSWERED:
        return None
    found = select(Answer).where(Answer.question_id == question.id, Answer.state == AnswerState.GIVEN)
    answer = db.scalars(found.order_by(Answer.given_at.desc(), Answer.id.desc())).first()
    if answer is None or answer.given_at is None or not answer.body:
        return None
    by = answer.author.public_name if answer.author else ""
    return Written(answer.body, answer.language, by, answer.given_at)


def _answer(db: Session, question: Question, language: str, visibilities: Collection[Visibility]) -> AnswerLink | None:
    clip = question.answer_clip
    shown = clip is not None and (
        clip.state is ClipState.CONFIRMED or (clip.provisional and clip.state is ClipState.PROPOSED)
    )
    seen = shown and clip is not None and clip.recording.visibility in watchable(visibilities)
    if clip is None or not seen:
        clip = None
    poster = (
        clip.poster_key or (clip.recording.version.poster_key if clip.recording.version else None) if clip else None
    )
    seconds = clip.end - clip.start if clip else None
    entry = (
        select(FaqEntry.slug, in_language(FaqText.title).label("title"))
        .where(
            FaqEntry.id == question.entry_id,
            FaqEntry.state.in_(SHOWN),
            FaqEntry.visibility.in_(watchable(visibilities)),
        )
        .params(language=language)
    )
    if found := db.execute(entry).one_or_none():
        return AnswerLink(entry_address(found.slug, clip.public_id if clip else None), found.title, poster, seconds)
    if clip:
        session = running_session(db, clip)
        address = (
            session_address(session, question.public_id)
            if session
            else recording_address(clip.recording.public_id, clip.start)
        )
        return AnswerLink(address, clip.title, poster, seconds)
    return None

"""Asking in a live session, before it and while it runs, and taking in a question that waits elsewhere."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, TooMany
from helpcenter.models import (
    LiveSession,
    Moderation,
    Question,
    QuestionState,
    SessionQuestion,
    User,
    Visibility,
)
from helpcenter.services import questions
from helpcenter.services.live.pulse import beat
from helpcenter.services.live.states import note
from helpcenter.services.live.voting import check_open, votes_of
from helpcenter.services.questions import states

A_WHILE: Final = timedelta(minutes=10)
PER_WHILE: Final = 5
PER_SESSION: Final = 30
_NAME: Final = 120


def ask(  # noqa: PLR0913 -- all that the ask box holds
    db: Session,
    session: LiveSession,
    *,
    title: str,
    body: str = "",
    name: str = "",
    email: str = "",
    voter: str,
    network: str,
    language: str,
    user: User | None,
    now: datetime,
) -> SessionQuestion:
    """The new question of the session; the one that is there where the same person asks the same once more.

    Without `email` nobody is written to, and no person is kept but the fingerprint `voter`; with it, the address is confirmed
    and the answer comes by mail, as for any question. `name` is shown to everybody, "" is anonymous. A moderated session
    shows it once somebody has let it in. Raises InvalidInput, TooMany, and Conflict where the session is not open.
    """
    del network  # how much one network may ask is counted at the door, in web/limits.py
    beat(
        db, session.id
    )  # first of all: a second click on the button waits here, and then finds the first one's question
    check_open(db, session)
    title, name = " ".join(title.split()), _clean_name(name)
    if asked := _same(db, session, voter, title):
        return asked
    _check_often(db, session, voter, now)
    topic = session.topics[0] if session.topics else None
    if email:
        question = questions.ask(
            db, title=title, body=body, topic=topic, language=language, email=email, name=name, user=user, now=now
        )
    else:
        question = questions.put(db, title=title, body=body, topic=topic, language=language, now=now)
    states.move(db, question, QuestionState.QUEUED, now=now, actor=user if email else None)
    item = SessionQuestion(
        session=session, question=question, voter=voter, name=name, created_at=now,
        moderation=Moderation.WAITING if session.moderated else Moderation.SHOWN,
    )  # fmt: skip
    db.add(item)
    db.flush()
    return item


def take_in(
    db: Session, session: LiveSession, question: Question, *, now: datetime, actor: User | None = None
) -> SessionQuestion:
    """The question, which waits elsewhere, as one of this session; the same as before where it is one already.

    It comes with its votes, and anonymous. Raises Conflict for one that is closed, or where the session is not open.
    """
    beat(db, session.id)
    check_open(db, session)
    question = questions.root_of(db, question)
    if item := _of(db, session, question):
        return item
    if question.state in states.CLOSED:
        raise Conflict(N_("This question is closed. Reopen it first."))
    states.check_let_in(question)
    if QuestionState.QUEUED in states.TRANSITIONS[question.state]:
        states.move(db, question, QuestionState.QUEUED, now=now, actor=actor)
    item = SessionQuestion(session=session, question=question, votes=votes_of(db, question.id), created_at=now)
    db.add(item)
    db.flush()
    note(db, item, "take in", actor=actor, now=now)
    return item


def audiences_of(db: Session, question: Question) -> set[Visibility] | None:
    """Who is shown the question in live sessions; None for one that was not asked in any."""
    wanted = select(SessionQuestion.voter, SessionQuestion.moderation, LiveSession.visibility).join(LiveSession)
    rows = db.execute(wanted.where(SessionQuestion.question_id == question.id)).all()
    if all(row.voter is None for row in rows):
        return None
    return {row.visibility for row in rows if row.moderation is Moderation.SHOWN}


def _of(db: Session, session: LiveSession, question: Question) -> SessionQuestion | None:
    found = select(SessionQuestion).where(
        SessionQuestion.session_id == session.id, SessionQuestion.question_id == question.id
    )
    return db.scalars(found).one_or_none()


def _same(db: Session, session: LiveSession, voter: str, title: str) -> SessionQuestion | None:
    found = (
        select(SessionQuestion)
        .join(Question)
        .where(SessionQuestion.session_id == session.id, SessionQuestion.voter == voter, Question.title == title)
    )
    return db.scalars(found.limit(1)).one_or_none()


def _check_often(db: Session, session: LiveSession, voter: str, now: datetime) -> None:
    mine = select(func.count()).where(SessionQuestion.session_id == session.id, SessionQuestion.voter == voter)
    if (db.scalar(mine.where(SessionQuestion.created_at > now - A_WHILE)) or 0) >= PER_WHILE:
        raise TooMany(
            N_("You have asked several questions just now. Please wait some minutes, so that others get their turn.")
        )
    if (db.scalar(mine) or 0) >= PER_SESSION:
        raise TooMany(N_("You have asked very many questions in this session. The page “Ask” takes more of them."))


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if "\0" in name:  # PostgreSQL cannot keep it
        raise InvalidInput(N_("This text holds signs that cannot be kept. Please type it again."))
    if len(name) > _NAME:
        raise InvalidInput(N_("Please write a name of at most %(most)s letters."), most=_NAME)
    return name

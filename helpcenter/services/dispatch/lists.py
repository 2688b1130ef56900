"""Which questions wait for whom: the lists of those who answer, and what an expert's day holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from helpcenter.errors import N_, NotFound
from helpcenter.models import (
    Asker,
    LiveSession,
    Moderation,
    Question,
    QuestionState,
    SessionQuestion,
    User,
)
from helpcenter.permissions import Action, Scope, scope
from helpcenter.services import topics
from helpcenter.services.questions.states import CLOSED
from helpcenter.services.sessions import agenda

PAGE: Final = 30
DAY: Final = timedelta(days=1)


class Which(StrEnum):
    """Whose questions, or which: those one has; those that nobody has; all; late ones; those held back; those that are closed."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    OVERDUE = "overdue"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """A question in a list; `waiting` counts who waits for its answer, `votes` who asks it, too, in live sessions."""

    question: Question
    waiting: int
    votes: int


def list_questions(db: Session, user: User, which: Which, *, page: int = 1, now: datetime) -> tuple[list[Line], int]:
    """One page of the questions that the person may see, what is due first before the rest; and how many there are."""
    wanted = select(Question).where(seen_by(db, user), _of(db, user, which, now))
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    order = (Question.state_at.desc(), Question.id.desc()) if which is Which.CLOSED else (
        Question.due_at.is_(None), Question.due_at, Question.created_at, Question.id
    )  # fmt: skip
    rows = db.execute(
        wanted.add_columns(_waiting(), _votes())
        .options(joinedload(Question.topic), joinedload(Question.expert))
        .order_by(*order)
        .limit(PAGE)
        .offset((max(1, page) - 1) * PAGE)
    )
    return [Line(*row) for row in rows], total


def count(db: Session, user: User, which: Which, *, now: datetime) -> int:
    """How many questions stand in that list."""
    wanted = select(func.count()).select_from(Question).where(seen_by(db, user), _of(db, user, which, now))
    return db.scalar(wanted) or 0


def may_list(user: User) -> list[Which]:
    """The lists that are for the person, in order."""
    everything = scope(user.role, Action.ANSWER) is Scope.ALL
    found = [Which.MINE, Which.UNASSIGNED, *([Which.ALL] if everything else []), Which.OVERDUE]
    return [*found, *([Which.HELD] if scope(user.role, Action.MODERATE) is Scope.ALL else []), Which.CLOSED]


def find(db: Session, user: User, public_id: str) -> Question:
    """The question with this public id, if the person may see it here. Raises NotFound."""
    found = db.scalar(select(Question).where(Question.public_id == public_id, seen_by(db, user)))
    if found is None:
        raise NotFound(N_("There is no such question here, or it is not one of yours."))
    return found


def line_of(db: Session, question: Question) -> Line:
    """The question with its counts."""
    waiting, votes = db.execute(select(_waiting(), _votes()).where(Question.id == question.id)).one()
    return Line(question, waiting, votes)


def next_after(db: Session, user: User, question: Question, *, now: datetime) -> Question | None:
    """The question to look at after this one: the first other of those one has, else of those that nobody has."""
    for which in (Which.MINE, Which.UNASSIGNED):
        wanted = select(Question).where(seen_by(db, user), _of(db, user, which, now), Question.id != question.id)
        ordered = wanted.order_by(Question.due_at.is_(None), Question.due_at, Question.created_at, Question.id)
        later = ordered.where(_after(question))
        if found := db.scalars(later.limit(1)).first() or db.scalars(ordered.limit(1)).first():
            return found
    return None


def sessions_today(db: Session, user: User, *, now: datetime, midnight: datetime) -> list[LiveSession]:
    """The live sessions that the person hosts and that are on, or begin before `midnight`."""
    return [one for one in agenda.coming(db, host=user, now=now) if one.starts_at < midnight]


def seen_by(db: Session, user: User) -> ColumnElement[bool]:
    """Which questions the person sees: editors all; experts those that are theirs, once somebody stands behind them openly."""
    reach = scope(user.role, Action.ANSWER)
    if reach is not Scope.OWN:
        return Question.id.is_not(None) if reach is Scope.ALL else Question.id.is_(None)
    behind = exists().where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    asked = SessionQuestion.question_id == Question.id, SessionQuestion.voter.is_not(None)
    shown = exists().where(*asked, SessionQuestion.moderation == Moderation.SHOWN)
    hidden = exists().where(*asked, SessionQuestion.moderation != Moderation.SHOWN)
    theirs = or_(
        Question.expert_id == user.id, Question.topic_id.is_(None), Question.topic_id.in_(topics.answered_by(db, user))
    )
    return and_(theirs, Question.held_for == "", or_(behind, shown), or_(shown, ~hidden))


def _of(db: Session, user: User, which: Which, now: datetime) -> ColumnElement[bool]:
    del db
    is_open = Question.state.not_in(CLOSED)
    match which:
        case Which.MINE:
            return and_(is_open, Question.expert_id == user.id)
        case Which.UNASSIGNED:
            planned = Question.state == QuestionState.QUEUED
            return and_(is_open, Question.expert_id.is_(None), Question.held_for == "", ~planned)
        case Which.OVERDUE:
            return and_(is_open, Question.due_at < now, Question.held_for == "")
        case Which.HELD:
            return and_(is_open, Question.held_for != "")
        case Which.CLOSED:
            return ~is_open
        case _:
            return and_(is_open, Question.held_for == "")


def _after(question: Question) -> ColumnElement[bool]:
    if question.due_at is None:
        return and_(Question.due_at.is_(None), Question.created_at >= question.created_at)
    return or_(Question.due_at >= question.due_at, Question.due_at.is_(None))


def _waiting() -> Any:
    behind = select(func.count()).where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    return behind.correlate(Question).scalar_subquery()


def _votes() -> Any:
    most: Select[Any] = select(func.coalesce(func.max(SessionQuestion.votes), 0))
    return most.where(SessionQuestion.question_id == Question.id).correlate(Question).scalar_subquery()

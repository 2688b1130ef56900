"""Questions that nobody holds any more: their session is over or off, or who had them is gone. They go back, none is lost."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from helpcenter.errors import N_, Message
from helpcenter.models import AuditRow, LiveSession, LiveSessionState, Question, QuestionState, SessionQuestion, User
from helpcenter.permissions import Action, Role, Scope, scope
from helpcenter.services.fate import gone
from helpcenter.services.fate.duty import duty_of, next_one
from helpcenter.services.questions.assigning import assign, may_have, tell_expert
from helpcenter.services.questions.states import OPEN, move
from helpcenter.services.sessions.agenda import LATE
from helpcenter.services.sessions.states import AHEAD

_S = QuestionState
_ANSWERING: Final = [role for role in Role if scope(role, Action.ANSWER) is not Scope.NONE]
_SESSION_OVER: Final = N_("It was planned for a live session, which is over, or was called off, without answering it.")
_GONE: Final = N_("Who had it does not answer questions here any more.")
_NOBODYS: Final = N_("Nobody has it at the moment, and you are next.")


def is_adrift(now: datetime) -> ColumnElement[bool]:
    """Whether an open question is planned for no session that is still to come, or is with nobody who is here."""
    expert = aliased(User)
    here = exists().where(expert.id == Question.expert_id, expert.disabled_at.is_(None), expert.role.in_(_ANSWERING))
    return or_(
        and_(Question.state == _S.QUEUED, ~_coming(now).where(SessionQuestion.question_id == Question.id).exists()),
        and_(Question.state == _S.ROUTED, Question.expert_id.is_(None)),
        and_(Question.state.in_(OPEN), Question.expert_id.is_not(None), ~here),
        and_(gone.has_lost_its_video(), ~_coming(now).where(SessionQuestion.question_id == Question.id).exists()),
    )


def session_of(db: Session, question: Question, *, now: datetime) -> LiveSession | None:
    """The first session still to come, or running, for which the question is planned."""
    wanted = _coming(now).where(SessionQuestion.question_id == question.id)
    return db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id).limit(1)).first()


def take_back(db: Session, question: Question, *, now: datetime) -> bool:
    """Give a question that is adrift to whoever had it before its session, or is next; else it is as new. False for any other."""
    if question.state is _S.QUEUED and session_of(db, question, now=now) is None:
        _leave_session(db, question, now)
        return True
    left = question.expert is not None and not may_have(question.expert)
    if left or (question.state is _S.ROUTED and question.expert is None):
        _leave_expert(db, question, now)
        return True
    return session_of(db, question, now=now) is None and gone.leave_video(db, question, now=now)


def _leave_session(db: Session, question: Question, now: datetime) -> None:
    expert = question.expert if question.expert and may_have(question.expert) else None
    move(db, question, _S.ROUTED if expert else _S.NEW, now=now, actor=None)
    question.expert = expert
    if expert:
        tell_expert(db, question, expert, event=f"back:{now:%Y%m%dT%H%M%S}", reason=Message(_SESSION_OVER), now=now)


def _leave_expert(db: Session, question: Question, now: datetime) -> None:
    had = question.expert_id
    passable = duty_of(db, question, now=now).passable
    follower = next_one(db, question, now=now, but={had} if had else ()) if passable else None
    if follower and question.state is not _S.NEW:
        assign(db, question, follower[0], now=now, actor=None, reason=Message(_GONE if had else _NOBODYS))
        return
    if question.state is _S.ROUTED or (question.state is _S.BEING_ANSWERED and passable):
        move(db, question, _S.NEW, now=now, actor=None)
    question.expert = None
    detail = {"from": had, "to": None, "why": _GONE}
    db.add(AuditRow(at=now, actor_id=None, action="release", kind="question", thing_id=question.id, detail=detail))


def _coming(now: datetime) -> Select[LiveSession]:
    running = LiveSession.state == LiveSessionState.LIVE
    ahead = and_(LiveSession.state.in_(AHEAD), LiveSession.ends_at > now - LATE)
    return (
        select(LiveSession)
        .join(SessionQuestion, SessionQuestion.session_id == LiveSession.id)
        .where(or_(running, ahead))
    )

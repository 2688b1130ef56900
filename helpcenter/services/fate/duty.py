"""Who has to see to a question, and who is next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, ClipState, LiveSession, Moderation, Question, QuestionState, SessionQuestion, User
from helpcenter.services import rota, routing, topics
from helpcenter.services.notifications import editors
from helpcenter.services.questions.assigning import may_have

_IN_A_SESSION = frozenset({QuestionState.QUEUED, QuestionState.BEING_ANSWERED})


@dataclass(frozen=True, slots=True)
class Duty:
    """The people who have to see to a question now; `passable`: another expert could do it instead of them."""

    people: list[User]
    passable: bool = True


def duty_of(db: Session, question: Question, *, now: datetime) -> Duty:
    """Editors, for what is held back or waits for their word about a clip; else who has it, its session's hosts, who is on duty.

    Where nobody answers for its topic, the editors; without any, the admins.
    """
    if question.held_for or _is_hidden(db, question) or _waits_for_an_editor(db, question):
        return Duty(editors(db), passable=False)
    if question.expert is not None and may_have(question.expert):
        return Duty([question.expert])
    hosts = _hosts(db, question) if question.state in _IN_A_SESSION else []
    return Duty(hosts or _on_duty(db, question, now) or editors(db))


def next_one(db: Session, question: Question, *, now: datetime, but: Collection[int] = ()) -> tuple[User, bool] | None:
    """Who is next to have the question, and whether by the rota: the next on duty, else the nearest expert of its topic.

    None where there is nobody but those with the ids in `but`, and those who have passed it on.
    """
    left_out = {*but, *routing.who_passed(db, question)}
    while found := rota.next_on_duty(db, question.topic, now=now, but=left_out):
        if may_have(found):
            return found, True
        left_out.add(found.id)
    for near in topics.path(db, question.topic) if question.topic else ():
        for expert in topics.experts_of(db, near):
            if expert.id not in left_out and may_have(expert):
                return expert, False
    return None


def _on_duty(db: Session, question: Question, now: datetime) -> list[User]:
    passed = routing.who_passed(db, question)
    found = [one for one in rota.on_duty(db, question.topic, now=now) if may_have(one) and one.id not in passed]
    if found or (next_up := next_one(db, question, now=now)) is None:
        return found
    return [next_up[0]]


def _hosts(db: Session, question: Question) -> list[User]:
    newest = (
        select(LiveSession)
        .join(SessionQuestion, SessionQuestion.session_id == LiveSession.id)
        .where(SessionQuestion.question_id == question.id)
        .order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
    )
    session = db.scalars(newest.limit(1)).first()
    return [host for host in session.hosts if may_have(host)] if session else []


def _is_hidden(db: Session, question: Question) -> bool:
    """Whether a moderator hid it wherever it was asked."""
    shown = select(SessionQuestion.moderation).where(SessionQuestion.question_id == question.id)
    return set(db.scalars(shown)) == {Moderation.HIDDEN}


def _waits_for_an_editor(db: Session, question: Question) -> bool:
    """Whether a clip that answers it is proposed."""
    proposed = select(Clip.id).where(Clip.question_id == question.id, Clip.state == ClipState.PROPOSED).limit(1)
    return question.state is QuestionState.BEING_ANSWERED and db.scalar(proposed) is not None

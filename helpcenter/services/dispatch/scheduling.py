"""Taking a question into a live session's agenda; whoever waits for its answer is told the date, once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, LiveSession, Question, User
from helpcenter.services import live, routing
from helpcenter.services.notifications import queue_mail
from helpcenter.services.sessions import agenda
from helpcenter.services.sessions.states import OPEN


def sessions_to_choose(db: Session, *, now: datetime) -> list[LiveSession]:
    """The sessions into which a question can be taken, soonest first."""
    return [one for one in agenda.coming(db, host=None, now=now) if one.state in OPEN]


def schedule(db: Session, question: Question, session: LiveSession, *, actor: User, now: datetime) -> int:
    """Take the question into the session; how many are told so now. Doing it again tells nobody twice. Raises Conflict."""
    live.take_in(db, session, question, now=now, actor=actor)
    if question.expert_id == actor.id:
        routing.accepted(db, question, actor, now)
    waiting = select(Asker).where(Asker.question_id == question.id, Asker.confirmed_at.is_not(None)).order_by(Asker.id)
    return sum(_tell(db, question, session, asker, now=now) for asker in db.scalars(waiting).all())


def _tell(db: Session, question: Question, session: LiveSession, asker: Asker, *, now: datetime) -> bool:
    return queue_mail(
        db,
        effect_key=f"question-scheduled:{question.public_id}:{session.public_id}:{asker.public_id}",
        kind="question_scheduled",
        params={
            "question": question.public_id, "asker": asker.public_id, "title": question.title,
            "session": session.public_id, "session_title": session.title, "starts_at": session.starts_at.isoformat(),
            "ends_at": session.ends_at.isoformat(), "zone": session.zone, "useless_after": session.ends_at.isoformat(),
        },
        recipient=asker.email, language=asker.language, now=now,
    )  # fmt: skip

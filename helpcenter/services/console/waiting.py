"""The questions that wait for this session."""

from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, LiveSession, Question, QuestionState
from helpcenter.services import topics

_OPEN: Final = (
    QuestionState.NEW,
    QuestionState.ROUTED,
    QuestionState.QUEUED,
    QuestionState.BEING_ANSWERED,
    QuestionState.REOPENED,
)
MOST: Final = 100


def open_questions(db: Session, session: LiveSession) -> tuple[list[Question], int]:
    """The unanswered questions of the session's topics and all below them, and how many there are; of all without topics.

    Those that most people wait for come first, `MOST` at most. One whose askers have not confirmed their address is left out.
    """
    confirmed = select(func.count()).where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    askers = confirmed.scalar_subquery()
    anybody = select(Asker.id).where(Asker.question_id == Question.id).exists()
    wanted = and_(Question.state.in_(_OPEN), or_(askers > 0, ~anybody))
    if session.topics:
        ids = {topic_id for topic in session.topics for topic_id in topics.below(db, topic)}
        wanted = and_(wanted, Question.topic_id.in_(ids))
    found = select(Question).where(wanted).order_by(askers.desc(), Question.created_at, Question.id).limit(MOST)
    return list(db.scalars(found)), db.scalar(select(func.count(Question.id)).where(wanted)) or 0

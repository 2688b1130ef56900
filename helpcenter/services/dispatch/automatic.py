"""The site's own part: each question that somebody stands behind gets proposals at once, and is given away where these are clear."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.models import Asker, Moderation, Question, QuestionState, RoutingDecision, RoutingStep, SessionQuestion
from helpcenter.services import questions, routing
from helpcenter.services.routing import Proposal
from helpcenter.worktime import WorkCalendar

Mode = Literal["auto", "propose"]
AT_ONCE: Final = 100
WAITING: Final = (QuestionState.NEW, QuestionState.REOPENED)
"""States in which a question that nobody has is to be routed."""


def due(db: Session, *, now: datetime) -> list[int]:  # noqa: ARG001 -- as all that the tick asks
    """The ids of questions that have no proposals for the state in which they are, oldest first."""
    wanted = select(Question.id).where(*_due()).order_by(Question.state_at, Question.id)
    return list(db.scalars(wanted.limit(AT_ONCE)))


def route(db: Session, question_id: int, *, now: datetime, mode: Mode, calendar: WorkCalendar) -> bool:
    """Keep proposals for the question, and give it to the first where he is clear; False where that is not to be done any more.

    Who is second here finds what the first has noted, and does nothing. Raises Conflict where a person is just deciding.
    """
    question = db.scalars(select(Question).where(Question.id == question_id, *_due())).one_or_none()
    if question is None:
        return False
    passed = routing.who_passed(db, question)
    proposals = routing.propose(db, question, now=now, but=passed, calendar=calendar)
    if not routing.note_proposals(db, question, proposals, now=now):
        return False
    if mode == "auto" and proposals and proposals[0].clear:
        give_by_itself(db, question, proposals, now=now)
    return True


def give_by_itself(db: Session, question: Question, proposals: Sequence[Proposal], *, now: datetime) -> None:
    """Give the question to who is proposed first, with the reasons; it gets the topic, where its asker chose none."""
    best = proposals[0]
    if question.topic_id is None and best.topic is not None:
        question.topic = best.topic
        db.flush()
    questions.assign(db, question, best.expert, now=now, actor=None, reason=because(best))
    routing.assigned(db, question, best, now=now)


def because(proposal: Proposal) -> Message:
    """All the reasons of a proposal, one after the other."""
    return Message("%(reasons)s", {"reasons": proposal.reasons})


def _due() -> tuple[ColumnElement[bool], ...]:
    since = func.coalesce(Question.state_at, Question.created_at)
    waits = exists().where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    # Asked in a live session that did not get to it: whoever was there stands behind it, also without an address.
    asked = exists().where(SessionQuestion.question_id == Question.id, SessionQuestion.moderation == Moderation.SHOWN)
    done = exists().where(
        RoutingDecision.question_id == Question.id, RoutingDecision.step == RoutingStep.PROPOSED, RoutingDecision.at >= since
    )  # fmt: skip
    return Question.state.in_(WAITING), Question.expert_id.is_(None), Question.held_for == "", or_(waits, asked), ~done

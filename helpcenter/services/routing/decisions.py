"""The log of what was decided about who answers a question; each decision is learned from in the same transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpcenter.models import Question, RoutingDecision, RoutingStep, Topic, User
from helpcenter.services.notifications import insert_once
from helpcenter.services.routing.learning import Word, learn, learn_all
from helpcenter.services.routing.proposing import Proposal

_S = RoutingStep
_SUGGESTED: Final = 0.5
"""What it is worth that a colleague or an editor named somebody, who has not said yes yet."""
_HELPED, _FAILED = 0.5, 0.7


def note_proposals(db: Session, question: Question, proposals: Sequence[Proposal], *, now: datetime) -> bool:
    """Keep what is proposed for the question in its present state; False, and nothing kept, where somebody else has done that."""
    best = proposals[0] if proposals else None
    values = {
        "question_id": question.id, "claim": claim_of(question), "step": _S.PROPOSED, "at": now, "reason": "",
        "expert_id": best.expert.id if best else None, "topic_id": best.topic.id if best and best.topic else None,
        "proposals": [one.as_json() for one in proposals],
    }  # fmt: skip
    return insert_once(db, RoutingDecision, values) is not None


def claim_of(question: Question) -> str:
    """The name under which proposals for the question are made once: since when it is in its state."""
    return f"proposed:{question.state_at or question.created_at:%Y%m%dT%H%M%S.%f}"


def assigned(db: Session, question: Question, proposal: Proposal, *, now: datetime) -> None:
    """The site has given the question to who was proposed; nothing is learned from that."""
    _note(db, question, _S.ASSIGNED, expert_id=proposal.expert.id, now=now, proposals=[proposal])


def accepted(db: Session, question: Question, user: User, now: datetime) -> None:
    """The person has taken the question: it is his. Saying so twice counts once."""
    claim = f"accepted:{user.id}:{question.state_at or question.created_at:%Y%m%dT%H%M%S.%f}"
    if _note(db, question, _S.ACCEPTED, expert_id=user.id, actor=user, claim=claim, now=now):
        learn(db, question, expert_id=user.id, topic_id=question.topic_id, good=1, now=now)


def given(db: Session, question: Question, expert: User, *, actor: User | None, now: datetime) -> None:
    """Somebody has given the question to the expert, who has not said anything yet."""
    _note(db, question, _S.GIVEN, expert_id=expert.id, actor=actor, now=now)
    learn(db, question, expert_id=expert.id, topic_id=question.topic_id, good=_SUGGESTED, now=now)


def passed_on(
    db: Session, question: Question, from_: User, to: User | None, topic: Topic | None, reason: str, now: datetime
) -> None:
    """“Not my topic”: the question is not for `from_`; better for `to`, or about `topic`, where these are named.

    Call it before the question's topic is changed. Where only the topic was wrong, that he passes it on says nothing about him
    and the topic that it was held to be about.
    """
    was, about = question.topic_id, topic.id if topic else question.topic_id
    _note(
        db, question, _S.PASSED_ON, expert_id=to.id if to else None, from_id=from_.id, actor=from_, topic_id=about, reason=reason,
        now=now,
    )  # fmt: skip
    words = [Word(from_.id, about, bad=1)]
    if to is not None:
        words.append(Word(to.id, about, good=_SUGGESTED))
    elif topic is not None and topic.id != was:
        words.append(Word(None, topic.id, good=1))
    learn_all(db, question, words, now=now)


def retopiced(db: Session, question: Question, *, now: datetime) -> None:
    """A person has said what the question is about, by now its topic: its words go with that."""
    learn(db, question, expert_id=None, topic_id=question.topic_id, good=1, now=now)


def answered(db: Session, question: Question, *, actor: User | None, now: datetime) -> None:
    """The question has been answered, by whoever has it, else by `actor`; each answer counts once."""
    expert_id = question.expert_id or (actor.id if actor else None)
    claim = f"answered:{question.answers}"
    if _note(db, question, _S.ANSWERED, expert_id=expert_id, actor=actor, claim=claim, now=now):
        learn(db, question, expert_id=expert_id, topic_id=question.topic_id, good=1, times=1, now=now)


def outcome(db: Session, question: Question, good: bool, now: datetime) -> None:  # noqa: FBT001 -- what its callers were promised
    """An asker says that the answer solved it, or that it did not: that speaks for or against who answered."""
    expert_id = question.expert_id or db.scalar(_last(question, _S.ANSWERED))
    _note(db, question, _S.HELPED if good else _S.FAILED, expert_id=expert_id, now=now)
    learn(
        db, question, expert_id=expert_id, topic_id=question.topic_id, good=_HELPED if good else 0, bad=0 if good else _FAILED,
        now=now,
    )  # fmt: skip


def history(db: Session, question: Question) -> list[RoutingDecision]:
    """All decisions about the question, in order."""
    wanted = select(RoutingDecision).where(RoutingDecision.question_id == question.id)
    return list(db.scalars(wanted.order_by(RoutingDecision.at, RoutingDecision.id)))


def who_passed(db: Session, question: Question) -> set[int]:
    """The ids of those who have passed the question on: it is not proposed to them again."""
    wanted = select(RoutingDecision.from_id).where(
        RoutingDecision.question_id == question.id, RoutingDecision.step == _S.PASSED_ON
    )
    return {one for one in db.scalars(wanted) if one is not None}


def has_accepted(db: Session, question: Question, user: User) -> bool:
    """Whether the question is his by his own word, and nobody's since."""
    steps = (_S.ASSIGNED, _S.ACCEPTED, _S.GIVEN, _S.PASSED_ON)
    wanted = select(RoutingDecision.step, RoutingDecision.expert_id).where(
        RoutingDecision.question_id == question.id, RoutingDecision.step.in_(steps)
    )
    last = db.execute(wanted.order_by(RoutingDecision.id.desc()).limit(1)).first()
    return last is not None and (last.step, last.expert_id) == (_S.ACCEPTED, user.id)


def _last(question: Question, step: RoutingStep) -> Select[Any]:
    wanted = select(RoutingDecision.expert_id).where(
        RoutingDecision.question_id == question.id, RoutingDecision.step == step
    )
    return wanted.order_by(RoutingDecision.id.desc()).limit(1)


def _note(  # noqa: PLR0913 -- the row's columns
    db: Session,
    question: Question,
    step: RoutingStep,
    *,
    expert_id: int | None,
    now: datetime,
    actor: User | None = None,
    from_id: int | None = None,
    topic_id: int | None = None,
    reason: str = "",
    proposals: Collection[Proposal] = (),
    claim: str | None = None,
) -> bool:
    values = {
        "question_id": question.id, "claim": claim, "step": step, "at": now, "actor_id": actor.id if actor else None,
        "expert_id": expert_id, "from_id": from_id, "topic_id": topic_id or question.topic_id, "reason": reason,
        "proposals": [one.as_json() for one in proposals],
    }  # fmt: skip
    return insert_once(db, RoutingDecision, values) is not None

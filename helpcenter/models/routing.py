"""What is known about who answers what: skills, decisions, and the counts that are learned from them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, word


class RoutingStep(StrEnum):
    """What was decided about who answers a question, by the site or by a person, and how that turned out."""

    PROPOSED = "proposed"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    GIVEN = "given"
    PASSED_ON = "passed on"
    ANSWERED = "answered"
    HELPED = "helped"
    FAILED = "failed"


class ExpertSkills(Base):
    """What an expert says of himself: the languages in which he answers, "de,en", "" for all; and `words`, what he knows about."""

    __tablename__ = "expert_skills"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    languages: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(String(500), default="")


class RoutingDecision(Base):
    """One step on a question's way to who answers it; nothing is ever changed here.

    `expert_id` is who was proposed first, or chosen; `from_id` who had it before; `topic_id` what it was held to be about.
    `proposals` are what stood to be chosen from: [{"expert", "topic", "likely", "score", "reasons"}], best first. `claim` names
    what happens once for a question (its proposals while it is in one state), None for what may happen often.
    """

    __tablename__ = "routing_decisions"
    __table_args__ = (UniqueConstraint("question_id", "claim"),)

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    claim: Mapped[str | None] = mapped_column(String(60))
    step: Mapped[RoutingStep] = mapped_column(word(RoutingStep))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    proposals: Mapped[list[Any]] = mapped_column(default=list)


class RoutingTerm(Base):
    """How much speaks for (`good`) and against (`bad`) an owner where a stem stands in a question; "" is the sum over all stems.

    `owner` is "expert:7", "topic:3", or "expert:7/topic:3", whose only `term` is "" and which counts questions. What happened
    at the instant t counts 2 ** ((t - LANDMARK) / HALF_LIFE) (services/routing/learning.py), so that sums need never be aged.
    `times` counts plainly. No stem tells who wrote it, and none is kept that was only in the private part of a question.
    """

    __tablename__ = "routing_terms"
    __table_args__ = (UniqueConstraint("owner", "term"),)

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(40))
    term: Mapped[str] = mapped_column(String(40), index=True)
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), index=True)
    good: Mapped[float] = mapped_column(default=0.0)
    bad: Mapped[float] = mapped_column(default=0.0)
    times: Mapped[int] = mapped_column(default=0)

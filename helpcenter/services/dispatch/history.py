"""What happened to a question, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import AuditRow, Question, RoutingDecision, RoutingStep, Topic, User
from helpcenter.services.fate.gone import GONE

NOBODY: Final = N_("nobody")
_SAID: Final = {
    "routed": N_("It was given to somebody."),
    "queued": N_("It was planned for a live session."),
    "being answered": N_("The answer is being written."),
    "answered": N_("It was answered."),
    "new": N_("It went back: nobody has it."),
    "release": N_("It went back: who had it does not answer questions any more."),
    GONE: N_("Its answer was withdrawn."),
    "confirmed": N_("Who asked says that it is solved."),
    "merged": N_("It became part of another question."),
    "declined": N_("It was declined."),
    "reopened": N_("It was reopened."),
    "released": N_("It was let in."),
    "hold": N_("It was held back."),
    "assign": N_("Given to %(to)s."),
    "topic": N_("Topic: %(topic)s."),
    "pass on": N_("Passed on: not the right topic."),
}
_PASSED_WITH_REASON: Final = N_("Passed on: %(reason)s")
_PROPOSED, _PROPOSED_NOBODY = N_("Proposed: %(to)s."), N_("Nobody could be proposed.")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when, by whom ("" for the site itself), what, and why, where that was noted."""

    at: datetime
    actor: str
    what: Message
    why: Message | None = None


def history(db: Session, question: Question, *, language: str) -> list[Event]:
    """All that happened to the question, the newest first; what is not known in words is left out."""
    audited = select(AuditRow).where(AuditRow.kind == "question", AuditRow.thing_id == question.id)
    rows = db.scalars(audited.order_by(AuditRow.at, AuditRow.id)).all()
    steps = RoutingStep.PROPOSED, RoutingStep.ASSIGNED
    decided = select(RoutingDecision).where(RoutingDecision.question_id == question.id, RoutingDecision.step.in_(steps))
    decisions = db.scalars(decided.order_by(RoutingDecision.at, RoutingDecision.id)).all()
    people = _names(db, rows, decisions)
    topics = {topic.id: topic.title(language) for topic in db.scalars(select(Topic))}
    events = [Event(question.created_at, "", Message(N_("It was asked.")))]
    events += [_proposed(row, people) for row in decisions if row.step is RoutingStep.PROPOSED]
    whys = {
        (row.at, row.expert_id): row.proposals[0]["reasons"] for row in decisions if row.step is RoutingStep.ASSIGNED
    }
    events += [event for row in rows if (event := _audited(row, people, topics, whys))]
    return sorted(events, key=lambda event: event.at)[::-1]


def _proposed(row: RoutingDecision, people: Mapping[int, str]) -> Event:
    names = [people[one["expert"]] for one in row.proposals if one["expert"] in people]
    return Event(row.at, "", Message(_PROPOSED, {"to": ", ".join(names)}) if names else Message(_PROPOSED_NOBODY))


def _audited(
    row: AuditRow, people: Mapping[int, str], topics: Mapping[int, str], whys: Mapping[Any, list[dict[str, Any]]]
) -> Event | None:
    if row.action not in _SAID:
        return None
    to, actor = row.detail.get("to"), people.get(row.actor_id or 0, "")
    what, why = Message(_SAID[row.action]), None
    if row.action == "assign":
        what = Message(_SAID["assign"], {"to": people.get(to or 0, "") or Message(NOBODY)})
        reasons = [Message.from_json(one) for one in whys.get((row.at, to), ())]
        why = Message("%(reasons)s", {"reasons": reasons}) if reasons else None
    elif row.action == "topic":
        what = Message(_SAID["topic"], {"topic": topics.get(to or 0) or Message(N_("none"))})
    elif row.detail.get("reason"):
        what = Message(_PASSED_WITH_REASON, {"reason": row.detail["reason"]})
    return Event(row.at, actor, what, why)


def _names(db: Session, rows: Any, decisions: Any) -> dict[int, str]:
    wanted = {row.actor_id for row in rows} | {row.detail.get("to") for row in rows if row.action == "assign"}
    wanted |= {one["expert"] for row in decisions for one in row.proposals}
    people = db.scalars(select(User).where(User.id.in_([one for one in wanted if one])))
    return {user.id: user.name or user.email for user in people}

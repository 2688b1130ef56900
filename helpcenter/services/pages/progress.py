"""How far a question is, for who asked it: what happened to it so far, who has it, and until when it is answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import AuditRow, LiveSession, Question, QuestionState, User, Visibility
from helpcenter.services import fate
from helpcenter.services.fate.gone import GONE
from helpcenter.services.pages.addresses import session_address
from helpcenter.services.pages.choice import watchable
from helpcenter.services.questions.assigning import ASSIGN
from helpcenter.services.questions.states import OPEN

RECEIVED: Final = "received"
_WITH: Final = "with"
_MOST: Final = 8
_STEPS: Final = {ASSIGN: _WITH, "new": "back", "routed": _WITH, GONE: "gone"} | {
    state.value: state.value for state in QuestionState if state not in {QuestionState.NEW, QuestionState.ROUTED}
}
"""What the question's history is to its asker; reminders are nobody else's business."""


@dataclass(frozen=True, slots=True)
class Way:
    """A step of a question: received, with (an expert, `name` if he wants to be named), back, gone (its answer), or its new state."""

    step: str
    at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """The session in which a question is to be answered; the addresses are "" where whoever asks may not see it."""

    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    address: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps in order, the last one where the question is; `planned` for a session, `due_at` for an open question."""

    steps: list[Way]
    planned: Planned | None
    due_at: datetime | None
    overdue: bool


def progress(db: Session, question: Question, *, visibilities: Collection[Visibility], now: datetime) -> Progress:
    """How far the question is, in at most eight steps."""
    session = fate.session_of(db, question, now=now) if question.state is QuestionState.QUEUED else None
    due_at = question.due_at if question.state in OPEN else None
    planned = _planned(session, visibilities) if session else None
    return Progress(_steps(db, question), planned, due_at, due_at is not None and due_at <= now)


def _steps(db: Session, question: Question) -> list[Way]:
    rows = db.scalars(
        select(AuditRow).where(AuditRow.kind == "question", AuditRow.thing_id == question.id).order_by(AuditRow.id)
    ).all()
    names = _names(db, rows)
    steps = [Way(RECEIVED, question.created_at)]
    for row in rows:
        if row.action not in _STEPS:
            continue
        step = Way(_STEPS[row.action], row.at, names.get(row.detail.get("to"), "") if row.action == ASSIGN else "")
        # Passed on twice, it is with the last one; open again because the answer is gone is one step.
        if steps[-1].step == step.step or (step.step, steps[-1].step) == ("gone", "reopened"):
            steps.pop()
        steps.append(step)
    if question.state is QuestionState.ROUTED and question.expert is not None and steps[-1].step == _WITH:
        steps[-1] = Way(_WITH, steps[-1].at, question.expert.public_name)
    return [steps[0], *steps[1 - _MOST :]] if len(steps) > _MOST else steps


def _names(db: Session, rows: Sequence[AuditRow]) -> dict[int | None, str]:
    """The names of those who had it, as far as they want to be named."""
    ids = {row.detail.get("to") for row in rows if row.action == ASSIGN} - {None}
    return dict(db.execute(select(User.id, User.public_name).where(User.id.in_(ids))).all()) if ids else {}


def _planned(session: LiveSession, visibilities: Collection[Visibility]) -> Planned:
    address = session_address(session.public_id) if session.visibility in watchable(visibilities) else ""
    return Planned(
        session.title, session.starts_at, session.ends_at, session.zone, address, f"{address}.ics" if address else ""
    )

"""What a month is measured by: what was lost, written twice, routed rightly, and shared fairly."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import AuditRow, OutgoingMail, Question, RoutingDecision, RoutingStep, Shift, User
from helpcenter.services.notifications.links import staff_question_path
from helpcenter.services.questions.standing import stands
from helpcenter.services.questions.states import OPEN
from helpcenter.services.rota.gathering import gather
from helpcenter.services.rota.planning import read_shares

if TYPE_CHECKING:
    from tests.bench.month.town import Month

DECISIONS = 200
EVERYBODY = ""
Told = Counter[tuple[str, str, str]]
"""How often something was told, or should have been: by kind of mail, what it is about, and to whom."""


def lost(db: Session) -> int:
    """How many questions of which somebody stands behind are neither closed nor watched over."""
    forgotten = (
        select(func.count()).select_from(Question).where(Question.state.in_(OPEN), stands(), Question.due_at.is_(None))
    )
    return db.scalar(forgotten) or 0


def right_shares(db: Session, able: Mapping[int, frozenset[int]]) -> tuple[float, float]:
    """How often the first proposal was somebody who had the answer then, of the first decisions and of the last."""
    proposed = select(RoutingDecision.question_id, RoutingDecision.expert_id).where(
        RoutingDecision.step == RoutingStep.PROPOSED
    )
    first: dict[int, bool] = {}
    for question_id, expert_id in db.execute(proposed.order_by(RoutingDecision.id)):
        first.setdefault(question_id, expert_id in able[question_id])
    hits = list(first.values())
    few = min(DECISIONS, len(hits) // 2)
    return round(sum(hits[:few]) / few, 3), round(sum(hits[-few:]) / few, 3)


def fairness(db: Session, month: "Month") -> float:
    """The largest distance of anybody from his due share of what was on duty until the month's end, in half days."""
    after = month.days.end
    situation = gather(db, first=after, last=after, calendar=month.calendar)
    shares = read_shares([], situation.people, [])
    return round(max(abs(share.off) for share in shares), 2)


def double_mails(db: Session) -> Told:
    """What was written more often than it happened; of what no history tells, whatever is the same word for word."""
    told = _happened(db)
    made = Counter(key for mail in db.scalars(select(OutgoingMail)) for key in _said(mail))
    over = {
        (kind, about, to): count - max(1, told[kind, about, to] + told[kind, about, EVERYBODY])
        for (kind, about, to), count in made.items()
    }
    return Counter({key: count for key, count in over.items() if count > 0})


def _said(mail: OutgoingMail) -> Iterator[tuple[str, str, str]]:
    """What the mail says: one thing, or one for each shift that it offers."""
    params = mail.params
    if mail.kind in {"shifts_open", "shift_unfilled"}:
        yield from ((mail.kind, shift["shift"], mail.recipient) for shift in params["shifts"])
    elif mail.kind == "question_due":
        yield mail.kind, params["question"] + params["due_at"], mail.recipient
    elif mail.kind == "rota_planned":
        yield mail.kind, f"{params['first']}/{params['last']}", mail.recipient
    elif mail.kind.startswith("question_") and mail.kind != "question_scheduled":
        yield mail.kind, params["question"], mail.recipient
    elif mail.kind == "alert" and params["path"].startswith(staff_question_path("")):
        yield mail.kind, params["path"], mail.recipient
    else:
        yield mail.kind, str(sorted(params.items())), mail.recipient


def _happened(db: Session) -> Told:
    """How often each may be written to, by the history of questions, shifts and plans; to `EVERYBODY`: each, so often."""
    people: dict[int, str] = dict(db.execute(select(User.id, User.email)).all())  # type: ignore[arg-type]  # rows are pairs
    names: dict[int, str] = dict(db.execute(select(Question.id, Question.public_id)).all())  # type: ignore[arg-type]
    shifts: dict[int, str] = dict(db.execute(select(Shift.id, Shift.public_id)).all())  # type: ignore[arg-type]
    told = Told()
    for row in db.scalars(select(AuditRow)):
        if row.kind == "question":
            told.update(_of_question(row, names[row.thing_id or 0], people))
        elif row.kind == "shift" and row.detail["to"] is None:
            name = shifts.get(row.thing_id or 0, "")
            # Colleagues are asked at once where somebody fell ill, and again where nobody had it as it drew near.
            told["shifts_open", name, EVERYBODY] += 1 + (row.action == "opened by absence")
            told["shift_unfilled", name, EVERYBODY] += 1
        elif row.kind == "rota":
            told["rota_planned", f"{row.detail['from']}/{row.detail['to']}", EVERYBODY] += 1
    return told


def _of_question(row: AuditRow, name: str, people: Mapping[int, str]) -> Iterator[tuple[str, str, str]]:
    if row.action == "assign" and row.actor_id != row.detail["to"]:
        yield "question_assigned", name, people[row.detail["to"]]
    if row.action in {"routed", "reopened"}:  # back from a session, or not solved: to who had it
        yield "question_assigned", name, EVERYBODY
    if row.action in {"answered", "declined"}:
        yield f"question_{row.action}", name, EVERYBODY
    if row.action == "answered":
        yield "question_solved", name, EVERYBODY
    if row.action == "passed on":
        yield "question_passed_on", name, EVERYBODY
    if row.action in {"escalated", "pass on"}:
        yield "alert", staff_question_path(name), EVERYBODY

"""The durable steps of a recording: which is next, who has it, how it ended.

A step belongs to whoever holds its newest fence, for as long as its lease runs. Every change is one UPDATE that names the
fence, so a worker that comes back too late changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from helpcenter.errors import N_, Message
from helpcenter.jobs import ADVANCE_RECORDING, defer
from helpcenter.models import AuditRow, Step, StepState, User

CHAIN: Final = (
    "fetch", "probe", "scan", "outline", "play", "transcript", "chapters", "clips", "index", "notify",
)  # fmt: skip
NEEDED: Final = frozenset({"fetch", "probe", "scan", "outline", "play"})
"""Without these there is nothing to watch; the others make it better, and what comes after one that failed goes on."""
CUT: Final = "cut"

MAX_ATTEMPTS: Final = 3
BACK_OFF: Final = (timedelta(seconds=5), timedelta(seconds=30))
WAIT_FOR_ROOM: Final = timedelta(seconds=30)
AT_ONCE: Final = 50

TRANSITIONS: Final[dict[StepState, frozenset[StepState]]] = {
    StepState.TODO: frozenset({StepState.DOING}),
    StepState.DOING: frozenset(
        {StepState.DOING, StepState.DONE, StepState.FAILED, StepState.QUARANTINED, StepState.TODO}
    ),
    StepState.FAILED: frozenset({StepState.DOING, StepState.TODO}),
    StepState.QUARANTINED: frozenset({StepState.TODO}),
    StepState.DONE: frozenset({StepState.TODO}),
}
INTERRUPTED = N_(
    "The work on this step was cut off three times. Try again; if it happens again, this file may be the reason."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one step: its row's id, and the fence under which its results may be stored."""

    step_id: int
    fence: int
    name: str
    subject: str
    attempt: int


def add_chain(db: Session, recording_id: int, *, now: datetime) -> None:
    """All steps of a new recording, still to be done."""
    for position, name in enumerate(CHAIN):
        db.add(Step(recording_id=recording_id, name=name, position=position, due_at=now))


def chain_of(db: Session, recording_id: int) -> list[Step]:
    """The recording's steps but cuts, in their order; none while its session runs."""
    wanted = select(Step).where(Step.recording_id == recording_id, Step.name != CUT)
    return list(db.scalars(wanted.order_by(Step.position)))


def add_cut(db: Session, recording_id: int, clip: str, *, now: datetime, at_once: bool = False) -> None:
    """The step that cuts the clip with this public id, once more if it was there already.

    `at_once`: before all that is still to be done with the recording, since people wait for it.
    """
    key = (Step.recording_id == recording_id, Step.name == CUT, Step.subject == clip)
    step = db.scalars(select(Step).where(*key)).one_or_none()
    if step is None:
        position = -1 if at_once else len(CHAIN)
        db.add(Step(recording_id=recording_id, name=CUT, subject=clip, position=position, due_at=now))
    else:
        _start_over(db, step.id, now=now)
    defer(db, ADVANCE_RECORDING, recording_id)


def claim(db: Session, recording_id: int, *, now: datetime, lease: timedelta) -> Claim | None:
    """The recording's next step, now ours for `lease`; None where nothing can be done now, or another worker was faster."""
    ready = select(Step).where(Step.recording_id == recording_id, _claimable(now)).order_by(Step.position, Step.id)
    for step in db.scalars(ready.execution_options(populate_existing=True)).all():
        if step.state is StepState.DOING and step.attempts >= MAX_ATTEMPTS:
            values = _ended(now) | {"error": Message(INTERRUPTED).as_json()}
            _change(db, step.id, step.fence, StepState.QUARANTINED, values, step.state)
            continue
        values = {
            "fence": step.fence + 1, "attempts": step.attempts + 1, "leased_until": now + lease,
            "started_at": now, "ended_at": None, "seconds": None, "progress": 0.0,
        }  # fmt: skip
        if _change(db, step.id, step.fence, StepState.DOING, values, step.state):
            return Claim(step.id, step.fence + 1, step.name, step.subject, step.attempts + 1)
    return None


def extend(db: Session, claim: Claim, *, until: datetime, progress: float) -> bool:
    """Keep the step until then and note its progress; False when it belongs to somebody else by now."""
    return _change(db, claim.step_id, claim.fence, StepState.DOING, {"leased_until": until, "progress": progress})


def finish(
    db: Session, claim: Claim, *, now: datetime, note: Message | None = None, result: dict[str, Any] | None = None
) -> bool:
    """Mark the step done; False when it belongs to somebody else by now: then nothing of this transaction may be kept."""
    values = _ended(now) | {
        "note": note.as_json() if note else None, "error": None, "result": result, "progress": 1.0,
        "seconds": _seconds(db, claim, now),
    }  # fmt: skip
    return _change(db, claim.step_id, claim.fence, StepState.DONE, values)


def fail(db: Session, claim: Claim, error: Message, *, now: datetime, hopeless: bool = False) -> bool:
    """Note why it failed; it is tried again later, unless that is `hopeless` or has been done often enough."""
    last = hopeless or claim.attempt >= MAX_ATTEMPTS
    values = _ended(now) | {"error": error.as_json(), "seconds": _seconds(db, claim, now)}
    if not last:
        values["due_at"] = now + BACK_OFF[claim.attempt - 1]
    return _change(db, claim.step_id, claim.fence, StepState.QUARANTINED if last else StepState.FAILED, values)


def release(db: Session, claim: Claim, *, due_at: datetime, error: Message | None = None) -> bool:
    """Give the step back as if it had not been begun: the worker was stopped, or there is no room at the moment."""
    values = {
        "leased_until": None, "due_at": due_at, "attempts": claim.attempt - 1, "progress": 0.0,
        "error": error.as_json() if error else None, "started_at": None,
    }  # fmt: skip
    return _change(db, claim.step_id, claim.fence, StepState.TODO, values)


def retry(db: Session, step: Step, *, by: User | None, now: datetime) -> bool:
    """Try a failed or quarantined step again at once, with all its attempts; False where it is not in such a state."""
    if step.state not in {StepState.FAILED, StepState.QUARANTINED} or not _start_over(db, step.id, now=now):
        return False
    _audit(db, by, "retry step", step, now=now)
    return True


def rerun(db: Session, recording_id: int, *, first: str, by: User | None, now: datetime) -> None:
    """Do the step `first` and all after it once more; what people have edited and decided stays."""
    chosen = CHAIN[CHAIN.index(first) :]
    wanted = select(Step).where(Step.recording_id == recording_id, Step.name.in_(chosen))
    for step in db.scalars(wanted.order_by(Step.position)).all():
        if step.state is not StepState.DOING and _start_over(db, step.id, now=now) and step.name == first:
            _audit(db, by, "run steps again", step, now=now)


def start_again(db: Session, recording_id: int, *, now: datetime) -> None:
    """Do the whole chain once more, since the file itself has to become another; what is being done now counts for nothing."""
    for step in chain_of(db, recording_id):
        if step.state is StepState.DOING:
            values = {"fence": step.fence + 1, "attempts": 0, "due_at": now, "progress": 0.0, "leased_until": None}
            _change(db, step.id, step.fence, StepState.TODO, values)
        else:
            _start_over(db, step.id, now=now)
    defer(db, ADVANCE_RECORDING, recording_id)


def due(db: Session, *, now: datetime) -> list[int]:
    """Recordings on which a worker could do something now, the longest waiting first: new, to be tried again, or left behind."""
    ids = select(Step.recording_id).where(_claimable(now)).group_by(Step.recording_id)
    return list(db.scalars(ids.order_by(func.min(Step.due_at), Step.recording_id).limit(AT_ONCE)))


def of_recording(db: Session, recording_id: int) -> list[Step]:
    """Its steps in order."""
    return list(db.scalars(select(Step).where(Step.recording_id == recording_id).order_by(Step.position, Step.id)))


def _claimable(now: datetime) -> ColumnElement[bool]:
    before = aliased(Step)
    in_the_way = select(before.id).where(
        before.recording_id == Step.recording_id,
        before.name != CUT,
        before.position < Step.position,
        before.state != StepState.DONE,
        or_(before.state != StepState.QUARANTINED, before.name.in_(NEEDED)),
    )
    waiting = and_(Step.state.in_([StepState.TODO, StepState.FAILED]), Step.due_at <= now)
    abandoned = and_(Step.state == StepState.DOING, Step.leased_until <= now)
    # A clip that an editor has confirmed is cut while the transcript is still being made.
    return and_(or_(waiting, abandoned), or_(Step.name == CUT, ~in_the_way.exists()))


def _change(db: Session, step_id: int, fence: int, to: StepState, values: dict[str, Any], *sources: StepState) -> bool:
    allowed = sources or (StepState.DOING,)
    assert all(to in TRANSITIONS[source] for source in allowed)
    statement = (
        update(Step)
        .where(Step.id == step_id, Step.fence == fence, Step.state.in_(allowed))
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.execute(statement)).rowcount == 1


def _start_over(db: Session, step_id: int, *, now: datetime) -> bool:
    step = db.get_one(Step, step_id, populate_existing=True)
    values = {
        "attempts": 0, "due_at": now, "error": None, "note": None, "progress": 0.0, "leased_until": None,
        "started_at": None, "ended_at": None, "seconds": None,
    }  # fmt: skip
    if step.state in {StepState.DOING, StepState.TODO}:
        return False
    if won := _change(db, step_id, step.fence, StepState.TODO, values, step.state):
        db.refresh(step)
        defer(db, ADVANCE_RECORDING, step.recording_id)
    return won


def _ended(now: datetime) -> dict[str, Any]:
    return {"leased_until": None, "ended_at": now}


def _seconds(db: Session, claim: Claim, now: datetime) -> float | None:
    started = db.scalar(select(Step.started_at).where(Step.id == claim.step_id))
    return round((now - started).total_seconds(), 3) if started else None


def _audit(db: Session, by: User | None, action: str, step: Step, *, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=by.id if by else None, action=action, kind="step", thing_id=step.id, detail={}))

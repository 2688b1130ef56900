"""What readers say is wrong becomes an editor's task, one for each thing and kind, and ends when he says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import (
    AuditRow,
    EditorTask,
    EntryState,
    FaqEntry,
    Rating,
    RatingKind,
    TaskState,
    User,
    new_public_id,
)
from helpcenter.services import faq, helpful
from helpcenter.services.notifications import insert_once

_S, _K = TaskState, RatingKind
TRANSITIONS: Final[dict[TaskState, frozenset[TaskState]]] = {
    _S.OPEN: frozenset({_S.TAKEN, _S.DONE, _S.DISMISSED}),
    _S.TAKEN: frozenset({_S.OPEN, _S.DONE, _S.DISMISSED}),
    _S.DONE: frozenset(),
    _S.DISMISSED: frozenset(),
}
WAITING: Final = frozenset({_S.OPEN, _S.TAKEN})
NEEDED: Final[dict[RatingKind, int]] = {_K.OUTDATED: 2, _K.UNCLEAR: 2, _K.WRONG_PRODUCT: 2, _K.OTHER: 3, _K.FAILED: 1}
"""So many readers must say the same before it is a task, so that one alone makes no work. Who has asked and was not helped
is known by his confirmed address: one of them is enough."""
LATELY: Final = timedelta(days=90)
PAGE: Final = 50
REASON_LENGTH: Final = 1000


def note(db: Session, rating: Rating, *, now: datetime) -> EditorTask | None:
    """The task that this rating made or raised; None while too few have said the same lately."""
    thing = f"entry:{rating.entry_id}" if rating.entry_id else f"clip:{rating.clip_id}"
    count, first, last = db.execute(_same(db, rating, thing, now)).one()
    if count < NEEDED[rating.kind]:
        return None
    values = {"count": count, "first_at": first, "last_at": last}
    values |= {name: value for name in ("clip_id", "question_id") if (value := getattr(rating, name))}
    made = {**values, "thing": thing, "kind": rating.kind, "entry_id": rating.entry_id, "state": _S.OPEN, "reason": ""}
    task_id = insert_once(db, EditorTask, {**made, "public_id": new_public_id()})
    if task_id is not None:
        return db.get_one(EditorTask, task_id)
    waiting = (EditorTask.thing == thing, EditorTask.kind == rating.kind, EditorTask.state.in_(WAITING))
    db.execute(update(EditorTask).where(*waiting).values(**values).execution_options(synchronize_session=False))
    return db.scalars(select(EditorTask).where(*waiting).execution_options(populate_existing=True)).one_or_none()


def waiting(db: Session, *, page: int = 1) -> tuple[list[EditorTask], int]:
    """One page of the tasks that wait, those first that most readers ask for; and how many there are."""
    wanted = _listed().where(EditorTask.state.in_(WAITING))
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(EditorTask.count.desc(), EditorTask.last_at.desc(), EditorTask.id)
    return _with_all(db, ordered.limit(PAGE).offset((max(1, page) - 1) * PAGE)), total


def closed(db: Session, *, limit: int = 20) -> list[EditorTask]:
    """The tasks that were done or dismissed last."""
    ordered = _listed().where(EditorTask.state.not_in(WAITING)).order_by(EditorTask.closed_at.desc(), EditorTask.id)
    return _with_all(db, ordered.limit(limit))


def find(db: Session, public_id: str) -> EditorTask:
    """The task with this public id. Raises NotFound."""
    task = db.scalar(select(EditorTask).where(EditorTask.public_id == public_id))
    if task is None:
        raise NotFound
    return task


def reasons(db: Session, tasks: Sequence[EditorTask], *, most: int = 3) -> dict[int, list[str]]:
    """What readers wrote, by the task's id, the newest first."""
    found: dict[int, list[str]] = {}
    for task in tasks:
        of_thing = Rating.entry_id == task.entry_id if task.entry_id else Rating.clip_id == task.clip_id
        wanted = select(Rating.reason).where(of_thing, Rating.kind == task.kind, Rating.reason != "")
        wanted = wanted.where(Rating.at >= task.first_at).order_by(Rating.at.desc(), Rating.id.desc())
        found[task.id] = list(dict.fromkeys(db.scalars(wanted.limit(most))))
    return found


def take(db: Session, task: EditorTask, *, actor: User, now: datetime) -> None:
    """He sees to it. Raises Conflict where somebody else was faster, also as all below."""
    _move(db, task, _S.TAKEN, actor=actor, now=now, user_id=actor.id)


def give_back(db: Session, task: EditorTask, *, actor: User, now: datetime) -> None:
    """Somebody else may see to it."""
    _move(db, task, _S.OPEN, actor=actor, now=now, user_id=None)


def done(db: Session, task: EditorTask, *, actor: User, now: datetime) -> None:
    """It has been seen to: what readers said before counts no more. An entry that needed a look has had it with its last task."""
    _move(db, task, _S.DONE, actor=actor, now=now, user_id=actor.id, closed_at=now)
    entry = db.get(FaqEntry, task.entry_id) if task.entry_id else None
    others = select(EditorTask.id).where(EditorTask.thing == task.thing, EditorTask.state.in_(WAITING))
    if entry and entry.state is EntryState.STALE and db.scalar(others.limit(1)) is None:
        faq.publish(db, entry, editor=actor, now=now)


def dismiss(db: Session, task: EditorTask, *, reason: str, actor: User, now: datetime) -> None:
    """Nothing is wrong, and why; it comes back only when as many others say the same. Raises InvalidInput without a reason."""
    reason = " ".join(reason.replace("\0", "").split())
    if not reason or len(reason) > REASON_LENGTH:
        raise InvalidInput(N_("Please say in some words why nothing has to be done."))
    _move(db, task, _S.DISMISSED, actor=actor, now=now, user_id=actor.id, closed_at=now, reason=reason)


def _same(db: Session, rating: Rating, thing: str, now: datetime) -> Select[*tuple[Any, ...]]:
    """How many said the same of the same, when first and when last: lately, and since anybody saw to it."""
    of_thing = Rating.entry_id == rating.entry_id if rating.entry_id else Rating.clip_id == rating.clip_id
    closed_at = select(func.max(EditorTask.closed_at)).where(EditorTask.thing == thing, EditorTask.kind == rating.kind)
    begun = [now - LATELY, db.scalar(closed_at), helpful.since(db, rating.entry_id) if rating.entry_id else None]
    wanted: Select[*tuple[Any, ...]] = select(func.count(Rating.id), func.min(Rating.at), func.max(Rating.at))
    return wanted.where(of_thing, Rating.kind == rating.kind, Rating.at >= max(at for at in begun if at))


def _listed() -> Select[Any]:
    return select(EditorTask).where(EditorTask.entry_id.is_not(None) | EditorTask.clip_id.is_not(None))


def _with_all(db: Session, wanted: Select[Any]) -> list[EditorTask]:
    entry = selectinload(EditorTask.entry).selectinload(FaqEntry.texts)
    others = (joinedload(EditorTask.clip), joinedload(EditorTask.question), joinedload(EditorTask.user))
    return list(db.scalars(wanted.options(entry, *others)))


def _move(db: Session, task: EditorTask, to: TaskState, *, actor: User, now: datetime, **values: Any) -> None:
    """The guarded change: it counts only from the state that the caller saw."""
    db.flush()
    before = task.state
    guarded = update(EditorTask).where(EditorTask.id == task.id, EditorTask.state == before).values(state=to, **values)
    if to not in TRANSITIONS[before] or db.execute(guarded.returning(EditorTask.id)).first() is None:
        raise Conflict(N_("Somebody else has seen to this in the meantime."))
    db.refresh(task)
    detail = {"from": before.value, "to": to.value}
    db.add(AuditRow(at=now, actor_id=actor.id, action=to.value, kind="editor task", thing_id=task.id, detail=detail))

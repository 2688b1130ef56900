"""Shifts that are offered to colleagues: against one of theirs, or for nothing in return."""

from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, Conflict, Forbidden, NotFound
from helpcenter.models import AuditRow, Shift, Swap, SwapState, TeamMember, User, new_public_id
from helpcenter.services.notifications import insert_once, queue_mail
from helpcenter.services.rota import shifts
from helpcenter.services.rota.absences import describe
from helpcenter.worktime import WorkCalendar

_GONE: Final = N_("This offer is settled or withdrawn by now.")
_NOT_YOURS: Final = N_("Only your own shifts can be offered, before they begin.")
_LOADED: Final = (
    selectinload(Swap.shift).selectinload(Shift.team), selectinload(Swap.against).selectinload(Shift.team),
    selectinload(Swap.offered_by), selectinload(Swap.to),
)  # fmt: skip


def offer(
    db: Session, shift: Shift, *, by: User, to: User | None = None, against: Shift | None = None,
    calendar: WorkCalendar, now: datetime,
) -> Swap:  # fmt: skip
    """Offer one's shift to a colleague, or to anybody of the team; `against` is a shift of his that is wanted for it.

    Raises Forbidden for what is not one's own, Conflict, in words, where it cannot come about or is offered already.
    """
    if shift.user_id != by.id or shift.starts_at <= now:
        raise Forbidden(_NOT_YOURS)
    if against is not None and against.user is not None:
        to = to or against.user
    _check(db, shift, by, to, against, now)
    values = {
        "public_id": new_public_id(), "shift_id": shift.id, "offered_by_id": by.id, "to_id": to.id if to else None,
        "against_id": against.id if against else None, "state": SwapState.OFFERED, "created_at": now,
    }  # fmt: skip
    swap_id = insert_once(db, Swap, values)
    if swap_id is None:
        raise Conflict(N_("This shift is offered already."))
    swap = db.get_one(Swap, swap_id)
    _audit(db, swap, "offered", by, now)
    for user in [to] if to else [one for one in _colleagues(db, shift, by) if shifts.obstacle(db, one, shift) is None]:
        _mail(db, "swap_offered", swap, user, calendar=calendar, now=now, name=by.name)
    return swap


def accept(db: Session, swap: Swap, *, by: User, calendar: WorkCalendar, now: datetime) -> None:
    """Take what is offered: both shifts change hands, or none. Both people are told. Raises Conflict, Forbidden, in words."""
    _check_mine(db, swap, by)
    shifts.lock(db, [swap.offered_by_id, by.id])
    _decide(db, swap, SwapState.ACCEPTED, by, now)
    mine, theirs = swap.shift, swap.against
    for one in filter(None, (mine, theirs)):
        db.refresh(one)
    if mine.user_id != swap.offered_by_id or (theirs and theirs.user_id != by.id):
        raise Conflict(_GONE)
    _possible(db, by, mine, theirs, now)
    if theirs:
        _possible(db, swap.offered_by, theirs, mine, now)
    pairs = [(mine, by), *([(theirs, swap.offered_by)] if theirs else [])]
    for shift, to in sorted(pairs, key=lambda pair: pair[0].id):
        shifts.hand_over(db, shift, to, action="swapped", fixed=True, actor=by, now=now)
    swap.to_id = by.id
    db.flush()
    for user, other in ((swap.offered_by, by), (by, swap.offered_by)):
        _mail(db, "swap_accepted", swap, user, calendar=calendar, now=now, name=other.name)


def refuse(db: Session, swap: Swap, *, by: User, calendar: WorkCalendar, now: datetime) -> None:
    """Say no to what is offered to oneself; whoever offered it is told. Raises Conflict, Forbidden."""
    if swap.to_id != by.id:
        raise Forbidden
    _decide(db, swap, SwapState.REFUSED, by, now)
    _mail(db, "swap_refused", swap, swap.offered_by, calendar=calendar, now=now, name=by.name)


def withdraw(db: Session, swap: Swap, *, by: User, now: datetime) -> None:
    """Take one's offer back. Raises Conflict where it is settled, Forbidden."""
    if swap.offered_by_id != by.id:
        raise Forbidden
    _decide(db, swap, SwapState.WITHDRAWN, by, now)


def find(db: Session, public_id: str) -> Swap:
    """The offer. Raises NotFound."""
    found = db.scalar(select(Swap).where(Swap.public_id == public_id).options(*_LOADED))
    if found is None:
        raise NotFound
    return found


def waiting(db: Session, user: User, *, now: datetime) -> list[Swap]:
    """What is offered to the person, by name or as one of the team, and not settled."""
    mine = select(TeamMember.team_id).where(TeamMember.user_id == user.id)
    anybody = Swap.to_id.is_(None) & Shift.team_id.in_(mine) & (Swap.offered_by_id != user.id)
    return _offered(db, or_(Swap.to_id == user.id, anybody), now)


def offered(db: Session, user: User, *, now: datetime) -> list[Swap]:
    """What the person has offered, and not settled."""
    return _offered(db, Swap.offered_by_id == user.id, now)


def _offered(db: Session, which: object, now: datetime) -> list[Swap]:
    wanted = select(Swap).join(Shift, Shift.id == Swap.shift_id)
    wanted = wanted.where(which, Swap.state == SwapState.OFFERED, Shift.starts_at > now)  # type: ignore[arg-type]
    return list(db.scalars(wanted.options(*_LOADED).order_by(Shift.starts_at, Swap.id)))


def _check(db: Session, shift: Shift, by: User, to: User | None, against: Shift | None, now: datetime) -> None:
    if to is not None:
        if to.id == by.id:
            raise Forbidden(_NOT_YOURS)
        _possible(db, to, shift, against, now)
    if against is not None:
        if to is None or against.user_id != to.id:
            raise Conflict(N_("The shift that you want for it is somebody else's by now."))
        _possible(db, by, against, shift, now)


def _possible(db: Session, user: User, shift: Shift, but: Shift | None, now: datetime) -> None:
    if shift.starts_at <= now:
        raise Conflict(N_("This shift has begun."))
    why = shifts.obstacle(db, user, shift, but=but)
    if why is not None:
        raise Conflict(why.text, **why.params)


def _check_mine(db: Session, swap: Swap, by: User) -> None:
    if swap.to_id != by.id and (swap.to_id is not None or by not in _colleagues(db, swap.shift, swap.offered_by)):
        raise Forbidden


def _colleagues(db: Session, shift: Shift, but: User) -> list[User]:
    wanted = select(User).join(TeamMember, TeamMember.user_id == User.id).where(TeamMember.team_id == shift.team_id)
    return list(db.scalars(wanted.where(User.id != but.id, User.disabled_at.is_(None)).order_by(User.id)))


def _decide(db: Session, swap: Swap, state: SwapState, by: User, now: datetime) -> None:
    guarded = update(Swap).where(Swap.id == swap.id, Swap.state == SwapState.OFFERED)
    if db.execute(guarded.values(state=state, decided_at=now).returning(Swap.id)).first() is None:
        raise Conflict(_GONE)
    db.refresh(swap)
    _audit(db, swap, state.value, by, now)


def _mail(db: Session, kind: str, swap: Swap, user: User, *, calendar: WorkCalendar, now: datetime, name: str) -> None:
    got, given = (swap.shift, swap.against) if user.id != swap.offered_by_id else (swap.against, swap.shift)
    queue_mail(
        db, effect_key=f"{kind.replace('_', '-')}:{swap.public_id}:{user.public_id}", kind=kind,
        params={
            "name": name, "got": describe(got, calendar) if got else None,
            "given": describe(given, calendar) if given else None, "useless_after": swap.shift.ends_at.isoformat(),
        },
        recipient=user.email, language=user.language, now=now,
    )  # fmt: skip


def _audit(db: Session, swap: Swap, action: str, by: User, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=by.id, action=action, kind="swap", thing_id=swap.id))

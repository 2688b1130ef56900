"""What people want of half days: of those of every week, and of single ones."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import AuditRow, User, Wish, WishKind
from helpcenter.services.notifications import insert_once
from helpcenter.worktime import WEEKDAYS, Half

Week = Mapping[tuple[str, Half], WishKind]


def week(db: Session, user: User) -> dict[tuple[str, Half], WishKind]:
    """What the person wants of every week's half days, by (MO … SU, half)."""
    wanted = select(Wish).where(Wish.user_id == user.id, Wish.slot.in_(WEEKDAYS))
    return {(wish.slot, wish.half): wish.kind for wish in db.scalars(wanted)}


def single(db: Session, user: User, *, today: date) -> list[Wish]:
    """The wishes for single half days from today on, in order."""
    found = db.scalars(select(Wish).where(Wish.user_id == user.id, Wish.slot.not_in(WEEKDAYS))).all()
    order = list(Half)
    return sorted(
        (wish for wish in found if wish.slot >= today.isoformat()), key=lambda wish: (wish.slot, order.index(wish.half))
    )


def save_week(db: Session, user: User, wanted: Week, *, by: User, now: datetime) -> None:
    """Let these be the person's wishes for every week, and no others. What is planned stays until it is planned anew."""
    db.execute(delete(Wish).where(Wish.user_id == user.id, Wish.slot.in_(WEEKDAYS)))
    for (slot, half), kind in wanted.items():
        insert_once(db, Wish, {"user_id": user.id, "slot": slot, "half": half, "kind": kind})
    _audit(db, user, by, now)


def save_single(
    db: Session, user: User, wanted: tuple[date, Half], kind: WishKind | None, *, by: User, now: datetime
) -> None:
    """What the person wants of that one half day; None: nothing any more. Raises InvalidInput for a day that is past."""
    day, half = wanted
    if kind is not None and day < now.date():
        raise InvalidInput(N_("This lies in the past."))
    slot = day.isoformat()
    db.execute(delete(Wish).where(Wish.user_id == user.id, Wish.slot == slot, Wish.half == half))
    if kind is not None:
        insert_once(db, Wish, {"user_id": user.id, "slot": slot, "half": half, "kind": kind})
    _audit(db, user, by, now)


def _audit(db: Session, user: User, by: User, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=by.id, action="wishes", kind="user", thing_id=user.id))

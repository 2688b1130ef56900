"""Who is away when. What was planned then is open at once: colleagues are asked in fair order, and planners told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, InvalidInput, Message, NotFound
from helpcenter.models import Absence, AuditRow, Shift, User
from helpcenter.services.notifications import alert_editors, queue_mail
from helpcenter.services.rota import shifts
from helpcenter.services.rota.balance import of_shifts, outlook
from helpcenter.services.rota.planning import Key
from helpcenter.worktime import Half, WorkCalendar

ASKED: Final = 3
"""So many colleagues are asked by mail for each shift that somebody's absence has opened, in fair order."""
LONGEST: Final = 200
_MOST_DAYS: Final = 550
_TOLD: Final = N_("%(name)s will be away. Shifts that are open now: %(count)d. Colleagues asked by mail: %(asked)d.")


@dataclass(frozen=True, slots=True)
class Away:
    """From which half day to which, both included; `note` is for planners alone."""

    first: Key
    last: Key
    note: str = ""


def report(db: Session, user: User, away: Away, *, by: User, calendar: WorkCalendar, now: datetime) -> list[Shift]:
    """Note that the person is away; the shifts that are open by it, for which colleagues are asked. Raises InvalidInput."""
    _check(away, now.astimezone(calendar.zone).date())
    shifts.lock(db, [user.id])
    absence = Absence(
        user_id=user.id, first_day=away.first[0], first_half=away.first[1], last_day=away.last[0],
        last_half=away.last[1], note=" ".join(away.note.split())[:LONGEST], created_at=now,
    )  # fmt: skip
    db.add(absence)
    db.flush()
    db.add(AuditRow(at=now, actor_id=by.id, action="away", kind="user", thing_id=user.id))
    opened = [one for one in _ahead(db, user, now) if absence.covers(one.day, one.half)]
    for shift in opened:
        shifts.open_up(db, shift, action="opened by absence", actor=by, calendar=calendar, now=now)
    if opened:
        _tell(db, absence, user, opened, calendar=calendar, now=now)
    return opened


def withdraw(db: Session, absence: Absence, *, by: User, now: datetime) -> None:
    """The person is there after all. Shifts that were opened by it stay open, or with whoever took them."""
    db.add(AuditRow(at=now, actor_id=by.id, action="back", kind="user", thing_id=absence.user_id))
    db.delete(absence)
    db.flush()


def find(db: Session, public_id: str) -> Absence:
    """The absence. Raises NotFound."""
    found = db.scalar(select(Absence).where(Absence.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def ahead(db: Session, *, today: date, of: User | None = None) -> list[Absence]:
    """The absences that are not over, of one person or of everybody, in order."""
    wanted = select(Absence).options(selectinload(Absence.user)).where(Absence.last_day >= today)
    if of is not None:
        wanted = wanted.where(Absence.user_id == of.id)
    return list(db.scalars(wanted.order_by(Absence.first_day, Absence.id)))


def describe(shift: Shift, calendar: WorkCalendar) -> dict[str, Any]:
    """The shift as mails are told of it."""
    return {
        "team": shift.team.name, "starts_at": shift.starts_at.isoformat(), "ends_at": shift.ends_at.isoformat(),
        "zone": calendar.zone.key, "shift": shift.public_id,
    }  # fmt: skip


def _tell(
    db: Session, absence: Absence, user: User, opened: Sequence[Shift], *, calendar: WorkCalendar, now: datetime
) -> None:
    """Ask the first of those who could, one mail each, and tell planners; who is away and why is not in what colleagues read."""
    situation = outlook(db, calendar=calendar, now=now, until=opened[-1].ends_at)
    offered: dict[int, list[Shift]] = defaultdict(list)
    people: dict[int, User] = {}
    found = of_shifts(situation, opened)
    for shift in opened:
        for one in found[shift.id][:ASKED]:
            people[one.user.id] = one.user
            offered[one.user.id].append(shift)
    for user_id, shown in offered.items():
        ask(db, people[user_id], shown, event=absence.public_id, calendar=calendar, now=now)
    told = Message(_TOLD, {"name": user.name or user.email, "count": len(opened), "asked": len(offered)})
    link = f"/workbench/rota?day={opened[0].day.isoformat()}"
    alert_editors(db, effect_key=f"absence:{absence.public_id}", message=told, link=link, now=now)


def ask(db: Session, user: User, shown: Sequence[Shift], *, event: str, calendar: WorkCalendar, now: datetime) -> None:
    """Ask a colleague by mail whether he takes one of these open shifts, once per event."""
    queue_mail(
        db, effect_key=f"shifts-open:{event}:{user.public_id}", kind="shifts_open",
        params={
            "shifts": [describe(shift, calendar) for shift in shown],
            "useless_after": max(shift.ends_at for shift in shown).isoformat(),
        },
        recipient=user.email, language=user.language, now=now,
    )  # fmt: skip


def _ahead(db: Session, user: User, now: datetime) -> list[Shift]:
    wanted = select(Shift).options(selectinload(Shift.team)).where(Shift.user_id == user.id, Shift.ends_at > now)
    return list(db.scalars(wanted.order_by(Shift.starts_at, Shift.id)))


def _check(away: Away, today: date) -> None:
    order = list(Half)
    first, last = ((day, order.index(half)) for day, half in (away.first, away.last))
    if first > last:
        raise InvalidInput(N_("The end lies before the beginning."))
    if last[0] < today:
        raise InvalidInput(N_("This lies in the past."))
    if (last[0] - first[0]).days > _MOST_DAYS:
        raise InvalidInput(N_("That is longer than can be planned. Please enter a year at most."))

"""Open shifts: planners, and whoever could take one, hear of each once, some working days ahead."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, Message
from helpcenter.models import Shift, User
from helpcenter.services.notifications import alert_editors
from helpcenter.services.rota import shifts
from helpcenter.services.rota.absences import ask
from helpcenter.services.rota.balance import candidates, outlook
from helpcenter.services.rota.gathering import STAFF
from helpcenter.worktime import WorkCalendar

AT_ONCE: Final = 100
_OPEN: Final = N_("A shift is still open: %(team)s, %(day)s.")
_NOBODY: Final = N_("A shift is still open, and nobody of the team could take it: %(team)s, %(day)s.")


def due(db: Session, *, now: datetime) -> list[int]:
    """The ids of open shifts of which it is time to tell."""
    wanted = select(Shift.id).where(Shift.warn_at <= now, Shift.user_id.is_(None))
    return list(db.scalars(wanted.order_by(Shift.warn_at, Shift.id).limit(AT_ONCE)))


def warn(db: Session, shift_id: int, *, calendar: WorkCalendar, now: datetime) -> int:
    """Claim the warning and note its mails, in one transaction; how many. 0 where somebody else was faster, or it is too late."""
    claim = update(Shift).where(Shift.id == shift_id, Shift.warn_at <= now, Shift.user_id.is_(None))
    if db.execute(claim.values(warn_at=None).returning(Shift.id)).first() is None:
        return 0
    wanted = select(Shift).where(Shift.id == shift_id).options(selectinload(Shift.team))
    shift = db.scalars(wanted.execution_options(populate_existing=True)).one()
    if shift.ends_at <= now or shift.team.archived_at is not None:
        return 0
    found = candidates(outlook(db, calendar=calendar, now=now, until=shift.ends_at), shift)
    event = f"{shift.public_id}-{shift.sequence}"
    for one in found:
        ask(db, one.user, [shift], event=event, calendar=calendar, now=now)
    told = Message(_OPEN if found else _NOBODY, {"team": shift.team.name, "day": shift.day.isoformat()})
    link = f"/workbench/rota/shifts/{shift.public_id}"
    return len(found) + alert_editors(db, effect_key=f"shift-open:{event}", message=told, link=link, now=now)


def free_of_gone(db: Session, *, calendar: WorkCalendar, now: datetime) -> int:
    """Open the shifts ahead of people who were locked out or are no experts any more; how many."""
    gone = select(User.id).where(User.disabled_at.is_not(None) | User.role.not_in(STAFF))
    wanted = select(Shift).where(Shift.user_id.in_(gone), Shift.ends_at > now).order_by(Shift.id)
    found = db.scalars(wanted.options(selectinload(Shift.team))).all()
    shifts.lock(db, [shift.user_id for shift in found if shift.user_id is not None])
    for shift in found:
        at = shifts.warning(calendar, shift.starts_at)
        shifts.hand_over(db, shift, None, action="left", actor=None, now=now, warn_at=max(at, now))
    return len(found)

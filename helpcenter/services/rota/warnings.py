"""Open shifts: planners, and whoever could take one, hear of each once, some working days ahead."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import Shift, User
from helpcenter.permissions import Role
from helpcenter.services.notifications import queue_mail
from helpcenter.services.rota import shifts
from helpcenter.services.rota.absences import ask, describe
from helpcenter.services.rota.balance import candidates, outlook
from helpcenter.services.rota.gathering import STAFF
from helpcenter.worktime import WorkCalendar

AT_ONCE: Final = 100


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
    return len(found) + sum(
        queue_mail(
            db, effect_key=f"shift-unfilled:{event}:{user.public_id}", kind="shift_unfilled",
            params={
                "shifts": [describe(shift, calendar)], "asked": len(found), "useless_after": shift.ends_at.isoformat(),
            },
            recipient=user.email, language=user.language, now=now,
        )
        for user in planners(db)
    )  # fmt: skip


def planners(db: Session) -> list[User]:
    """Who is told: each editor, and each admin where there is no editor."""
    here = select(User).where(User.disabled_at.is_(None)).order_by(User.id)
    editors = db.scalars(here.where(User.role == Role.EDITOR)).all()
    return list(editors or db.scalars(here.where(User.role == Role.ADMIN)))


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

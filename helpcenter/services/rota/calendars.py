"""The rota as a calendar at a secret address, one for each person and each team, which can be renewed."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import NotFound
from helpcenter.models import AuditRow, RotaCalendar, Shift, Team, User
from helpcenter.services.notifications import insert_once, links
from helpcenter.services.rota.gathering import STAFF
from helpcenter.settings import Settings

BEFORE: Final = timedelta(weeks=4)


def address(db: Session, of: User | Team, *, settings: Settings) -> str:
    """The secret address of this person's or team's calendar."""
    return links.rota_link(settings, _kind(of), of.public_id, _renewed(db, of))


def renew(db: Session, of: User | Team, *, by: User, now: datetime) -> None:
    """Make the present address useless; the next one is another."""
    column = _column(of)
    insert_once(db, RotaCalendar, {column: of.id, "renewed": 0})
    mine = getattr(RotaCalendar, column) == of.id
    db.execute(update(RotaCalendar).where(mine).values(renewed=RotaCalendar.renewed + 1))
    db.add(AuditRow(at=now, actor_id=by.id, action="calendar renewed", kind=_kind(of), thing_id=of.id))


def find(db: Session, kind: str, public_id: str, key: str, *, settings: Settings) -> User | Team:
    """Whose calendar this address is. Raises NotFound, also where the key is old or another's, or the person has gone."""
    found: User | Team | None
    if kind == "people":
        here = User.disabled_at.is_(None), User.role.in_(STAFF)
        found = db.scalar(select(User).where(User.public_id == public_id, *here))
    else:
        found = db.scalar(select(Team).where(Team.public_id == public_id, Team.archived_at.is_(None)))
    if found is None or not links.is_rota_key(settings, kind, public_id, _renewed(db, found), key):
        raise NotFound
    return found


def shifts_of(db: Session, of: User | Team, *, now: datetime) -> list[Shift]:
    """The shifts in that calendar: of the last four weeks, and all ahead."""
    mine = Shift.user_id == of.id if isinstance(of, User) else Shift.team_id == of.id
    wanted = select(Shift).where(mine, Shift.ends_at > now - BEFORE)
    return list(
        db.scalars(
            wanted.options(selectinload(Shift.team), selectinload(Shift.user)).order_by(Shift.starts_at, Shift.id)
        )
    )


def _renewed(db: Session, of: User | Team) -> int:
    return db.scalar(select(RotaCalendar.renewed).where(getattr(RotaCalendar, _column(of)) == of.id)) or 0


def _kind(of: User | Team) -> str:
    return "people" if isinstance(of, User) else "teams"


def _column(of: User | Team) -> str:
    return "user_id" if isinstance(of, User) else "team_id"

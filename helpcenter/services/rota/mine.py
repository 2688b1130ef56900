"""What the rota has for a person today: for the page that he begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import Absence, Shift, Swap, Team, TeamMember, User, Wish, WishKind
from helpcenter.services.rota import swaps
from helpcenter.worktime import WEEKDAYS, Half

AHEAD: Final = timedelta(days=21)
MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Today:
    """Shifts of today that are not over, the next one after them, offers that wait for an answer, and shifts that are free.

    `member`: whether the person is in any team at all.
    """

    member: bool
    shifts: Sequence[Shift]
    next: Shift | None
    swaps: Sequence[Swap]
    open: Sequence[Shift]


def today(db: Session, user: User, now: datetime) -> Today:
    """What the person has today. Today is the date of `now` on its own clock: give the site's local time."""
    member = db.scalar(select(TeamMember.team_id).where(TeamMember.user_id == user.id).limit(1)) is not None
    coming = select(Shift).where(Shift.user_id == user.id, Shift.ends_at > now).options(selectinload(Shift.team))
    mine = list(db.scalars(coming.order_by(Shift.starts_at).limit(MOST)))
    of_today = [shift for shift in mine if shift.day == now.date()]
    later = next((shift for shift in mine if shift.day > now.date()), None)
    return Today(member, of_today, later, swaps.waiting(db, user, now=now), free_for(db, user, now=now)[:MOST])


def free_for(db: Session, user: User, *, now: datetime, ahead: timedelta = AHEAD) -> list[Shift]:
    """The open shifts of his teams that the person could take: he is there, has said nothing against it, and has no other then."""
    teams = select(TeamMember.team_id).join(Team, Team.id == TeamMember.team_id)
    mine = teams.where(TeamMember.user_id == user.id, Team.archived_at.is_(None))
    soon = Shift.ends_at > now, Shift.starts_at < now + ahead
    wanted = select(Shift).where(Shift.user_id.is_(None), Shift.team_id.in_(mine), *soon)
    found = db.scalars(wanted.options(selectinload(Shift.team)).order_by(Shift.starts_at, Shift.id)).all()
    if not found:
        return []
    absences = db.scalars(select(Absence).where(Absence.user_id == user.id, Absence.last_day >= found[0].day)).all()
    taken = {
        (day, half) for day, half in db.execute(select(Shift.day, Shift.half).where(Shift.user_id == user.id, *soon))
    }
    wishes = {(wish.slot, wish.half): wish.kind for wish in db.scalars(select(Wish).where(Wish.user_id == user.id))}
    return [shift for shift in found if _free(shift, absences, wishes) and (shift.day, shift.half) not in taken]


def _free(shift: Shift, absences: Sequence[Absence], wishes: Mapping[tuple[str, Half], WishKind]) -> bool:
    said = wishes.get((shift.day.isoformat(), shift.half)) or wishes.get((WEEKDAYS[shift.day.weekday()], shift.half))
    return said is not WishKind.IMPOSSIBLE and not any(one.covers(shift.day, shift.half) for one in absences)

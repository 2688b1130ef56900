"""The rota as it is looked at: a stretch of days with the shifts of some teams."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import Shift, Team
from helpcenter.services.rota.planning import Key
from helpcenter.worktime import HalfDay, WorkCalendar


@dataclass(frozen=True, slots=True)
class Board:
    """Days with their half days ([] where nobody works), teams, and the shifts by half day and team's id."""

    days: Sequence[tuple[date, list[HalfDay]]]
    teams: Sequence[Team]
    shifts: Mapping[tuple[Key, int], list[Shift]]

    def at(self, half: HalfDay, team: Team) -> list[Shift]:
        """The shifts of the team in that half day."""
        return self.shifts.get(((half.day, half.half), team.id), [])


def read_board(db: Session, *, first: date, days: int, teams: Collection[Team], calendar: WorkCalendar) -> Board:
    """The rota of these teams over so many days."""
    last = first + timedelta(days=days - 1)
    wanted = select(Shift).where(Shift.day >= first, Shift.day <= last, Shift.team_id.in_([team.id for team in teams]))
    found: dict[tuple[Key, int], list[Shift]] = {}
    for shift in db.scalars(wanted.options(selectinload(Shift.user)).order_by(Shift.place, Shift.id)):
        found.setdefault(((shift.day, shift.half), shift.team_id), []).append(shift)
    every = [first + timedelta(days=number) for number in range(days)]
    return Board([(day, calendar.halves(day)) for day in every], list(teams), found)

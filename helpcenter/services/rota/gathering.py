"""What is to be planned, read from the rows: half days, people with absences and wishes, and what they did in the weeks before."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Absence, Shift, Team, TeamMember, User, Wish, WishKind
from helpcenter.permissions import Role
from helpcenter.services.rota.planning import Key, Person, Slot, is_unpopular
from helpcenter.worktime import WEEKDAYS, HalfDay, WorkCalendar

BEFORE: Final = timedelta(weeks=8)
"""So far back goes what counts for fairness."""
STAFF: Final = (Role.EXPERT, Role.EDITOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Situation:
    """Half days and people as the planner sees them; `users` and `teams` by their ids."""

    slots: Sequence[Slot]
    people: Sequence[Person]
    users: Mapping[int, User]
    teams: Mapping[int, Team]

    def digest(self) -> str:
        """The same for the same situation, in whichever process it is asked."""
        slots = [
            [one.team, str(one.at.day), one.at.half, str(one.at.starts_at), one.needed, one.fixed, one.kept]
            for one in self.slots
        ]
        people = [
            [one.id, sorted(one.teams), *map(_keys, (one.away, one.impossible, one.busy, one.prefers, one.avoids))]
            for one in self.people
        ]
        return hashlib.sha256(json.dumps([slots, people]).encode()).hexdigest()


def gather(
    db: Session, *, first: date, last: date, calendar: WorkCalendar, teams: Collection[Team] | None = None
) -> Situation:
    """What concerns these teams (all by default) from the first day to the last, both included. Holidays fall out."""
    wanted = select(Team).where(Team.archived_at.is_(None)).order_by(Team.id)
    planned = {team.id: team for team in (db.scalars(wanted) if teams is None else teams)}
    users, since = _members(db, planned)
    start = first - BEFORE
    shifts = db.scalars(
        select(Shift).where(Shift.day >= start, Shift.day <= last).order_by(Shift.place, Shift.id)
    ).all()
    halves, past = halves_of(calendar, first, last), halves_of(calendar, start, first - timedelta(days=1))
    there = {(half.day, half.half) for half in (*past, *halves)}
    away, wishes = _away(db, users, start, there), _wishes(db, users, there)
    people = [
        _person(user_id, since[user_id], past, away[user_id], wishes[user_id], shifts, set(planned), first)
        for user_id in users
    ]
    return Situation(_slots(halves, planned, shifts, set(users)), people, users, planned)


def halves_of(calendar: WorkCalendar, first: date, last: date) -> list[HalfDay]:
    """Every working half day from the first day to the last, in order."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [half for day in days for half in calendar.halves(day)]


def _members(db: Session, teams: Mapping[int, Team]) -> tuple[dict[int, User], dict[int, dict[int, date | None]]]:
    """The people of these teams by id, and since when each is in which."""
    rows = db.execute(
        select(User, TeamMember.team_id, TeamMember.since)
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(TeamMember.team_id.in_(teams), User.disabled_at.is_(None), User.role.in_(STAFF))
        .order_by(User.id)
    )
    users: dict[int, User] = {}
    since: dict[int, dict[int, date | None]] = defaultdict(dict)
    for user, team_id, day in rows:
        users[user.id] = user
        since[user.id][team_id] = day
    return users, since


def _slots(halves: list[HalfDay], teams: Mapping[int, Team], shifts: Sequence[Shift], here: set[int]) -> list[Slot]:
    fixed: dict[tuple[int, Key], list[int]] = defaultdict(list)
    kept: dict[tuple[int, Key], list[int]] = defaultdict(list)
    for shift in shifts:
        if shift.user_id in here:
            (fixed if shift.fixed else kept)[shift.team_id, (shift.day, shift.half)].append(shift.user_id)
    return [
        Slot(team.id, half, team.needed, tuple(fixed[team.id, key]), tuple(kept[team.id, key]))
        for half in halves
        for team in teams.values()
        for key in [(half.day, half.half)]
    ]


def _person(  # noqa: PLR0913, PLR0917 -- one person's part of each list, put together in one place
    user_id: int, since: Mapping[int, date | None], past: list[HalfDay], away: frozenset[Key],
    wishes: Mapping[WishKind, frozenset[Key]], shifts: Sequence[Shift], teams: set[int], first: date,
) -> Person:  # fmt: skip
    begun = min((day or date.min for day in since.values()), default=date.min)
    out = away | wishes[WishKind.IMPOSSIBLE]
    before = {(half.day, half.half) for half in past if half.day >= begun} - out
    mine = [shift for shift in shifts if shift.user_id == user_id]
    done = [shift for shift in mine if shift.day < first and shift.team_id in since]
    return Person(
        id=user_id, teams=frozenset(since), away=away, impossible=wishes[WishKind.IMPOSSIBLE],
        busy=frozenset((one.day, one.half) for one in mine if one.day >= first and one.team_id not in teams),
        prefers=wishes[WishKind.PREFER], avoids=wishes[WishKind.AVOID],
        worked=Counter(one.team_id for one in done), there=len(before),
        worked_unpopular=Counter(one.team_id for one in done if is_unpopular((one.day, one.half))),
        there_unpopular=sum(map(is_unpopular, before)),
    )  # fmt: skip


def _away(db: Session, users: Collection[int], start: date, there: set[Key]) -> dict[int, frozenset[Key]]:
    found: dict[int, frozenset[Key]] = defaultdict(frozenset)
    for absence in db.scalars(select(Absence).where(Absence.user_id.in_(users), Absence.last_day >= start)):
        found[absence.user_id] |= {key for key in there if absence.covers(*key)}
    return found


def _wishes(db: Session, users: Collection[int], there: set[Key]) -> dict[int, dict[WishKind, frozenset[Key]]]:
    """By person and kind; what is said of a date counts before what is said of its weekday."""
    found: dict[int, dict[WishKind, frozenset[Key]]] = defaultdict(lambda: dict.fromkeys(WishKind, frozenset()))
    said: dict[int, dict[tuple[str, str], WishKind]] = defaultdict(dict)
    for wish in db.scalars(select(Wish).where(Wish.user_id.in_(users))):
        said[wish.user_id][wish.slot, wish.half] = wish.kind
    for user_id, wishes in said.items():
        of: dict[WishKind, set[Key]] = {kind: set() for kind in WishKind}
        for day, half in there:
            kind = wishes.get((day.isoformat(), half)) or wishes.get((WEEKDAYS[day.weekday()], half))
            if kind:
                of[kind].add((day, half))
        found[user_id] = {kind: frozenset(keys) for kind, keys in of.items()}
    return found


def _keys(keys: Collection[Key]) -> list[Any]:
    return sorted([str(day), half] for day, half in keys)

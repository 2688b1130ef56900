"""How fairly duty is shared, as it stands; and who should be asked first when a shift is open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.models import Shift, User
from helpcenter.services.rota.gathering import Situation, gather
from helpcenter.services.rota.planning import Share, read_shares
from helpcenter.worktime import WorkCalendar

AHEAD: Final = timedelta(weeks=6)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person with what is due to him and what he has."""

    user: User
    share: Share


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who could have an open shift, how many half days he is over (or, below 0, under) his share, and whether he would rather not."""

    user: User
    off: float
    avoids: bool


def outlook(db: Session, *, calendar: WorkCalendar, now: datetime, until: datetime | None = None) -> Situation:
    """The weeks that are planned from today on, six of them or as far as `until`, with those before."""
    today = now.astimezone(calendar.zone).date()
    last = max(today + AHEAD, until.astimezone(calendar.zone).date() if until else today)
    return gather(db, first=today, last=last, calendar=calendar)


def standings(situation: Situation) -> list[Standing]:
    """Everybody's share of what is planned by now; what is open, or not planned yet, is due to nobody."""
    planned = [replace(slot, needed=len(slot.fixed) + len(slot.kept)) for slot in situation.slots]
    given = [(person, slot.key) for slot in planned for person in (*slot.fixed, *slot.kept)]
    shares = read_shares(planned, situation.people, given)
    return [Standing(situation.users[share.person], share) for share in shares]


def candidates(situation: Situation, shift: Shift) -> list[Candidate]:
    """Who could have the shift, in fair order: whoever has had least of his share first."""
    key = shift.day, shift.half
    busy = {person for slot in situation.slots if slot.key == key for person in (*slot.fixed, *slot.kept)}
    off = {one.user.id: one.share.off for one in standings(situation)}
    free = [
        person
        for person in situation.people
        if shift.team_id in person.teams and person.can(key) and person.id not in busy and person.id != shift.user_id
    ]
    found = [Candidate(situation.users[one.id], off[one.id], key in one.avoids) for one in free]
    return sorted(found, key=lambda one: (one.avoids, round(one.off, 6), one.user.id))


def of_shifts(situation: Situation, shifts: Sequence[Shift]) -> dict[int, list[Candidate]]:
    """The candidates for each shift, by its id."""
    return {shift.id: candidates(situation, shift) for shift in shifts}

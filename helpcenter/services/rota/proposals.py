"""A plan before it counts: made from the rows with no transaction open, kept, looked at, applied as a whole or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, Conflict, InvalidInput, Message, NotFound
from helpcenter.models import AuditRow, RotaProposal, Shift, Team, User
from helpcenter.services.notifications import queue_mail
from helpcenter.services.rota import shifts
from helpcenter.services.rota.absences import describe
from helpcenter.services.rota.gathering import Situation, gather
from helpcenter.services.rota.planning import Given, Key, Plan, Rules, plan
from helpcenter.worktime import Half, HalfDay, WorkCalendar

WEEKS: Final = 6
MOST_WEEKS: Final = 26
KEPT: Final = timedelta(days=7)
MAILED: Final = 40
"""So many shifts at most are listed in the mail about a new plan."""
_CHANGED: Final = N_(
    "Shifts, absences, wishes or teams have changed since this plan was made. Make it anew; that takes some seconds."
)
Place = tuple[int, Key]


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan with the situation that it was made from and its rules; not kept yet."""

    situation: Situation
    rules: Rules
    plan: Plan
    first: date
    last: date


def read_span(*, first: date, weeks: int, now: datetime, calendar: WorkCalendar) -> tuple[date, date]:
    """The days from the first one on, over so many weeks. Raises InvalidInput: from tomorrow on, for half a year at most."""
    if first <= now.astimezone(calendar.zone).date():
        raise InvalidInput(N_("Planning begins tomorrow at the earliest: today is under way."))
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInput(N_("Please plan 1 to %(most)d weeks at once."), most=MOST_WEEKS)
    return first, first + timedelta(weeks=weeks, days=-1)


def draft(situation: Situation, rules: Rules, *, first: date, last: date) -> Draft:
    """A plan for the situation; takes some seconds and no transaction. Raises InvalidInput where there is nothing to plan."""
    if not situation.teams:
        raise InvalidInput(N_("There is no team yet. Make one first."))
    if not situation.slots:
        raise InvalidInput(N_("There is no working day in this time."))
    return Draft(situation, rules, plan(situation.slots, situation.people, rules), first, last)


def keep(db: Session, made: Draft, *, by: User, now: datetime) -> RotaProposal:
    """Keep the plan, so that it can be looked at."""
    proposal = RotaProposal(
        created_by_id=by.id, created_at=now, first_day=made.first, last_day=made.last, digest=made.situation.digest(),
        rules={**asdict(made.rules), "teams": sorted(made.situation.teams)}, plan=_as_json(made.plan),
    )  # fmt: skip
    db.add(proposal)
    db.flush()
    return proposal


def find(db: Session, public_id: str) -> RotaProposal:
    """The proposal. Raises NotFound."""
    found = db.scalar(select(RotaProposal).where(RotaProposal.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def given(proposal: RotaProposal) -> list[Given]:
    """Who is to be on duty when, by the proposal."""
    return [
        Given(
            one["team"], date.fromisoformat(one["day"]), Half(one["half"]), one["person"], one["fixed"],
            Message.from_json(one["reason"]) if one["reason"] else None,
        )
        for one in proposal.plan["given"]
    ]  # fmt: skip


def apply(db: Session, proposal: RotaProposal, *, by: User, calendar: WorkCalendar, now: datetime) -> int:
    """Let the plan count; how many shifts are new or another's. Whoever's shifts change is told once.

    Raises Conflict, and changes nothing, where it was applied already or anything that it was made from has changed.
    """
    claim = update(RotaProposal).where(RotaProposal.id == proposal.id, RotaProposal.applied_at.is_(None))
    if db.execute(claim.values(applied_at=now).returning(RotaProposal.id)).first() is None:
        raise Conflict(N_("This plan counts already."))
    if proposal.first_day <= now.astimezone(calendar.zone).date():
        raise Conflict(N_("The first of these days has come by now. Make the plan anew."))
    teams = _locked_teams(db, proposal)
    shifts.lock(db, {one.person for one in given(proposal) if one.person is not None} | _holders(db, proposal))
    situation = gather(db, first=proposal.first_day, last=proposal.last_day, calendar=calendar, teams=teams)
    if situation.digest() != proposal.digest:
        raise Conflict(_CHANGED)
    changed = _Changes(db, situation, by, calendar, now)
    changed.bring_about(given(proposal), _present(db, proposal, teams))
    changed.tell(proposal)
    detail = {"from": proposal.first_day.isoformat(), "to": proposal.last_day.isoformat(), "changed": changed.count}
    db.add(AuditRow(at=now, actor_id=by.id, action="applied", kind="rota", thing_id=proposal.id, detail=detail))
    db.flush()
    return changed.count


def forget_old(db: Session, *, now: datetime) -> None:
    """Forget plans that were looked at a week ago."""
    db.execute(delete(RotaProposal).where(RotaProposal.created_at < now - KEPT))


class _Changes:
    """The rows on their way from the present plan to the new one."""

    def __init__(self, db: Session, situation: Situation, by: User, calendar: WorkCalendar, now: datetime) -> None:
        self._db, self._situation, self._by, self._calendar, self._now = db, situation, by, calendar, now
        self._halves = {slot.key: slot.at for slot in situation.slots}
        self.count = 0
        self._got: dict[int, list[Shift]] = defaultdict(list)
        self._lost: set[int] = set()

    def bring_about(self, wanted: Sequence[Given], present: dict[Place, list[Shift]]) -> None:
        by_place: dict[Place, list[Given]] = defaultdict(list)
        for one in wanted:
            by_place[one.team, (one.day, one.half)].append(one)
        for place in sorted(present.keys() | by_place.keys(), key=lambda one: (one[1][0], one[1][1], one[0])):
            self._one(place, by_place.get(place, []), present.get(place, []))

    def _one(self, place: Place, wanted: list[Given], rows: list[Shift]) -> None:
        """Those who stay keep their rows; the others get what is free, or a new one; what is too many goes."""
        left = list(wanted)
        free = []
        for row in rows:
            same = next((one for one in left if one.person == row.user_id), None)
            if same is None:
                free.append(row)
            else:
                left.remove(same)
        for one in left:
            self._set(free.pop(0) if free else self._new(place, rows), one)
        for row in free:
            self._note_lost(row)
            rows.remove(row)
            self._db.delete(row)
            self.count += 1

    def _new(self, place: Place, rows: list[Shift]) -> Shift:
        at: HalfDay = self._halves[place[1]]
        used = {other.place for other in rows}
        number = next(number for number in range(len(used) + 1) if number not in used)
        row = Shift(
            team_id=place[0], day=at.day, half=at.half, place=number, starts_at=at.starts_at, ends_at=at.ends_at,
            sequence=0, updated_at=self._now,
        )  # fmt: skip
        row.team = self._situation.teams[place[0]]
        self._db.add(row)
        self._db.flush()
        rows.append(row)
        return row

    def _set(self, row: Shift, one: Given) -> None:
        self._note_lost(row)
        user = self._situation.users.get(one.person) if one.person is not None else None
        at = shifts.warning(self._calendar, row.starts_at)
        warn_at = max(at, self._now) if user is None else None
        shifts.hand_over(self._db, row, user, action="planned", actor=self._by, now=self._now, warn_at=warn_at)
        self.count += 1
        if user is not None:
            self._got[user.id].append(row)

    def _note_lost(self, row: Shift) -> None:
        if row.user_id is not None:
            self._lost.add(row.user_id)

    def tell(self, proposal: RotaProposal) -> None:
        """One mail to each whose shifts are others now."""
        span = {"first": proposal.first_day.isoformat(), "last": proposal.last_day.isoformat()}
        for user_id in sorted(self._got.keys() | self._lost):
            user = self._situation.users.get(user_id)
            if user is None:
                continue
            mine = sorted(self._got[user_id], key=lambda row: row.starts_at)
            queue_mail(
                self._db, effect_key=f"rota-planned:{proposal.public_id}:{user.public_id}", kind="rota_planned",
                params={
                    **span, "shifts": [describe(row, self._calendar) for row in mine[:MAILED]],
                    "more": max(0, len(mine) - MAILED),
                },
                recipient=user.email, language=user.language, now=self._now,
            )  # fmt: skip


def _locked_teams(db: Session, proposal: RotaProposal) -> list[Team]:
    wanted = select(Team).where(Team.id.in_(proposal.rules["teams"]), Team.archived_at.is_(None)).order_by(Team.id)
    return list(db.scalars(wanted.with_for_update(key_share=True)))


def _holders(db: Session, proposal: RotaProposal) -> set[int]:
    between = Shift.day >= proposal.first_day, Shift.day <= proposal.last_day
    return set(db.scalars(select(Shift.user_id).where(*between, Shift.user_id.is_not(None)).distinct()))


def _present(db: Session, proposal: RotaProposal, teams: Sequence[Team]) -> dict[Place, list[Shift]]:
    wanted = select(Shift).where(Shift.day >= proposal.first_day, Shift.day <= proposal.last_day)
    wanted = wanted.where(Shift.team_id.in_([team.id for team in teams])).options(selectinload(Shift.team))
    found: dict[Place, list[Shift]] = defaultdict(list)
    for shift in db.scalars(wanted.order_by(Shift.place).execution_options(populate_existing=True)):
        found[shift.team_id, (shift.day, shift.half)].append(shift)
    return found


def _as_json(made: Plan) -> dict[str, Any]:
    return {
        "given": [
            {
                "team": one.team, "day": one.day.isoformat(), "half": one.half.value, "person": one.person,
                "fixed": one.fixed, "reason": one.reason.as_json() if one.reason else None,
            }
            for one in made.given
        ],
        "shares": [asdict(share) for share in made.shares],
        "clashes": [
            {"person": one.person, "day": one.day.isoformat(), "half": one.half.value, "reason": one.reason.as_json()}
            for one in made.clashes
        ],
        "proven": made.proven,
    }  # fmt: skip

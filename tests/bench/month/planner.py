"""The rota of that month: planned two weeks at a time, forgotten once, opened by illness, taken by colleagues, planned anew."""

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import Absence, Shift, TeamMember, Topic, User, WishKind
from helpcenter.services.rota import absences, proposals, shifts, wishes
from helpcenter.services.rota.gathering import gather
from helpcenter.services.rota.planning import Rules
from helpcenter.worktime import WEEKDAYS, Half
from tests.factories import make_team

if TYPE_CHECKING:
    from tests.bench.month.town import Month

TEAMS, ILL, WEEKS = 4, 2, 2
TAKES: Final = 0.15
"""How likely somebody takes an open shift within half an hour."""
FORGOTTEN: Final = (date(2026, 12, 11),)
"""A Friday on which nobody plans: so the week from the 14th on is planned on its Tuesday only."""


class Planner:
    """Four teams of three or four for the products, their holidays and wishes; `plans` counts what was applied."""

    def __init__(self, month: "Month") -> None:
        self._month, self.plans, self._until = month, 0, month.days.first
        self._anew: date | None = None
        with month.ports.database.transaction() as db:
            self._make_teams(db)
        self._plan(month.days.first, min(WEEKS, -(-(month.days.drained - month.days.first).days // 7)))

    def morning(self, day: date) -> None:
        """On Mondays two fall ill, on Tuesdays what that opened is planned anew, on Fridays the weeks that follow are planned."""
        month = self._month
        if day.weekday() == 0:
            with month.ports.database.transaction() as db:
                self._fall_ill(db, day)
        if day.weekday() in {1, 4} and day not in FORGOTTEN and self._until < month.days.drained:
            while self._until <= day + timedelta(days=4) and self._until < month.days.drained:
                self._plan(max(self._until, day + timedelta(days=1)), 1 + (day.weekday() == 4))
        if self._anew and day > self._anew and day + timedelta(days=1) < self._until:
            self._anew = None
            self._plan(day + timedelta(days=1), 1)

    def fill(self) -> None:
        """Colleagues take what is open; where two do at once, one gets it."""
        month = self._month
        with month.ports.database.transaction() as db:
            wanted = select(Shift).where(Shift.user_id.is_(None), Shift.ends_at > month.now).order_by(Shift.starts_at)
            for shift in db.scalars(wanted.limit(10)).all():
                if month.random.random() < TAKES:
                    for user in month.random.sample(shift.team.members, 2):
                        with suppress(Conflict):
                            shifts.take(db, shift, user, now=month.now)

    def is_here(self, db: Session, user: User) -> bool:
        """Whether the person is at work in this half day."""
        half = self._month.calendar.running(self._month.now)
        return half is not None and user.disabled_at is None and not shifts.is_away(db, user, half.day, half.half)

    def _make_teams(self, db: Session) -> None:
        month, experts = self._month, self._month.world.experts
        teams = [[*experts[one::TEAMS], experts[(one + 1) % TEAMS]] for one in range(TEAMS)]
        answers_for: list[list[Topic]] = [[] for _ in teams]
        for product in list(dict.fromkeys(month.world.products.values()))[:-1]:  # the last one is nobody's
            answers_for[self._best(teams, product)].append(db.get_one(Topic, product))
        for people, about in zip(teams, answers_for, strict=True):
            make_team(db, *people, about=about)
        db.execute(update(TeamMember).values(since=month.days.first))
        for number, one in enumerate(experts):
            slots = {(month.random.choice(WEEKDAYS[:5]), month.random.choice(list(Half))) for _ in range(3)}
            wishes.save_week(db, one, dict.fromkeys(slots, WishKind.AVOID), by=one, now=month.now)
            if number % 3 == 0:  # the holidays
                away = absences.Away((date(2026, 12, 21), Half.MORNING), (date(2027, 1, 1), Half.AFTERNOON))
                absences.report(db, one, away, by=one, calendar=month.calendar, now=month.now)

    def _best(self, teams: list[list[User]], product: int) -> int:
        """The team that knows most about a product, by number."""
        world = self._month.world
        leaves = [leaf for leaf, of in world.products.items() if of == product]

        def known(number: int) -> int:
            return sum(bool(world.able[leaf] & {one.id for one in teams[number]}) for leaf in leaves)

        return max(range(len(teams)), key=known)

    def _fall_ill(self, db: Session, day: date) -> None:
        month = self._month
        for one in month.random.sample(month.world.experts, ILL):
            user = db.get_one(User, one.id)
            there = select(Absence.id).where(Absence.user_id == user.id, Absence.last_day >= day)
            if user.disabled_at is None and db.scalar(there.where(Absence.first_day <= day)) is None:
                last = day + timedelta(days=month.random.randint(1, 4))
                away = absences.Away((day, Half.MORNING), (last, Half.AFTERNOON))
                if absences.report(db, user, away, by=user, calendar=month.calendar, now=month.now):
                    self._anew = day

    def _plan(self, first: date, weeks: int) -> None:
        """Draft from the rows with no transaction open, then keep and apply, as the planner's page does."""
        month = self._month
        _, last = proposals.read_span(first=first, weeks=weeks, now=month.now, calendar=month.calendar)
        with month.ports.database.reading() as db:
            situation = gather(db, first=first, last=last, calendar=month.calendar)
        with suppress(InvalidInput):  # nothing to plan between the years
            made = proposals.draft(situation, Rules(seconds=month.days.solver), first=first, last=last)
            with month.ports.database.transaction() as db:
                editor = db.get_one(User, month.editor.id)
                proposal = proposals.keep(db, made, by=editor, now=month.now)
                proposals.apply(db, proposal, by=editor, calendar=month.calendar, now=month.now)
            self.plans += 1
        self._until = max(self._until, last + timedelta(days=1))

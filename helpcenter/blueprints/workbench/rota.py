"""The rota as those see it who are in it: a week, a month, one shift."""

from calendar import Calendar
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import get_day_names
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.sessions import Month
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import Shift, User
from helpcenter.permissions import Action
from helpcenter.services.rota import balance, board, mine, shifts, swaps
from helpcenter.services.rota.gathering import Situation
from helpcenter.web import check, now, reading, require, say, signed_in_user, transaction
from helpcenter.web import rota as words
from helpcenter.worktime import HalfDay

_WEEK: Final = timedelta(days=7)
_SWAPS_AHEAD: Final = timedelta(weeks=6)

bp.context_processor(words.template_words)


@bp.get("/rota", endpoint="rota")
@require(Action.PLAN_ROTA)
def week() -> ResponseReturnValue:
    """A week of half days by teams; that of the day in `?day=`."""
    day = words.read_day(request.args.get("day")) or _next_working_day(words.today())
    monday = day - timedelta(days=day.weekday())
    with reading() as db:
        found = board.read_board(db, first=monday, days=7, teams=words.shown_teams(db), calendar=words.calendar())
        free = {shift.id for shift in mine.free_for(db, signed_in_user(), now=now(), ahead=_ahead(monday))}
        return render_template(
            "workbench/rota/week.html", board=found, monday=monday, before=monday - _WEEK, after=monday + _WEEK,
            today=words.today(), free=free, planner=words.is_planner(), last=monday + timedelta(days=6),
        )  # fmt: skip


@bp.get("/rota/month")
@require(Action.PLAN_ROTA)
def rota_month() -> ResponseReturnValue:
    """A month: one's own shifts, and what is open."""
    month = Month.read(request.args.get("month", ""), words.today())
    weeks = Calendar().monthdatescalendar(month.first.year, month.first.month)
    first, last = weeks[0][0], weeks[-1][-1]
    with reading() as db:
        found = board.read_board(
            db, first=first, days=(last - first).days + 1, teams=words.shown_teams(db), calendar=words.calendar()
        )
        return render_template(
            "workbench/rota/month.html", board=found, month=month, today=words.today(), days=_month_days(found, weeks),
            weekdays=[_weekday(number) for number in sorted(words.calendar().days)],
        )  # fmt: skip


@bp.get("/rota/shifts/<public_id>")
@require(Action.PLAN_ROTA)
def shift(public_id: str) -> ResponseReturnValue:
    """One shift: whose it is, and what can be done about it."""
    with reading() as db:
        return _shift_page(db, own_shift(db, public_id))


@bp.post("/rota/shifts/<public_id>/take")
@require(Action.PLAN_ROTA)
def take_shift(public_id: str) -> ResponseReturnValue:
    """Have an open shift."""

    def act(db: Session, found: Shift) -> None:
        shifts.take(db, found, _me(db), now=now())

    return _do(public_id, act, done="shift_taken")


@bp.post("/rota/shifts/<public_id>/offer")
@require(Action.PLAN_ROTA)
def offer_shift(public_id: str) -> ResponseReturnValue:
    """Offer one's shift to a colleague or to all, against one of theirs or none."""

    def act(db: Session, found: Shift) -> None:
        against = request.form.get("against", "")
        swaps.offer(
            db, found, by=_me(db), to=_person(db, "to"), against=own_shift(db, against) if against else None,
            calendar=words.calendar(), now=now(),
        )  # fmt: skip

    return _do(public_id, act, done="shift_offered")


@bp.post("/rota/shifts/<public_id>/give")
@require(Action.PLAN_ROTA)
def give_shift(public_id: str) -> ResponseReturnValue:
    """Set somebody there, open it, or leave it to the next planning; for planners."""
    check(Action.PLAN_ROTA)

    def act(db: Session, found: Shift) -> None:
        me, action, person = signed_in_user(), request.form.get("action"), _person(db, "person")
        if action == "open":
            shifts.release(db, found, by=me, calendar=words.calendar(), now=now())
        elif action == "loosen":
            shifts.loosen(db, found, by=me, now=now())
        elif person is not None:
            shifts.give(db, found, person, by=me, now=now())

    return _do(public_id, act, done="save")


@bp.get("/rota/fairness")
@require(Action.PLAN_ROTA)
def rota_fairness() -> ResponseReturnValue:
    """What is due to everybody and what he has; experts see their teams."""
    with reading() as db:
        situation = balance.outlook(db, calendar=words.calendar(), now=now())
        shown = {team.id for team in words.shown_teams(db)}
        inside = {person.id for person in situation.people if shown & person.teams}
        rows = [row for row in balance.standings(situation) if row.user.id in inside]
        return render_template("workbench/rota/fairness.html", rows=rows, planner=words.is_planner())


def own_shift(db: Session, public_id: str) -> Shift:
    """The shift, which whoever asks may see. Raises NotFound, Forbidden."""
    found = shifts.find(db, public_id)
    words.check_team(db, found.team_id)
    return found


def _me(db: Session) -> User:
    return db.get_one(User, signed_in_user().id)


def _person(db: Session, field: str) -> User | None:
    chosen = request.form.get(field, "")
    found = db.scalar(select(User).where(User.public_id == chosen)) if chosen else None
    if chosen and found is None:
        raise NotFound
    return found


def _do(public_id: str, act: Callable[[Session, Shift], None], *, done: str) -> ResponseReturnValue:
    """Do it and show the shift; or the shift as it is, with what is in the way."""
    try:
        with transaction() as db:
            act(db, own_shift(db, public_id))
    except HelpCenterError as error:
        if error.status in {401, 404}:
            raise
        with reading() as db:
            return _shift_page(db, own_shift(db, public_id), error=say(error.message)), error.status
    return redirect(url_for("workbench.shift", public_id=public_id, done=done))


def _shift_page(db: Session, found: Shift, *, error: str = "") -> str:
    me, ahead = signed_in_user(), found.ends_at > now()
    is_mine = found.user_id == me.id and found.starts_at > now()
    able = ahead and found.user_id is None and shifts.obstacle(db, me, found) is None
    asked = words.is_planner() and ahead
    people = balance.candidates(_outlook(db, found), found) if asked else []
    return render_template(
        "workbench/rota/shift.html", shift=found, form=Form(error=error), able=able, ahead=ahead, is_mine=is_mine,
        planner=words.is_planner(), people=people, offers=_offers(db, found) if is_mine else [],
        colleagues=[one for one in found.team.members if one.id != me.id and one.disabled_at is None],
        offered=[one for one in swaps.offered(db, me, now=now()) if one.shift_id == found.id],
    )  # fmt: skip


def _outlook(db: Session, found: Shift) -> Situation:
    return balance.outlook(db, calendar=words.calendar(), now=now(), until=found.ends_at)


def _offers(db: Session, found: Shift) -> list[Shift]:
    """Shifts of colleagues in the coming weeks that could be had for this one."""
    me = signed_in_user()
    wanted = select(Shift).where(
        Shift.team_id == found.team_id, Shift.user_id.is_not(None), Shift.user_id != me.id,
        Shift.starts_at > now(), Shift.starts_at < now() + _SWAPS_AHEAD,
    )  # fmt: skip
    others = db.scalars(wanted.options(selectinload(Shift.user)).order_by(Shift.starts_at, Shift.id)).all()
    return [one for one in others if (one.day, one.half) != (found.day, found.half)]


def _ahead(monday: date) -> timedelta:
    return max(timedelta(), monday + _WEEK - words.today()) + timedelta(days=1)


def _next_working_day(day: date) -> date:
    while words.calendar().is_free(day):
        day += timedelta(days=1)
    return day


def _weekday(number: int) -> tuple[str, str]:
    names, short = get_day_names("wide", locale=get_locale()), get_day_names("short", locale=get_locale())
    return names[number], short[number]


def _month_days(found: board.Board, weeks: list[list[date]]) -> list[list[dict[str, Any]]]:
    """For each week, its working weekdays: one's own half days, how many are open, and whether nobody works."""
    days, working = {day: _month_day(found, day, halves) for day, halves in found.days}, words.calendar().days
    return [[days[day] for day in week_ if day.weekday() in working] for week_ in weeks]


def _month_day(found: board.Board, day: date, halves: Sequence[HalfDay]) -> dict[str, Any]:
    every = [(half, shift_) for half in halves for team in found.teams for shift_ in found.at(half, team)]
    own = [half.half for half, shift_ in every if shift_.user_id == signed_in_user().id]
    return {"date": day, "free": not halves, "mine": own, "open": sum(shift_.user_id is None for _, shift_ in every)}


def refused(error: HelpCenterError, form: Form) -> int:
    """The status with which a form is shown again; what is no matter of the form is raised."""
    if error.status in {401, 403, 404}:
        raise error
    return form.refuse(error)

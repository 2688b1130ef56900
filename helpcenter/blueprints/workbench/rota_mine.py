"""One's own times: absences, wishes, the calendar; planners see and enter those of everybody."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.rota import refused
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import User, WishKind
from helpcenter.permissions import Action
from helpcenter.services.rota import absences, calendars, swaps, teams, wishes
from helpcenter.services.rota.absences import Away
from helpcenter.services.rota.planning import Key
from helpcenter.web import check, now, reading, require, settings, signed_in_user, transaction
from helpcenter.web import rota as words
from helpcenter.worktime import WEEKDAYS, Half

_HALVES = {half.value: half for half in Half}
_KINDS = {kind.value: kind for kind in WishKind}


@bp.get("/rota/mine")
@require(Action.PLAN_ROTA)
def rota_mine() -> ResponseReturnValue:
    """Absences, wishes and calendar: one's own, or, for planners, those of the person in `?person=`."""
    today = words.today().isoformat()
    offered = {"first_day": today, "first_half": "morning", "last_day": today, "last_half": "afternoon"}
    return _page(Form(dict(offered)))


@bp.post("/rota/absences")
@require(Action.PLAN_ROTA)
def report_absence() -> ResponseReturnValue:
    """Somebody is away; what was planned then is open at once."""
    form = Form(request.form.to_dict())
    first, last = _key(form, "first"), _key(form, "last")
    try:
        with transaction() as db:
            person = _whose(db)
            if form.ok and first and last:
                away = Away(first, last, form.get("note"))
                opened = absences.report(db, person, away, by=signed_in_user(), calendar=words.calendar(), now=now())
                return _back(person, "away_opened" if opened else "away")
    except HelpCenterError as error:
        status = refused(error, form)
        return _page(form), status
    return _page(form), 422


@bp.post("/rota/absences/<public_id>/withdraw")
@require(Action.PLAN_ROTA)
def withdraw_absence(public_id: str) -> ResponseReturnValue:
    """Somebody is there after all."""
    with transaction() as db:
        absence = absences.find(db, public_id)
        check(Action.PLAN_ROTA, own=absence.user_id == signed_in_user().id)
        person = absence.user
        absences.withdraw(db, absence, by=signed_in_user(), now=now())
    return _back(person, "back")


@bp.post("/rota/wishes")
@require(Action.PLAN_ROTA)
def save_wishes() -> ResponseReturnValue:
    """What somebody wants of every week's half days."""
    said = {(day, half): request.form.get(f"{day}-{half.value}", "") for day in WEEKDAYS for half in Half}
    with transaction() as db:
        person = _whose(db)
        wanted = {place: _KINDS[kind] for place, kind in said.items() if kind in _KINDS}
        wishes.save_week(db, person, wanted, by=signed_in_user(), now=now())
    return _back(person, "wishes")


@bp.post("/rota/wishes/single")
@require(Action.PLAN_ROTA)
def save_wish() -> ResponseReturnValue:
    """What somebody wants of one half day; nothing any more where no kind is given."""
    form = Form(request.form.to_dict())
    wanted = _key(form, "wish")
    try:
        with transaction() as db:
            person = _whose(db)
            if form.ok and wanted:
                wishes.save_single(db, person, wanted, _KINDS.get(form.get("kind")), by=signed_in_user(), now=now())
                return _back(person, "wishes")
    except HelpCenterError as error:
        status = refused(error, form)
        return _page(form), status
    return _page(form), 422


@bp.get("/rota/swaps")
@require(Action.PLAN_ROTA)
def rota_swaps() -> ResponseReturnValue:
    """What is offered to oneself, and what one has offered."""
    return _swaps_page()


@bp.post("/rota/swaps/<public_id>")
@require(Action.PLAN_ROTA)
def decide_swap(public_id: str) -> ResponseReturnValue:
    """Accept, refuse or take back an offer."""
    action = request.form.get("action")
    try:
        with transaction() as db:
            found, me = swaps.find(db, public_id), db.get_one(User, signed_in_user().id)
            if action == "accept":
                swaps.accept(db, found, by=me, calendar=words.calendar(), now=now())
            elif action == "refuse":
                swaps.refuse(db, found, by=me, calendar=words.calendar(), now=now())
            else:
                swaps.withdraw(db, found, by=me, now=now())
    except HelpCenterError as error:
        form = Form()
        status = refused(error, form)
        return _swaps_page(form), status
    return redirect(url_for("workbench.rota_swaps", done="swapped" if action == "accept" else "save"))


def _swaps_page(form: Form | None = None) -> str:
    with reading() as db:
        me = signed_in_user()
        return render_template(
            "workbench/rota/swaps.html", form=form or Form(), waiting=swaps.waiting(db, me, now=now()),
            offered=swaps.offered(db, me, now=now()),
        )  # fmt: skip


def _whose(db: Session) -> User:
    """Whose times are meant: one's own, or, for planners, the person's that is named. Raises NotFound, Forbidden."""
    me, named = signed_in_user(), request.values.get("person", "")
    check(Action.PLAN_ROTA, own=named in {"", me.public_id})
    found = db.scalar(select(User).where(User.public_id == (named or me.public_id)))
    if found is None:
        raise NotFound
    return found


def _back(person: User, done: str) -> ResponseReturnValue:
    named = None if person.id == signed_in_user().id else person.public_id
    return redirect(url_for("workbench.rota_mine", person=named, done=done))


def _key(form: Form, name: str) -> Key | None:
    day, half = words.read_day(form.get(f"{name}_day")), _HALVES.get(form.get(f"{name}_half"))
    if day is None:
        form.errors[f"{name}_day"] = gettext("Please choose a day.")
    return (day, half or Half.MORNING) if day else None


def _page(form: Form) -> str:
    with reading() as db:
        person, me = _whose(db), signed_in_user()
        own = teams.every(db, of=person)
        return render_template(
            "workbench/rota/mine.html", form=form, person=person, is_me=person.id == me.id, planner=words.is_planner(),
            absences=absences.ahead(db, today=words.today(), of=person), everybody=_everybody(db),
            week=wishes.week(db, person), single=_single(db, person), weekdays=_weekdays(), teams=own,
            calendars=_calendars(db, person, own) if person.id == me.id else [],
        )  # fmt: skip


def _everybody(db: Session) -> list[User]:
    return teams.staff(db) if words.is_planner() else []


def _single(db: Session, person: User) -> list[tuple[date, Half, WishKind]]:
    found = wishes.single(db, person, today=words.today())
    return [(date.fromisoformat(wish.slot), wish.half, wish.kind) for wish in found]


def _weekdays() -> list[tuple[str, str]]:
    """(MO … SU, name) of the days on which people work here."""
    from babel.dates import get_day_names
    from flask_babel import get_locale

    names = get_day_names("wide", locale=get_locale())
    return [(WEEKDAYS[number], names[number]) for number in sorted(words.calendar().days)]


def _calendars(db: Session, person: User, own: list[Any]) -> list[tuple[str, str]]:
    """(what it is, its secret address)."""
    addresses = [(gettext("Your shifts"), calendars.address(db, person, settings=settings()))]
    return addresses + [(team.name, calendars.address(db, team, settings=settings())) for team in own]

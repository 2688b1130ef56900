"""Planning weeks ahead: asked for, looked at, applied."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.rota import refused
from helpcenter.errors import HelpCenterError, Message
from helpcenter.models import RotaProposal, Shift, Team, User
from helpcenter.permissions import Action
from helpcenter.services.rota import proposals, teams
from helpcenter.services.rota.gathering import gather
from helpcenter.services.rota.planning import Given, Key, Rules
from helpcenter.web import check, now, reading, require, say, signed_in_user, transaction
from helpcenter.web import rota as words
from helpcenter.worktime import Half

_LONGEST_ROW: Final = 10
Place = tuple[int, Key]


@bp.get("/rota/plan")
@require(Action.PLAN_ROTA)
def rota_plan() -> ResponseReturnValue:
    """What is to be planned: from when, for how long, by which rules."""
    check(Action.PLAN_ROTA)
    first = words.today() + timedelta(days=7 - words.today().weekday())
    offered = {"first": first.isoformat(), "weeks": proposals.WEEKS, "in_row": Rules().in_row, "keep": "1"}
    return _plan_page(Form(dict(offered)))


@bp.post("/rota/plan")
@require(Action.PLAN_ROTA)
def make_plan() -> ResponseReturnValue:
    """Plan, which takes some seconds with no transaction open, and lead on to the preview."""
    check(Action.PLAN_ROTA)
    form = Form(request.form.to_dict() | {"teams": request.form.getlist("teams")})
    first, weeks, in_row = words.read_day(form.get("first")), _number(form, "weeks"), _number(form, "in_row")
    if first is None:
        form.errors["first"] = gettext("Please choose a day.")
    if not 1 <= in_row <= _LONGEST_ROW:
        form.errors["in_row"] = gettext("Please write a number from 1 to %(most)d.", most=_LONGEST_ROW)
    if not form.ok or first is None:
        return _plan_page(form), 422
    try:
        made = _draft(form, first, weeks, Rules(in_row=in_row, keep=bool(form.get("keep"))))
    except HelpCenterError as error:
        status = refused(error, form)
        return _plan_page(form), status
    with transaction() as db:
        public_id = proposals.keep(db, made, by=signed_in_user(), now=now()).public_id
    return redirect(url_for("workbench.rota_preview", public_id=public_id), 303)


@bp.get("/rota/plan/<public_id>")
@require(Action.PLAN_ROTA)
def rota_preview(public_id: str) -> ResponseReturnValue:
    """The plan before it counts: fairness, what could not be kept, what stays open, and each half day."""
    check(Action.PLAN_ROTA)
    with reading() as db:
        return _preview_page(db, proposals.find(db, public_id))


@bp.post("/rota/plan/<public_id>")
@require(Action.PLAN_ROTA)
def apply_plan(public_id: str) -> ResponseReturnValue:
    """Let the plan count; or say what has changed since it was made."""
    check(Action.PLAN_ROTA)
    try:
        with transaction() as db:
            proposal = proposals.find(db, public_id)
            proposals.apply(db, proposal, by=signed_in_user(), calendar=words.calendar(), now=now())
            first = proposal.first_day
    except HelpCenterError as error:
        form = Form()
        status = refused(error, form)
        with reading() as db:
            return _preview_page(db, proposals.find(db, public_id), form), status
    return redirect(url_for("workbench.rota", day=first.isoformat(), done="plan_applied"))


def _draft(form: Form, first: date, weeks: int, rules: Rules) -> proposals.Draft:
    first, last = proposals.read_span(first=first, weeks=weeks, now=now(), calendar=words.calendar())
    with reading() as db:
        chosen = [team for team in teams.every(db) if team.public_id in form.values["teams"]]
        situation = gather(db, first=first, last=last, calendar=words.calendar(), teams=chosen or None)
    return proposals.draft(situation, rules, first=first, last=last)


def _number(form: Form, name: str) -> int:
    text = form.get(name).strip()
    if not text.isascii() or not text.isdigit():
        form.errors[name] = gettext("Please write a whole number.")
        return 0
    return int(text[:4])


def _plan_page(form: Form) -> str:
    with reading() as db:
        return render_template("workbench/rota/plan.html", form=form, teams=teams.every(db))


def _preview_page(db: Session, proposal: RotaProposal, form: Form | None = None) -> str:
    given, plan = proposals.given(proposal), proposal.plan
    people = {user.id: user for user in db.scalars(select(User).where(User.id.in_(_people(plan))))}
    shown = {team.id: team for team in db.scalars(select(Team).where(Team.id.in_(proposal.rules["teams"])))}
    present = _present(db, proposal)
    return render_template(
        "workbench/rota/preview.html", proposal=proposal, form=form or Form(), people=people, teams=shown, plan=plan,
        shares=sorted(plan["shares"], key=lambda share: -abs(share["got"] - share["due"])),
        unfairness=max((abs(share["got"] - share["due"]) for share in plan["shares"]), default=0.0),
        open=[one for one in given if one.person is None], weeks=_weeks(given, present),
        changed=sum(len(_new(places, present[place])) for place, places in _by_place(given).items()),
        clashes=[{**one, "day": date.fromisoformat(one["day"]), "half": Half(one["half"])} for one in plan["clashes"]],
        reason=lambda one: say(one if isinstance(one, Message) else Message.from_json(one)),
        late=proposal.first_day <= words.today(),
    )  # fmt: skip


def _people(plan: dict[str, Any]) -> set[int]:
    return {one["person"] for one in (*plan["given"], *plan["shares"], *plan["clashes"]) if one["person"] is not None}


def _present(db: Session, proposal: RotaProposal) -> dict[Place, list[int | None]]:
    wanted = select(Shift).where(Shift.day >= proposal.first_day, Shift.day <= proposal.last_day)
    found: dict[Place, list[int | None]] = defaultdict(list)
    for shift in db.scalars(wanted):
        found[shift.team_id, (shift.day, shift.half)].append(shift.user_id)
    return found


def _by_place(given: list[Given]) -> dict[Place, list[Given]]:
    found: dict[Place, list[Given]] = defaultdict(list)
    for one in given:
        found[one.team, (one.day, one.half)].append(one)
    return found


def _new(given: list[Given], present: list[int | None]) -> list[Given]:
    """Those who do not have the place at present."""
    left = list(present)
    fresh = []
    for one in given:
        if one.person in left:
            left.remove(one.person)
        else:
            fresh.append(one)
    return fresh


def _weeks(given: list[Given], present: dict[Place, list[int | None]]) -> list[dict[str, Any]]:
    """[{"monday", "rows": [(day, half, {team: [(Given, whether it is new)]})]}], in order."""
    order = list(Half)
    found: dict[date, dict[Key, dict[int, list[tuple[Given, bool]]]]] = defaultdict(lambda: defaultdict(dict))
    for (team, key), places in _by_place(given).items():
        fresh = _new(places, present[team, key])
        monday = key[0] - timedelta(days=key[0].weekday())
        found[monday][key][team] = [(one, one in fresh) for one in places]
    return [
        {
            "monday": monday,
            "rows": [
                (*key, cells)
                for key, cells in sorted(rows.items(), key=lambda row: (row[0][0], order.index(row[0][1])))
            ],
        }
        for monday, rows in sorted(found.items())
    ]

"""Teams: made, changed, archived; for planners."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.blueprints.workbench.rota import refused
from helpcenter.errors import HelpCenterError
from helpcenter.models import Topic, User
from helpcenter.permissions import Action
from helpcenter.services import topics
from helpcenter.services.rota import calendars, teams
from helpcenter.web import check, now, reading, require, settings, signed_in_user, transaction
from helpcenter.web import rota as words


@bp.get("/rota/teams")
@require(Action.PLAN_ROTA)
def rota_teams() -> ResponseReturnValue:
    """The teams, and the form for a new one."""
    check(Action.PLAN_ROTA)
    return _teams_page(Form({"needed": 1}))


@bp.post("/rota/teams")
@require(Action.PLAN_ROTA)
def create_team() -> ResponseReturnValue:
    """A new team; its people and topics are chosen next."""
    check(Action.PLAN_ROTA)
    form = Form(request.form.to_dict())
    needed = _needed(form)
    try:
        with transaction() as db:
            if form.ok:
                team = teams.create(db, name=form.get("name"), needed=needed, by=signed_in_user(), now=now())
                return redirect(url_for("workbench.rota_team", public_id=team.public_id))
    except HelpCenterError as error:
        status = refused(error, form)
        return _teams_page(form), status
    return _teams_page(form), 422


@bp.get("/rota/teams/<public_id>")
@require(Action.PLAN_ROTA)
def rota_team(public_id: str) -> ResponseReturnValue:
    """One team: name, how many are needed, people, topics, calendar."""
    check(Action.PLAN_ROTA)
    with reading() as db:
        team = teams.find(db, public_id)
        values = {
            "name": team.name, "needed": team.needed, "members": [user.public_id for user in team.members],
            "topics": [topic.slug for topic in team.topics],
        }  # fmt: skip
    return _team_page(public_id, Form(values))


@bp.post("/rota/teams/<public_id>")
@require(Action.PLAN_ROTA)
def save_team(public_id: str) -> ResponseReturnValue:
    """Save all of the form."""
    check(Action.PLAN_ROTA)
    chosen = {name: request.form.getlist(name) for name in ("members", "topics")}
    form = Form({**request.form.to_dict(), **chosen})
    needed = _needed(form)
    try:
        with transaction() as db:
            team, by = teams.find(db, public_id), signed_in_user()
            if form.ok:
                people = [user for user in teams.staff(db) if user.public_id in chosen["members"]]
                about = db.scalars(select(Topic).where(Topic.slug.in_(chosen["topics"]))).all()
                teams.change(db, team, name=form.get("name"), needed=needed, by=by, now=now())
                teams.set_members(db, team, people, by=by, calendar=words.calendar(), now=now())
                teams.set_topics(db, team, about, by=by, now=now())
                return redirect(url_for("workbench.rota_teams", done="save"))
    except HelpCenterError as error:
        status = refused(error, form)
        return _team_page(public_id, form), status
    return _team_page(public_id, form), 422


@bp.post("/rota/teams/<public_id>/archive")
@require(Action.PLAN_ROTA)
def archive_team(public_id: str) -> ResponseReturnValue:
    """Put the team aside, or take it back."""
    check(Action.PLAN_ROTA)
    with transaction() as db:
        team = teams.find(db, public_id)
        act = teams.restore if request.form.get("action") == "restore" else teams.archive
        act(db, team, by=signed_in_user(), now=now())
    return redirect(url_for("workbench.rota_teams", done="save"))


@bp.post("/rota/calendars/<kind>/<public_id>/renew")
@require(Action.PLAN_ROTA)
def renew_calendar(kind: str, public_id: str) -> ResponseReturnValue:
    """Make the calendar's present address useless: one's own, or, for planners, a team's."""
    me = signed_in_user()
    check(Action.PLAN_ROTA, own=kind == "people" and public_id == me.public_id)
    with transaction() as db:
        of = db.get_one(User, me.id) if kind == "people" else teams.find(db, public_id)
        calendars.renew(db, of, by=me, now=now())
    if kind == "people":
        return redirect(url_for("workbench.rota_mine", done="calendar_renewed", _anchor="calendars"))
    return redirect(url_for("workbench.rota_team", public_id=public_id, done="calendar_renewed"))


def _needed(form: Form) -> int:
    text = form.get("needed").strip()
    if not text.isascii() or not text.isdigit():
        form.errors["needed"] = gettext("Please write a whole number.")
        return 0
    return int(text[:4])


def _teams_page(form: Form) -> str:
    with reading() as db:
        return render_template(
            "workbench/rota/teams.html", form=form, teams=teams.every(db), archived=teams.every(db, archived=True)
        )


def _team_page(public_id: str, form: Form) -> str:
    with reading() as db:
        team = teams.find(db, public_id)
        return render_template(
            "workbench/rota/team.html", team=team, form=form, people=teams.staff(db), topics=topics.flat(db),
            address=calendars.address(db, team, settings=settings()),
        )  # fmt: skip

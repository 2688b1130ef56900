"""What an expert's day holds: his questions, his sessions, his duty."""

from datetime import datetime, time, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import InvalidInput
from helpcenter.permissions import Action
from helpcenter.services import dispatch, rota, routing
from helpcenter.services.dispatch import Which
from helpcenter.web import local_time, now, reading, require, signed_in_user, transaction
from helpcenter.web.languages import LANGUAGES


@bp.get("/today")
@require(Action.ANSWER)
def today() -> ResponseReturnValue:
    """Questions that one has by their due date, the sessions that one hosts today, and whether one is on duty."""
    return _page(Form())


@bp.post("/today/skills")
@require(Action.ANSWER)
def keep_skills() -> ResponseReturnValue:
    """In which languages one answers, and what one knows about."""
    form = Form({"words": request.form.get("words", ""), "languages": request.form.getlist("languages")})
    spoken = [one for one in LANGUAGES if one in form.values["languages"]]
    try:
        with transaction() as db:
            routing.set_skills(db, signed_in_user(), languages=spoken, words=form.get("words"))
    except InvalidInput as error:
        status = form.refuse(error)
        return _page(form), status
    return redirect(url_for("workbench.today", done="save"))


def _page(form: Form) -> str:
    user = signed_in_user()
    with reading() as db:
        skills = routing.skills_of(db, user)
        known = {
            "words": skills.words,
            "languages": skills.languages.split(",") if skills.languages else list(LANGUAGES),
        }
        form.values = {**known, **form.values}
        lines, total = dispatch.list_questions(db, user, Which.MINE, now=now())
        return render_template(
            "workbench/today.html", lines=lines, total=total, form=form,
            unassigned=dispatch.count(db, user, Which.UNASSIGNED, now=now()),
            sessions=dispatch.sessions_today(db, user, now=now(), midnight=_midnight()),
            today=rota.today(db, user, local_time(now())),
            on_duty=user.id in {one.id for one in rota.on_duty(db, None, now=now())},
        )  # fmt: skip


def _midnight() -> datetime:
    here = local_time(now())
    return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)

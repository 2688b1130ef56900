"""What an expert's day holds: his questions, his sessions, his duty."""

from datetime import datetime, time, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.permissions import Action
from helpcenter.services import dispatch, rota
from helpcenter.services.dispatch import Which
from helpcenter.web import local_time, now, reading, require, signed_in_user


@bp.get("/today")
@require(Action.ANSWER)
def today() -> ResponseReturnValue:
    """Questions that one has by their due date, the sessions that one hosts today, and whether one is on duty."""
    user = signed_in_user()
    with reading() as db:
        lines, total = dispatch.list_questions(db, user, Which.MINE, now=now())
        return render_template(
            "workbench/today.html", lines=lines, total=total,
            unassigned=dispatch.count(db, user, Which.UNASSIGNED, now=now()),
            sessions=dispatch.sessions_today(db, user, now=now(), midnight=_midnight()),
            on_duty=user.id in {one.id for one in rota.on_duty(db, None, now=now())},
        )  # fmt: skip


def _midnight() -> datetime:
    here = local_time(now())
    return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)

"""What the rota shows outside the workbench: who is on duty now, and calendars at secret addresses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, format_date, gettext
from sqlalchemy import select

from helpcenter.models import Shift, Topic, User
from helpcenter.services import feeds, rota
from helpcenter.services.rota import calendars
from helpcenter.web import limiter, now, public, reading, settings
from helpcenter.web.languages import LANGUAGES, local_time
from helpcenter.web.sessions import clock_time

bp = Blueprint("rota", __name__)


@bp.app_context_processor
def duty() -> dict[str, Callable[..., Any]]:
    """`duty_line(slug)` for templates: what may be said of the duty for the topic, "" for any; None for nothing."""
    return {"duty_line": _line, "duty_time": clock_time, "duty_from": _from}


@bp.get("/duty")
@public
def on_duty() -> ResponseReturnValue:
    """Who is on duty for the topic in `?topic=`, as a piece of a page; never kept."""
    answer = Response(render_template("rota/_duty.html", topic=request.args.get("topic", "")))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/rota/<any(people, teams):kind>/<public_id>.ics")
@public
@limiter.limit("120/hour")
def calendar(kind: str, public_id: str) -> ResponseReturnValue:
    """The shifts of a person or a team as a calendar, for whoever has the secret address."""
    with reading() as db:
        of = calendars.find(db, kind, public_id, request.args.get("key", ""), settings=settings())
        found = calendars.shifts_of(db, of, now=now())
        spoken = of.language if isinstance(of, User) else settings().default_language
        with force_locale(spoken if spoken in LANGUAGES else "en"):
            file = feeds.rota_calendar(
                found, settings=settings(), name=gettext("%(site)s: on duty", site=settings().site_name),
                titles=[_title(shift, named=not isinstance(of, User)) for shift in found],
            )  # fmt: skip
    answer = Response(file, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _title(shift: Shift, *, named: bool) -> str:
    if not named:
        return str(gettext("On duty: %(team)s", team=shift.team.name))
    if shift.user is None:
        return str(gettext("Open: %(team)s", team=shift.team.name))
    return str(gettext("%(name)s: %(team)s", name=shift.user.name or shift.user.email, team=shift.team.name))


def _line(slug: str = "") -> rota.DutyLine | None:
    with reading() as db:
        topic = db.scalar(select(Topic).where(Topic.slug == slug)) if slug else None
        return rota.duty_line(db, topic, now=now())


def _from(at: datetime) -> str:
    """From when on: the time alone where it is today, else with the weekday."""
    if local_time(at).date() == local_time(now()).date():
        return clock_time(at)
    weekday = format_date(local_time(at), "EEEE", rebase=False)
    return str(gettext("%(day)s, %(time)s", day=weekday, time=clock_time(at)))

"""What people look for and do not find, with the evidence: proposed for a host's agenda."""

from datetime import timedelta
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import HelpCenterError, InvalidInput
from helpcenter.models import LiveSession
from helpcenter.permissions import Action
from helpcenter.services import analytics, gaps, helpful, searches, sessions
from helpcenter.services.sessions import AHEAD, agenda
from helpcenter.web import allowed, check, local_time, now, reading, require, say, signed_in_user, transaction
from helpcenter.web.sessions import is_host

MONTH: Final = timedelta(days=30)


@bp.get("/gaps", endpoint="gaps")
@require(Action.SEE_FIGURES)
def list_() -> ResponseReturnValue:
    """All gaps, or those that fit the `?session=`; and how searching and asking went lately."""
    return _page()


@bp.post("/gaps/take")
@require(Action.HOST)
def take_gap() -> ResponseReturnValue:
    """Make it a question in the agenda of the session that was chosen."""
    form, actor = request.form, signed_in_user()
    if not form.get("session"):
        error = InvalidInput(gaps.NO_SESSION)
        return _page(error), error.status
    try:
        with reading() as db:
            gap = gaps.find(db, form.get("key", ""), now=now())
        with transaction() as db:
            session = _own(db, form["session"])
            gaps.take(db, session, gap, title=form.get("title", ""), actor=actor, now=now())
    except HelpCenterError as error:
        return _refused(error)
    if form.get("back") == "console":
        return redirect(url_for("console.console", public_id=form["session"], _anchor="agenda"), 303)
    return redirect(url_for("workbench.gaps", done="gap_taken", session=form["session"]), 303)


@bp.post("/gaps/dismiss")
@require(Action.HOST)
def dismiss_gap() -> ResponseReturnValue:
    """It is no subject, and why."""
    form = request.form
    try:
        with reading() as db:
            gap = gaps.find(db, form.get("key", ""), now=now())
        with transaction() as db:
            gaps.dismiss(db, gap, reason=form.get("reason", ""), actor=signed_in_user(), now=now())
    except HelpCenterError as error:
        return _refused(error)
    return redirect(url_for("workbench.gaps", done="gap_dismissed", session=form.get("only") or None), 303)


@bp.post("/gaps/<public_id>/back")
@require(Action.HOST)
def bring_back_gap(public_id: str) -> ResponseReturnValue:
    """Take a dismissal back."""
    with transaction() as db:
        gaps.bring_back(db, public_id, actor=signed_in_user(), now=now())
    return redirect(url_for("workbench.gaps", done="gap_back"), 303)


def proposed(db: Session, found: LiveSession) -> list[gaps.Gap]:
    """What the session could answer; nothing for one whose agenda is closed."""
    return gaps.about(gaps.gaps(db, now=now()), db, found) if found.state in AHEAD else []


def _own(db: Session, public_id: str) -> LiveSession:
    found = sessions.find(db, public_id)
    check(Action.HOST, own=is_host(found))
    return found


def _refused(error: HelpCenterError) -> ResponseReturnValue:
    if error.status in {401, 403, 404}:
        raise error
    return _page(error), error.status


def _page(error: HelpCenterError | None = None) -> str:
    first = now() - MONTH
    with reading() as db:
        mine = agenda.coming(db, host=None if allowed(Action.HOST) else signed_in_user(), now=now())
        ahead = [session for session in mine if session.state in AHEAD]
        only = next((one for one in ahead if one.public_id == request.args.get("session")), None)
        found = gaps.gaps(db, now=now())
        typed: dict[str, Any] = request.form.to_dict()
        return render_template(
            "workbench/gaps.html", gaps=gaps.about(found, db, only) if only else found, ahead=ahead, only=only,
            back="", typed=typed, error=say(error.message) if error else "", dismissed=gaps.dismissed(db),
            searched=searches.totals(db, first=local_time(first).date()),
            deflected=analytics.deflected(db, since=first), share=helpful.overall(db, after=first),
            words=[one for one in searches.figures(db, first=local_time(first).date()) if one.without or one.unopened][:20],
        )  # fmt: skip

"""The page itself, and its commands."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.console.frame import bp, own
from helpcenter.blueprints.console.showing import now_values, unless_seen, whole_page
from helpcenter.errors import Conflict, NotFound
from helpcenter.permissions import Action
from helpcenter.services import console, gaps
from helpcenter.services.console import Command
from helpcenter.services.sessions import AHEAD, agenda
from helpcenter.web import now, reading, require, say, settings, signed_in_user, transaction


@bp.get("", endpoint="sessions")
@require(Action.HOST)
def list_() -> ResponseReturnValue:
    """The sessions that one is going to host."""
    with reading() as db:
        return render_template("console/sessions.html", sessions=agenda.coming(db, host=signed_in_user(), now=now()))


@bp.get("/<public_id>", endpoint="console")
@require(Action.HOST)
def page(public_id: str) -> ResponseReturnValue:
    """The whole page."""
    with reading() as db:
        return whole_page(db, own(db, public_id))


@bp.get("/<public_id>/now")
@require(Action.HOST)
def live_state(public_id: str) -> ResponseReturnValue:
    """How it stands and what can be done; a fragment, or nothing where that is what the page shows already (`?seen=`)."""
    return unless_seen(_state(public_id))


@bp.get("/<public_id>/proposed")
@require(Action.HOST)
def proposed(public_id: str) -> ResponseReturnValue:
    """What people look for and do not find, for this session's agenda; a fragment."""
    with reading() as db:
        found = own(db, public_id)
        proposals = gaps.about(gaps.gaps(db, now=now()), db, found) if found.state in AHEAD else []
        return render_template("console/_proposed.html", session=found, gaps=proposals)


@bp.post("/<public_id>/do/<action>")
@require(Action.HOST)
def act(public_id: str, action: str) -> ResponseReturnValue:
    """Rehearse, go live, end, take it back, try again, start over.

    Our script gets a fragment: the page stays, and with it the studio that may be sending from there.
    """
    if action not in list(Command) or action == Command.MARK:
        raise NotFound
    more: dict[str, Any] = {"settings": settings()} if action == Command.END else {}
    name = "end_unless_ending" if action == Command.END and not request.form.get("at_once") else action
    try:
        with transaction() as db:
            getattr(console, name)(db, own(db, public_id), actor=signed_in_user(), now=now(), **more)
    except Conflict as error:
        if request.headers.get("HX-Request"):
            return _state(public_id, refused=say(error.message))
        with reading() as db:
            return whole_page(db, own(db, public_id), error=say(error.message)), error.status
    if request.headers.get("HX-Request"):
        return _state(public_id)
    return redirect(url_for("console.console", public_id=public_id), 303)


def _state(public_id: str, refused: str = "") -> str:
    with reading() as db:
        return render_template("console/_now.html", **now_values(db, own(db, public_id), refused))

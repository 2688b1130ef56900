"""Live sessions for everybody: the programme, each session's page, date polls, calendars and feeds."""

from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.errors import NotFound
from helpcenter.models import LiveSession
from helpcenter.permissions import Action
from helpcenter.services import pages, sessions
from helpcenter.services.pages import SessionCard
from helpcenter.services.sessions.times import say_day, say_hours, say_when
from helpcenter.web import (
    allowed,
    cached_page,
    check_visible,
    current_user,
    language,
    limiter,
    now,
    public,
    reading,
    settings,
    transaction,
    visibilities,
)
from helpcenter.web.voters import new_voter, remember_voter, voter

bp = Blueprint("sessions", __name__)


@bp.get("/sessions")
@public
@cached_page
def programme() -> ResponseReturnValue:
    """What is on, to come, looking for a date, and past; of `?topic=` alone."""
    with reading() as db:
        page = pages.programme(
            db, topic=request.args.get("topic"), language=language(), visibilities=visibilities(), now=now()
        )
    return render_template("sessions/programme.html", page=page)


@bp.post("/sessions/<public_id>/vote")
@public
@limiter.limit("60/hour")
def vote(public_id: str) -> ResponseReturnValue:
    """Whoever asks can come on exactly these dates of the poll (`option`, by their public ids)."""
    chosen = set(request.form.getlist("option"))
    known = voter()
    token, name = (None, known) if known else new_voter()
    with transaction() as db:
        found = pages.find_live_session(db, public_id)
        check_seen(found)
        sessions.choose(db, found, chosen, name, now=now())
    answer = make_response(redirect(url_for("sessions.session", public_id=public_id, told="voted"), 303))
    return remember_voter(answer, token)


def check_seen(session: LiveSession) -> None:
    """Raise NotFound unless whoever asks may see the session at its address; before it is announced only its staff may."""
    user = current_user()
    own = user is not None and (session.created_by_id == user.id or any(host.id == user.id for host in session.hosts))
    check_visible(session.visibility, own=own)
    if session.announced_at is None and not allowed(Action.READ_DRAFTS, own=own):
        raise NotFound


@bp.app_template_global()
def when(card: SessionCard) -> str:
    """The day, the hours and the zone of a session."""
    return say_when(card.starts_at, card.ends_at, card.zone, language())


@bp.app_template_global()
def day_of(card: SessionCard) -> str:
    """The day of a session."""
    return say_day(card.starts_at, card.zone, language())


@bp.app_template_global()
def hours_of(card: SessionCard) -> str:
    """The hours and the zone of a session."""
    return say_hours(card.starts_at, card.ends_at, card.zone, language())


@bp.app_template_global()
def google_calendar(card: SessionCard, address: str) -> str:
    """The address at which Google's calendar offers to add the session."""
    dates = "/".join(f"{at:%Y%m%dT%H%M%SZ}" for at in (card.starts_at, card.ends_at))
    query = {
        "action": "TEMPLATE",
        "text": card.title,
        "dates": dates,
        "ctz": card.zone,
        "location": address,
        "details": address,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


@bp.app_template_global()
def site_url() -> str:
    """The site's public address, without a slash at its end."""
    return settings().site_url


bp.add_app_template_global(pages.session_address)


from helpcenter.blueprints.sessions import calendars, page  # noqa: E402, F401 -- they add their views

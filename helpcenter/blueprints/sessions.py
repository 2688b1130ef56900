"""Live sessions for everybody: the programme, each session's page, date polls, calendars and feeds."""

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.errors import NotFound
from helpcenter.models import LiveSession, LiveSessionState, Visibility
from helpcenter.permissions import Action
from helpcenter.services import feeds, pages, sessions, topics
from helpcenter.services.pages import SessionCard, SessionPage
from helpcenter.services.sessions import subscriptions
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
from helpcenter.web.players import Player, player_of_recording, second
from helpcenter.web.voters import new_voter, remember_voter, voter

bp = Blueprint("sessions", __name__)

_CALENDAR: Final = "text/calendar; charset=utf-8"
_ATOM: Final = "application/atom+xml; charset=utf-8"


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


@bp.get("/sessions/<public_id>")
@public
@cached_page
def session(public_id: str) -> ResponseReturnValue:
    """The session: before it, live, and after it with its recording from the second `?t=`."""
    with reading() as db:
        found = pages.find_live_session(db, public_id)
        check_seen(found)
        page = pages.show_session(db, found, voter=voter(), language=language(), visibilities=visibilities(), now=now())
        data = feeds.structured_data(found, settings()) if _for_all(found) else None
    answer = make_response(
        render_template(
            "sessions/session.html", page=page, player=_player(page), data=data, told=request.args.get("told")
        )
    )
    if page.options:
        answer.headers["Cache-Control"] = "private, no-store"  # it shows what this very browser voted for
    return answer


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


@bp.get("/sessions.ics")
@public
@cached_page
def calendar() -> ResponseReturnValue:
    """Every public session as a calendar to subscribe to."""
    with reading() as db:
        file = feeds.calendar(feeds.announced(db, now=now()), settings=settings(), name=_feed_name())
    return _file(file, _CALENDAR)


@bp.get("/sessions.atom")
@public
@cached_page
def atom() -> ResponseReturnValue:
    """The public sessions that changed last, as an Atom feed."""
    with reading() as db:
        found = feeds.announced(db, now=now())
        file = feeds.atom_feed(
            found, settings=settings(), name=_feed_name(), address=url_for("sessions.atom"), language=language()
        )
    return _file(file, _ATOM)


@bp.get("/sessions/<public_id>.ics")
@public
@cached_page
def session_calendar(public_id: str) -> ResponseReturnValue:
    """The session as a calendar file with one event."""
    with reading() as db:
        found = pages.find_live_session(db, public_id)
        check_seen(found)
        if found.state is LiveSessionState.DRAFT:
            raise NotFound
        file = feeds.calendar([found], settings=settings(), name=found.title)
    return _file(file, _CALENDAR, download=f"{public_id}.ics")


@bp.get("/topics/<slug>/sessions.ics")
@public
@cached_page
def topic_calendar(slug: str) -> ResponseReturnValue:
    """The public sessions about the topic and all below it."""
    with reading() as db:
        topic = topics.find(db, slug)
        found = feeds.announced(db, now=now(), topics=topics.below(db, topic))
        file = feeds.calendar(found, settings=settings(), name=_feed_name(topic.title(language())))
    return _file(file, _CALENDAR)


@bp.get("/hosts/<public_id>/sessions.ics")
@public
@cached_page
def host_calendar(public_id: str) -> ResponseReturnValue:
    """The public sessions of one host."""
    with reading() as db:
        host = subscriptions.read_target(db, f"host:{public_id}", language=language())
        found = feeds.announced(db, now=now(), host=public_id)
        file = feeds.calendar(found, settings=settings(), name=_feed_name(host.title))
    return _file(file, _CALENDAR)


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


def _player(page: SessionPage) -> Player | None:
    """What is watched on the page: YouTube's live picture, or the recording."""
    if page.youtube:
        poster = pages.media_address(page.card.picture_key) if page.card.picture_key else None
        return Player(
            title=page.card.title, start=0, end=None, source=None, youtube=page.youtube, poster=poster,
            audio_only=False, language=None, draft=False,
        )  # fmt: skip
    if page.recording is None:
        return None
    whole = page.recording.whole
    at = second(request.args.get("t"), whole.duration)
    return player_of_recording(whole, page.recording.text, page.recording.chapters, at=at)


def _for_all(session: LiveSession) -> bool:
    return session.visibility is Visibility.PUBLIC and session.state is not LiveSessionState.DRAFT


def _feed_name(of: str = "") -> str:
    name = gettext("%(site)s: live sessions", site=settings().site_name)
    return f"{name} · {of}" if of else name


def _file(content: bytes, kind: str, *, download: str = "") -> Response:
    answer = Response(content, content_type=kind)
    if download:
        answer.headers.set("Content-Disposition", "attachment", filename=download)
    return answer

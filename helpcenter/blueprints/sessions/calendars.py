"""The programme as calendars and feeds."""

from typing import Final

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.blueprints.sessions import bp, check_seen
from helpcenter.errors import NotFound
from helpcenter.models import LiveSessionState
from helpcenter.services import feeds, pages, topics
from helpcenter.services.sessions import subscriptions
from helpcenter.web import cached_page, language, now, public, reading, settings

_CALENDAR: Final = "text/calendar; charset=utf-8"
_ATOM: Final = "application/atom+xml; charset=utf-8"


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


def _feed_name(of: str = "") -> str:
    name = gettext("%(site)s: live sessions", site=settings().site_name)
    return f"{name} · {of}" if of else name


def _file(content: bytes, kind: str, *, download: str = "") -> Response:
    answer = Response(content, content_type=kind)
    if download:
        answer.headers.set("Content-Disposition", "attachment", filename=download)
    return answer

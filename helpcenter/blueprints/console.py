"""The host's page of a live session: how it stands, what can be done now, marks, and what the encoder needs."""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, HelpCenterError, NotFound
from helpcenter.models import Channel, LiveSession, LiveSessionState, Marker, MarkerKind, Question
from helpcenter.permissions import Action
from helpcenter.services import channels, console, sessions
from helpcenter.services.console import Command
from helpcenter.services.console.commands import TAIL
from helpcenter.services.sessions import agenda
from helpcenter.tokens import fingerprint
from helpcenter.web import check, now, reading, require, say, settings, signed_in_user, transaction
from helpcenter.web.sessions import is_host, template_words

bp = Blueprint("console", __name__, url_prefix="/console")
bp.context_processor(template_words)
bp.context_processor(lambda: {"name_of": lambda body: fingerprint(str(body))[:16]})

NO_CONTENT: Final = 204
LATEST: Final = timedelta(hours=6)
"""How long a mark may have waited for the network."""
_ASKED: Final = {Command.END, Command.START_OVER}
MARKS: Final = {
    MarkerKind.ANSWERING: N_("Answering"),
    MarkerKind.ANSWERED: N_("Answered"),
    MarkerKind.TOPIC: N_("Topic"),
    MarkerKind.OFF_RECORD: N_("Off the record"),
    MarkerKind.ON_RECORD: N_("On the record again"),
}


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
        return _page(db, _own(db, public_id))


@bp.get("/<public_id>/now")
@require(Action.HOST)
def live_state(public_id: str) -> ResponseReturnValue:
    """How it stands and what can be done; a fragment, or nothing where that is what the page shows already (`?seen=`)."""
    with reading() as db:
        return _unless_seen(render_template("console/_now.html", **_now(db, _own(db, public_id))))


@bp.get("/<public_id>/marks")
@require(Action.HOST)
def marks(public_id: str) -> ResponseReturnValue:
    """Questions and marks; a fragment, or nothing where that is what the page shows already (`?seen=`)."""
    with reading() as db:
        return _unless_seen(render_template("console/_marks.html", **_marks(db, _own(db, public_id))))


@bp.post("/<public_id>/do/<action>")
@require(Action.HOST)
def act(public_id: str, action: str) -> ResponseReturnValue:
    """Rehearse, go live, end, take it back, try again, start over."""
    if action not in list(Command) or action == Command.MARK:
        raise NotFound
    more: dict[str, Any] = {"settings": settings()} if action == Command.END else {}
    try:
        with transaction() as db:
            getattr(console, action)(db, _own(db, public_id), actor=signed_in_user(), now=now(), **more)
    except Conflict as error:
        with reading() as db:
            return _page(db, _own(db, public_id), error=say(error.message)), error.status
    return redirect(url_for("console.console", public_id=public_id), 303)


@bp.post("/<public_id>/marks")
@require(Action.HOST)
def set_mark(public_id: str) -> ResponseReturnValue:
    """Set a mark now, or `late` seconds ago; sending it twice keeps one, by its key."""
    form = request.form
    if form.get("kind") not in list(MarkerKind):
        raise NotFound
    error: HelpCenterError | None = None
    try:
        with transaction() as db:
            console.mark(
                db, _own(db, public_id), kind=MarkerKind(form["kind"]), title=form.get("title", ""),
                question=_question(db, form.get("question", "")), at=now() - _late(), key=form.get("key"),
                actor=signed_in_user(), now=now(),
            )  # fmt: skip
    except HelpCenterError as refused:
        if refused.status in {401, 403, 404}:
            raise
        error = refused
    return _after_mark(public_id, error)


@bp.post("/<public_id>/marks/<int:marker_id>/undo")
@require(Action.HOST)
def undo_mark(public_id: str, marker_id: int) -> ResponseReturnValue:
    """Take a mark away."""
    error: HelpCenterError | None = None
    try:
        with transaction() as db:
            console.unmark(db, _own(db, public_id), marker_id)
    except Conflict as refused:
        error = refused
    return _after_mark(public_id, error)


@bp.get("/<public_id>/encoder")
@require(Action.HOST)
def encoder(public_id: str) -> ResponseReturnValue:
    """What the encoder needs, without the key; a fragment."""
    with reading() as db:
        return render_template("console/_key.html", **_encoder(db, _own(db, public_id)))


@bp.post("/<public_id>/key")
@require(Action.HOST)
def show_key(public_id: str) -> ResponseReturnValue:
    """The stream key, which is in no page before somebody asks for it, and in no browser's cache afterwards."""
    with reading() as db:
        found = _own(db, public_id)
        encoder = _encoder(db, found)
        key = channels.stream_key(settings(), encoder["channel"]) if encoder["channel"] else None
        if request.headers.get("HX-Request"):
            answer = make_response(render_template("console/_key.html", **{**encoder, "key": key}))
        else:
            answer = make_response(_page(db, found, key=key))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _own(db: Session, public_id: str) -> LiveSession:
    found = sessions.find(db, public_id)
    check(Action.HOST, own=is_host(found))
    return found


def _page(db: Session, found: LiveSession, *, key: str | None = None, error: str = "") -> str:
    return render_template(
        "console/console.html", server_now=now().timestamp(), error=error,
        **{**_now(db, found), **_marks(db, found), **_encoder(db, found), "key": key},
    )  # fmt: skip


def _now(db: Session, found: LiveSession) -> dict[str, Any]:
    shown = console.view(db, found, settings=settings(), now=now())
    ask = request.args.get("ask", "")
    pace = 3 if shown.commands or found.state in {*sessions.AHEAD, LiveSessionState.LIVE} else 20
    return {
        "view": shown, "session": found, "Command": Command, "pace": pace,
        "tail": max(1, round(settings().live_wait(TAIL).total_seconds())),
        "ask": ask if ask in _ASKED and ask in shown.commands and not shown.end_at else "", "starts_in": _starts_in(found),
    }  # fmt: skip


def _marks(db: Session, found: LiveSession, error: str = "") -> dict[str, Any]:
    shown = console.view(db, found, settings=settings(), now=now())
    off = [one.kind for one in shown.markers if one.kind in {MarkerKind.OFF_RECORD, MarkerKind.ON_RECORD}]
    return {
        "view": shown, "session": found, "can_mark": Command.MARK in shown.commands, "mark_error": error,
        "mark_words": {kind: gettext(word) for kind, word in MARKS.items()}, "answering": _answering(shown.markers),
        "off_record": off[-1:] == [MarkerKind.OFF_RECORD], "page_key": f"page-{shown.markers[-1].id if shown.markers else 0}",
    }  # fmt: skip


def _answering(markers: list[Marker]) -> Marker | None:
    """The mark of the answer that is being given, if one is."""
    told = {MarkerKind.ANSWERING, MarkerKind.ANSWERED, MarkerKind.TOPIC}
    last = next((one for one in reversed(markers) if one.kind in told), None)
    return last if last and last.kind is MarkerKind.ANSWERING else None


def _encoder(db: Session, found: LiveSession) -> dict[str, Any]:
    channel = db.get(Channel, found.channel_id) if found.channel_id else None
    return {"session": found, "channel": channel, "key": None}


def _unless_seen(fragment: str) -> ResponseReturnValue:
    """Nothing where it stands in the page already."""
    seen = request.args.get("seen", "")
    return ("", NO_CONTENT) if seen and f"seen={seen}" in fragment else fragment


def _after_mark(public_id: str, error: HelpCenterError | None) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        with reading() as db:
            shown = _marks(db, _own(db, public_id), say(error.message) if error else "")
            return render_template("console/_marks.html", **shown), error.status if error else 200
    if error:
        with reading() as db:
            return _page(db, _own(db, public_id), error=say(error.message)), error.status
    return redirect(url_for("console.console", public_id=public_id, _anchor="marks"), 303)


def _question(db: Session, public_id: str) -> Question | None:
    if not public_id:
        return None
    found = db.scalar(select(Question).where(Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def _late() -> timedelta:
    # How long the mark has waited counts, never the browser's clock.
    late = request.form.get("late", 0.0, type=float)
    return min(timedelta(seconds=late), LATEST) if 0 < late < LATEST.total_seconds() else timedelta()


def _starts_in(found: LiveSession) -> str:
    words = str(format_timedelta(found.starts_at - now(), threshold=2, add_direction=True))
    return words if found.starts_at > now() else gettext("It should have begun %(ago)s", ago=words)

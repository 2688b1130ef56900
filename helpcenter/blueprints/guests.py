"""The page of a guest who joins a live session by a link, and what it asks for while he is there."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.studio import number_of, said_in_json, text_of
from helpcenter.errors import Conflict
from helpcenter.models import Guest, GuestState, LiveSession
from helpcenter.services import guests, studio
from helpcenter.services.guests.joining import check_open
from helpcenter.web import limiter, now, public, reading, say, settings, transaction
from helpcenter.web.sessions import template_words

bp = Blueprint("guests", __name__, url_prefix="/join/<public_id>/<token>")
bp.context_processor(template_words)


@bp.after_request
def _keep_the_secret(response: Response) -> Response:
    # The address is the key: it goes into no cache, no other site's log and no search engine.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("")
@public
@limiter.limit("60/minute")
def page(public_id: str, token: str) -> ResponseReturnValue:
    """Name, consent and devices first; then the session as its host sends it."""
    with reading() as db:
        guest = guests.by_token(db, public_id, token)
        session, closed = guest.session, _closed(guest)
        shown = render_template("guests/join.html", session=session, guest=guest, closed=closed, hosts=session.hosts)
    return make_response(shown, Conflict.status if closed else 200)


@bp.post("/knock")
@public
@limiter.limit("30/minute")
def knock(public_id: str, token: str) -> ResponseReturnValue:
    """Come to the door: {"name", "agreed"} → how it stands."""
    said = said_in_json()
    name = text_of(said, "name")
    with transaction() as db:
        guest = guests.by_token(db, public_id, token)
        guests.knock(db, guest, name=name, agreed=said.get("agreed") is True, now=now())
        return jsonify(_standing(db, guest))


@bp.post("/here")
@public
@limiter.limit("600/minute")
def here(public_id: str, token: str) -> ResponseReturnValue:
    """A sign of life → how it stands, with the host's answer where there is one; asked every second or two."""
    with transaction() as db:
        guest = guests.by_token(db, public_id, token)
        guests.hear(guest, now=now())
        return jsonify(_standing(db, guest))


@bp.post("/offer")
@public
@limiter.limit("60/minute")
def offer(public_id: str, token: str) -> ResponseReturnValue:
    """The guest's half of the handshake: {"sdp", "after": the last round he knows of} → {"round"}."""
    said = said_in_json()
    sdp, after = text_of(said, "sdp"), number_of(said, "after")
    with transaction() as db:
        guest = guests.by_token(db, public_id, token)
        return jsonify(round=guests.offer(db, guest, sdp, after=after, now=now()))


@bp.post("/leave")
@public
def leave(public_id: str, token: str) -> ResponseReturnValue:
    """He goes; he may knock again as long as the session is open."""
    with transaction() as db:
        guest = guests.by_token(db, public_id, token)
        guests.leave(db, guest)
        return jsonify(_standing(db, guest))


def _standing(db: Session, guest: Guest) -> dict[str, Any]:
    session: LiveSession = guest.session
    inside = guest.state is GuestState.ADMITTED
    return {
        "state": guest.state.value, "session": session.state.value, "closed": _closed(guest), "round": guest.round,
        "answer": guest.answer, "wanted": inside and guest.offer is None and guest.answer is None,
        "off_record": studio.off_record(db, session), "ice": guests.ice_servers(settings(), now()) if inside else [],
    }  # fmt: skip


def _closed(guest: Guest) -> str:
    """Why the link works no more, "" as long as it does."""
    try:
        check_open(guest)
    except Conflict as error:
        return say(error.message)
    return ""

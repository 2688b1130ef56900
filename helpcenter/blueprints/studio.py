"""What the host's browser sends as its own encoder: takes, and their chunks by number; and whom it lets in."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput, TooLarge
from helpcenter.models import Guest, LiveSession
from helpcenter.permissions import Action
from helpcenter.services import guests, sessions, studio
from helpcenter.services.guests.joining import is_away
from helpcenter.services.uploads.files import check_room
from helpcenter.web import check, limiter, now, reading, require, settings, signed_in_user, transaction
from helpcenter.web.sessions import clock_time, is_host
from streaming.local.archive import Archive, Busy, Closed, Missing

bp = Blueprint("studio", __name__, url_prefix="/console/<public_id>/studio")
MOST_BYTES: Final = 8 * 1024 * 1024
"""Largest chunk: some seconds of the best picture that the studio sends."""
_MOST: Final = 2**31 - 1


@bp.post("/takes")
@require(Action.HOST)
@limiter.limit("60/minute")
def open_take(public_id: str) -> ResponseReturnValue:
    """Begin a take: {"mime", "age_ms", "sender", "take_over", "label"?} → {"take", "next"}."""
    said = said_in_json()
    with reading() as db:
        session, archive = _archive(db, public_id)
        take = studio.open_take(
            archive, session, mime=text_of(said, "mime"), age=_age(said), sender=text_of(said, "sender"),
            label=text_of(said, "label")[:80] or signed_in_user().name or signed_in_user().email,
            take_over=said.get("take_over") is True, now=now(),
        )  # fmt: skip
    return jsonify(take=take.id, next=0), HTTPStatus.CREATED


@bp.put("/takes/<take_id>/<int(max=9999999):number>")
@require(Action.HOST)
@limiter.limit("6000/minute")
def put_chunk(public_id: str, take_id: str, number: int) -> ResponseReturnValue:
    """Keep a chunk, durably, before it is answered for; sending one twice changes nothing."""
    # The body is read before the database is asked, so that a slow line holds no connection of it.
    data = _body()
    check_room(settings().live_root, wanted=len(data), min_free=settings().min_free_bytes)
    with reading() as db:
        session, archive = _archive(db, public_id)
        take = studio.take_of(archive, session, take_id)
        studio.check_wanted(session, take)
    try:
        return jsonify(next=take.put(number, data, now=now()))
    except Closed:
        return _ended(taken_over=archive.current(now()) is not None)


@bp.post("/takes/<take_id>/close")
@require(Action.HOST)
def close_take(public_id: str, take_id: str) -> ResponseReturnValue:
    """The take is whole."""
    with reading() as db:
        session, archive = _archive(db, public_id)
        studio.take_of(archive, session, take_id).close(now=now())
    return jsonify(closed=True)


@bp.get("/guests")
@require(Action.HOST)
def list_guests(public_id: str) -> ResponseReturnValue:
    """How the session stands, who is there, and which offers wait for an answer; asked every second or two."""
    with reading() as db:
        session = _own(db, public_id)
        shown = [_shown(guest) for guest in guests.of_session(db, session)]
        off = studio.off_record(db, session)
        open_ = session.state in guests.OPEN
        sending = studio.sender_of(db, session, settings().live_root, now=now())
    ice = guests.ice_servers(settings(), now())
    return jsonify(state=session.state.value, open=open_, off_record=off, sending=sending, guests=shown, ice=ice)


@bp.post("/guests")
@require(Action.HOST)
@limiter.limit("60/hour")
def invite_guest(public_id: str) -> ResponseReturnValue:
    """Make a link, which is shown this once."""
    with transaction() as db:
        guest, token = guests.invite(db, _own(db, public_id), now=now())
    path = url_for("guests.page", public_id=public_id, token=token)
    return jsonify(id=guest.public_id, address=settings().site_url + path), HTTPStatus.CREATED


@bp.post("/guests/<guest_id>/admit")
@require(Action.HOST)
def admit_guest(public_id: str, guest_id: str) -> ResponseReturnValue:
    """Let somebody in who knocks."""
    with transaction() as db:
        session = _own(db, public_id)
        guest = guests.one_of(db, session, guest_id)
        guests.admit(db, session, guest, now=now())
        return jsonify(_shown(guest))


@bp.post("/guests/<guest_id>/remove")
@require(Action.HOST)
def remove_guest(public_id: str, guest_id: str) -> ResponseReturnValue:
    """Send somebody out, or take his link back."""
    with transaction() as db:
        guests.remove(db, guests.one_of(db, _own(db, public_id), guest_id))
    return jsonify(removed=True)


@bp.post("/guests/<guest_id>/answer")
@require(Action.HOST)
def answer_guest(public_id: str, guest_id: str) -> ResponseReturnValue:
    """The host's half of the handshake: {"round", "sdp"}."""
    said = said_in_json()
    sdp, number = text_of(said, "sdp"), number_of(said, "round")
    with transaction() as db:
        guests.answer(db, guests.one_of(db, _own(db, public_id), guest_id), sdp, number=number)
    return jsonify(kept=True)


@bp.post("/guests/<guest_id>/again")
@require(Action.HOST)
def ask_guest_again(public_id: str, guest_id: str) -> ResponseReturnValue:
    """The host's browser has lost this guest: he is to connect anew."""
    with transaction() as db:
        guests.ask_again(guests.one_of(db, _own(db, public_id), guest_id))
    return jsonify(asked=True)


@bp.errorhandler(Busy)
def _busy(error: Busy) -> ResponseReturnValue:
    words = gettext("%(name)s is sending already, since %(time)s.", name=error.label, time=clock_time(error.since))
    return _refused("busy", words)


@bp.errorhandler(Missing)
def _missing(error: Missing) -> ResponseReturnValue:
    return _refused("missing", gettext("A piece in between is missing."), expected=error.expected)


def _ended(*, taken_over: bool) -> ResponseReturnValue:
    if taken_over:
        return _refused("closed", gettext("Somebody else has taken over. What arrived before is kept."))
    return _refused("lost", gettext("Nothing had arrived for too long, so the recording begins anew."))


def _refused(kind: str, words: str, **more: Any) -> ResponseReturnValue:
    return jsonify(kind=kind, detail=words, **more), HTTPStatus.CONFLICT


def _own(db: Session, public_id: str) -> LiveSession:
    found = sessions.find(db, public_id)
    check(Action.HOST, own=is_host(found))
    return found


def _archive(db: Session, public_id: str) -> tuple[LiveSession, Archive]:
    found = _own(db, public_id)
    return found, studio.archive_of(db, found, settings().live_root)


def _shown(guest: Guest) -> dict[str, Any]:
    return {
        "id": guest.public_id, "name": guest.name, "state": guest.state.value, "round": guest.round, "offer": guest.offer,
        "answered": guest.answer is not None, "here": not is_away(guest, now()),
    }  # fmt: skip


def said_in_json() -> dict[str, Any]:
    """The object in the body, if all of it can be kept. Raises InvalidInput."""
    try:
        said = request.get_json(silent=True)
        json.dumps(said, ensure_ascii=False).encode()  # half a sign of UTF-16 has no bytes
    except (RecursionError, UnicodeEncodeError) as error:
        raise InvalidInput from error
    if not isinstance(said, dict):
        raise InvalidInput
    return said


def text_of(said: dict[str, Any], name: str) -> str:
    """The text of that name, "" where there is none. Raises InvalidInput."""
    value = said.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput
    return value


def number_of(said: dict[str, Any], name: str) -> int:
    """The number of that name, one that a column can hold. Raises InvalidInput."""
    value = said.get(name)
    if type(value) is not int or not 0 <= value < _MOST:
        raise InvalidInput
    return value


def _age(said: dict[str, Any]) -> timedelta:
    age = said.get("age_ms")
    if (
        isinstance(age, bool)
        or not isinstance(age, int | float)
        or not 0 <= age <= studio.OLDEST.total_seconds() * 1000
    ):
        raise InvalidInput(N_("Load the page again: what it sent cannot be used."))
    return timedelta(milliseconds=age)


def _body() -> bytes:
    request.max_content_length = MOST_BYTES
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLarge
    data = request.get_data(cache=False)
    if not data or len(data) != request.content_length:
        raise InvalidInput(N_("The line broke. What has arrived is kept."))
    return data

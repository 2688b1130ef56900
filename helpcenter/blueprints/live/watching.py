"""What changes while one watches: as a stream of events, or asked for every few seconds where streams do not get through."""

from http import HTTPStatus
from typing import Final

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.live import bp
from helpcenter.blueprints.live.common import OPEN_TO_ALL, seen_session
from helpcenter.errors import NotFound
from helpcenter.web import language, ports, public, reading
from helpcenter.web.events import Full, Room, current_hub, events_of
from helpcenter.web.people import load_sign_in

_PATIENCE: Final = 15.0
"""Seconds that a viewer's line may be clogged before his stream is given up; his page asks anew."""


@bp.get("/sessions/<public_id>/events")
@public
def events(public_id: str) -> ResponseReturnValue:
    """The stream; `?since=` or the browser's Last-Event-ID is what the page has already."""
    room = _room(public_id)
    try:
        leave = current_hub().enter(room)
    except Full as full:
        return Response(status=full.status, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    _give_up_on_clogged_lines()
    answer = Response(
        events_of(
            room, language=language(), since=_since(), for_all=lambda: _for_all(room), allowed=_still_allowed(public_id)
        ),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    answer.call_on_close(leave)
    return answer


@bp.get("/sessions/<public_id>/live.json")
@public
def live_json(public_id: str) -> ResponseReturnValue:
    """The same as one message; with If-None-Match, nothing where nothing is new."""
    room = _room(public_id)
    answer = Response(content_type="application/json")
    answer.set_etag(room.etag(language()))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie, Accept-Language"
    if request.if_none_match.contains(room.etag(language())):
        answer.status_code = HTTPStatus.NOT_MODIFIED
        return answer
    answer.set_data(room.message(language(), None))
    return answer


def _room(public_id: str) -> Room:
    """The room of a session that whoever asks may see; without a query where it is open and everybody may."""
    known = current_hub().known(public_id)
    if known and _for_all(known):
        return current_hub().room(known.session_id, public_id)
    with reading() as db:
        session = seen_session(db, public_id)
    return current_hub().room(session.id, public_id)


def _for_all(room: Room) -> bool:
    return room.board.visibility in OPEN_TO_ALL and room.board.announced


def _since() -> int | None:
    given = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None  # noqa: PLR2004 -- 64 bits


def _still_allowed(public_id: str) -> "_Still":
    return _Still(request.path, request.headers.get("Cookie", ""), public_id)


class _Still:
    """Whether the viewer of this stream may still watch, asked anew from his cookie: he may have signed out, or been demoted."""

    def __init__(self, path: str, cookie: str, public_id: str) -> None:
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- Flask's own way
        self._path, self._cookie, self._public_id = path, cookie, public_id

    def __call__(self) -> bool:
        with self._app.test_request_context(self._path, headers={"Cookie": self._cookie}):
            load_sign_in()
            try:
                with ports().database.reading() as db:
                    seen_session(db, self._public_id)
            except NotFound:
                return False
            return True


def _give_up_on_clogged_lines() -> None:
    line = request.environ.get("gunicorn.socket")
    if line is not None:
        line.settimeout(_PATIENCE)

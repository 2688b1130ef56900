"""Errors as pages (or as JSON, for scripts), in the reader's language, without a traceback."""

import secrets
from http import HTTPStatus

import structlog
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, SecurityError

from helpcenter.errors import N_, HelpCenterError, Message, SignInNeeded
from helpcenter.web.languages import say
from helpcenter.web.people import ask_to_sign_in

log = structlog.get_logger(__name__)

_SENTENCES = {
    HTTPStatus.NOT_FOUND: N_("There is nothing here, or not for you."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("This cannot be done here."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("This is larger than what can be taken here."),
    HTTPStatus.TOO_MANY_REQUESTS: N_("That was too often. Please wait a little and try again."),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something went wrong on our side. It has been noted."),
}
_ANY = N_("This request could not be understood.")


def wants_json() -> bool:
    """Whether a script asked, not a person."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or best == "application/json"


def _answer(status: int, sentence: str, error_id: str = "") -> ResponseReturnValue:
    if request.path.startswith("/api/"):  # RFC 9457
        told = jsonify(
            type="about:blank", status=status, title=HTTPStatus(status).phrase, detail=sentence, errors=[], found=[]
        )
        told.mimetype = "application/problem+json"
        return told, status
    if wants_json():
        return jsonify(status=status, title=HTTPStatus(status).phrase, detail=sentence), status
    return render_template("error.html", status=status, sentence=sentence, error_id=error_id), status


def register(app: Flask) -> None:
    """Make every error of this application an answer in words."""

    @app.errorhandler(HelpCenterError)
    def ours(error: HelpCenterError) -> ResponseReturnValue:
        if isinstance(error, SignInNeeded) and not wants_json():
            return ask_to_sign_in()
        return _answer(error.status, say(error.message))

    @app.errorhandler(SecurityError)
    def untrusted(_: SecurityError) -> ResponseReturnValue:
        # For a host that is not ours no address can be built, so there is no page to show.
        return "This site is not served under that name.", HTTPStatus.BAD_REQUEST, {"Content-Type": "text/plain"}

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:  # whoever refused it has an answer of his own, such as the form that was sent
            return error.response
        status = HTTPStatus(error.code or 500)
        if status < HTTPStatus.BAD_REQUEST:
            return error.get_response()
        return _answer(status, gettext(_SENTENCES.get(status, _ANY)))

    @app.errorhandler(DataError)
    def untakeable(error: DataError) -> ResponseReturnValue:
        # No database takes every sign and number that an address or a form can hold: PostgreSQL refuses the sign NUL.
        log.warning("value that the database refuses", path=request.path, why=str(error.orig))
        return _answer(HTTPStatus.BAD_REQUEST, gettext(_ANY))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        error_id = secrets.token_hex(4)
        log.error("unexpected error", error_id=error_id, path=request.path, exc_info=error)
        sentence = say(Message(_SENTENCES[HTTPStatus.INTERNAL_SERVER_ERROR]))
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, sentence, error_id)

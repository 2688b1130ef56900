"""The frame of the API: who may call it from a browser, and how it says what is wrong (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel, ValidationError

from helpcenter.blueprints.api.schemas import FieldProblem, FoundPersonal, Problem
from helpcenter.web import settings

bp = Blueprint("api", __name__, url_prefix="/api/v1")
PROBLEM = "application/problem+json"
MOST_ERRORS = 20
"""So many fields are named that cannot be used; more of them help nobody, and would answer much with more."""


def answer(model: BaseModel, status: int = 200) -> Response:
    """The model as JSON."""
    return Response(model.model_dump_json(), status, mimetype="application/json")


def problem(
    status: HTTPStatus, detail: str, *, errors: Sequence[FieldProblem] = (), found: Sequence[FoundPersonal] = ()
) -> Response:
    """What is wrong, in words, and in which fields."""
    told = Problem(status=status, title=status.phrase, detail=detail, errors=list(errors), found=list(found))
    return Response(told.model_dump_json(), status, mimetype=PROBLEM)


@bp.errorhandler(ValidationError)
def unusable(error: ValidationError) -> ResponseReturnValue:
    """Fields that cannot be used."""
    errors = [
        FieldProblem(field=".".join(map(str, one["loc"])), problem=one["msg"])
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    ]
    words = gettext("Some fields cannot be used as they are; “errors” names them.")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, words, errors=errors)


@bp.after_request
def let_sites_read(response: Response) -> Response:
    """Pages of the sites in HELPCENTER_EMBED_HOSTS may call the API, without any cookie; those of other sites may not."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin in settings().embed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
            response.headers["Access-Control-Max-Age"] = "600"
    return response

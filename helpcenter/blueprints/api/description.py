"""The API's own description (OpenAPI 3.1): paths by hand, schemas from the models that are really used.

A library (spectree, APIFlask) would write the paths, too, but wants the views in its own form or an application class of its
own; these lines are fewer than its set-up, and a test holds them to the routes and to what is answered.
"""

from typing import Any, Final

from flask import jsonify
from flask.typing import ResponseReturnValue
from pydantic.json_schema import models_json_schema

from helpcenter.blueprints.api import schemas
from helpcenter.blueprints.api.frame import PROBLEM, bp
from helpcenter.settings import Settings
from helpcenter.web import public, settings

JSON = dict[str, Any]
_ABOUT: Final = (
    "Ask, and see what becomes of it, without an account. Errors are problem+json (RFC 9457), in the language of Accept-Language. "
    "From browsers only the sites in HELPCENTER_EMBED_HOSTS may call."
)
_REF: Final = "#/components/schemas/{model}"


@bp.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """This description."""
    return jsonify(describe(settings()))


def describe(settings: Settings) -> JSON:
    """The OpenAPI document of this installation."""
    models = [(schemas.NewQuestion, "validation"), (schemas.Question, "serialization"), (schemas.Similar, "serialization"),
              (schemas.Problem, "serialization")]  # fmt: skip
    _, found = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # the modes are literals
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.site_name,
            "version": "1",
            "description": _ABOUT,
        },
        "servers": [{"url": settings.site_url + str(bp.url_prefix)}],
        "paths": _paths(),
        "components": {"schemas": found["$defs"]},
    }


def _paths() -> JSON:
    words = _query("q", "What is typed; at least four letters.", required=True)
    spoken = _query("language", "Of the answers; else that of Accept-Language.", enum=["de", "en"])
    path_id = {"name": "public_id", "in": "path", "required": True, "schema": {"type": "string"}}
    key = _query("key", "Of the link in the asker's mail.")
    once = {
        "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200},
        "description": "Any text of the program's own. With the same key and question, one question is made within a day.",
    }  # fmt: skip
    body = {"required": True, "content": {"application/json": {"schema": _ref("NewQuestion")}}}
    ask = _operation("ask", "Send a question", {"201": ("Question", "It was sent.")}, "400", "413", "415", "422", "429")
    similar = _operation("similar", "What is like it", {"200": ("Similar", "Answers, and open questions.")}, "429")
    one = _operation("question", "How a question stands", {"200": ("Question", "So.")}, "404", "429")
    own = _operation("openapi", "This document", {})
    own["responses"] = {
        "200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}
    }
    return {
        "/questions": {"post": ask | {"parameters": [once], "requestBody": body}},
        "/questions/similar": {"get": similar | {"parameters": [words, spoken]}},
        "/questions/{public_id}": {"get": one | {"parameters": [path_id, key]}},
        "/openapi.json": {"get": own},
    }


def _operation(name: str, summary: str, good: dict[str, tuple[str, str]], *problems: str) -> JSON:
    said = {
        status: {"description": words, "content": {"application/json": {"schema": _ref(model)}}}
        for status, (model, words) in good.items()
    }
    wrong = {
        status: {"description": "What is wrong.", "content": {PROBLEM: {"schema": _ref("Problem")}}}
        for status in problems
    }
    return {"operationId": name, "summary": summary, "responses": said | wrong}


def _query(name: str, description: str, *, required: bool = False, **schema: Any) -> JSON:
    return {
        "name": name, "in": "query", "required": required, "description": description, "schema": {"type": "string", **schema},
    }  # fmt: skip


def _ref(model: str) -> JSON:
    return {"$ref": _REF.format(model=model)}

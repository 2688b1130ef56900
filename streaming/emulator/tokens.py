"""/token and /revoke with the same journal and the same faults as the API, as "oauth.token" and "oauth.revoke"."""

from streaming.emulator.api import Api
from streaming.emulator.errors import ApiError
from streaming.emulator.harm import spoiled, struck
from streaming.emulator.http import Request, Response, as_json
from streaming.emulator.journal import Entry


def answer(api: Api, request: Request, what: str) -> Response:
    """The answer; the journal holds the kind of grant, never a token."""
    body = {"grant_type": request.form().get("grant_type", "")}
    entry = Entry(f"oauth.{what}", request.path, {}, body, api.world.clock.now())
    api.journal.append(entry)
    fault = api.faults.next_for(entry)
    try:
        response = struck(fault) or _done(api, request, what)
        entry.applied = response.status == 200  # noqa: PLR2004 -- OK
    except ApiError as error:
        entry.reason = error.reason
        response = as_json({"error": error.reason, "error_description": error.message}, error.status)
    if fault:
        entry.fault = fault.kind
        response = spoiled(response, fault)
    entry.status = response.status
    return response


def _done(api: Api, request: Request, what: str) -> Response:
    return api.oauth.token(request) if what == "token" else api.oauth.revoke(request)

"""One call of the API from the request to the answer: found, authorised, checked, paid for, done, and written down."""

import json
from dataclasses import dataclass, field

from streaming.emulator import resources
from streaming.emulator.calls import HANDLERS, Call, Download, Media
from streaming.emulator.discovery import Document, Method, shipped
from streaming.emulator.errors import ApiError
from streaming.emulator.faults import Fault, Faults, Kind
from streaming.emulator.harm import spoiled, struck
from streaming.emulator.http import Request, Response, as_json
from streaming.emulator.journal import Entry, Journal
from streaming.emulator.oauth import IN_QUERY, Authorization, Grant, access_token
from streaming.emulator.quota import Quota, RateLimit
from streaming.emulator.world import JSON, World

resources.load()
_THROTTLED = ("liveBroadcasts.", "liveStreams.")


@dataclass
class Api:
    """Answers everything below /youtube/v3/, uploads included."""

    world: World
    oauth: Authorization
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    quota: Quota = field(default_factory=Quota)
    rate: RateLimit = field(default_factory=RateLimit)
    document: Document = field(default_factory=shipped)

    def answer(self, request: Request, body: JSON | None = None, media: Media | None = None) -> Response:
        """The answer to a call; an upload's metadata and file may have been taken apart already."""
        with self.world.clock.lock:
            self.world.clock.settle()
            shown = {name: values for name, values in request.query.items() if name != IN_QUERY}
            entry = Entry("", request.path, shown, None, self.world.clock.now())
            self.journal.append(entry)
            fault = None
            try:
                method, in_path, _ = self.document.find(request.verb, request.path)
                entry.method = method.name
                entry.body = body if body is not None else _decoded(request)
                fault = self.faults.next_for(entry)
                if fault and fault.kind is Kind.UNAUTHORIZED:
                    self.oauth.forget_access(access_token(request))
                response = struck(fault) or self._call(entry, method, request, in_path, media, fault)
            except ApiError as error:
                entry.reason = error.reason
                response = Response(error.status, error.body())
            if fault:
                entry.fault = fault.kind
                response = spoiled(response, fault)
            entry.status = response.status
            return response

    def admit(self, request: Request) -> None:
        """Raise ApiError for the beginning of an upload that could not be carried out, whatever its file will be."""
        with self.world.clock.lock:
            self.world.clock.settle()
            method, in_path, _ = self.document.find(request.verb, request.path)
            grant = self.oauth.holder(access_token(request))
            self._permitted(method, grant, {**request.query, **{k: [v] for k, v in in_path.items()}})

    def _call(
        self, entry: Entry, method: Method, request: Request, in_path: dict[str, str], media: Media | None, fault: Fault | None
    ) -> Response:  # fmt: skip
        grant = self.oauth.holder(access_token(request))
        entry.project, entry.channel = grant.client_id, grant.channel
        entry.bucket = self.quota.cost(method)[0]
        self.quota.check(grant.client_id, method, entry.at)
        valid = False
        try:
            call = self._checked(entry, method, grant, {**request.query, **{k: [v] for k, v in in_path.items()}})
            call.media = media
            if method.verb != "GET" and method.name.startswith(_THROTTLED):
                self.rate.take(grant.channel, entry.at)
            if fault and fault.kind is Kind.STUDIO_EDIT:
                self._edit_by_hand(call, fault)
            call.stuck = fault is not None and fault.kind is Kind.STUCK
            result = _handled(call, fault)
            valid = entry.applied = True
        finally:
            entry.units = self.quota.charge(grant.client_id, method, entry.at, valid=valid)
        if isinstance(result, Download):
            return Response(body=result.content, content_type=result.content_type)
        if result is None:
            return Response(204)
        tag = str(result.get("etag", ""))
        # Knowing it already saves the bytes, not the units.
        if method.verb == "GET" and request.headers.get("if-none-match", "").strip('"') == tag:
            return Response(304, headers={"ETag": f'"{tag}"'})
        return as_json(result, headers={"ETag": f'"{tag}"'})

    def _checked(self, entry: Entry, method: Method, grant: Grant, query: dict[str, list[str]]) -> Call:
        params = self._permitted(method, grant, query)
        body = entry.body or {}
        if not isinstance(body, dict):
            raise ApiError(400, "parseError", "Parse Error")
        self.document.check_body(method, body)
        if method.name not in HANDLERS:
            raise ApiError(501, "notImplemented", f"This emulator does not know {method.name}.")
        channel = self.oauth.channel(grant)
        if not channel.id and method.name != "channels.list":
            raise ApiError(401, "youtubeSignupRequired", "Unauthorized", location="Authorization", where="header")
        return Call(self.world, method, params, channel, body)

    def _permitted(self, method: Method, grant: Grant, query: dict[str, list[str]]) -> dict[str, list[str]]:
        if not grant.scopes & method.scopes:
            raise ApiError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        return self.document.check_query(method, query)

    def _edit_by_hand(self, call: Call, fault: Fault) -> None:
        wanted = call.one("id") or str(call.body.get("id", ""))
        for item in (self.world.broadcasts.get(wanted), self.world.videos.get(wanted)):
            if item is not None:
                item.parts["snippet"] |= fault.change


def _handled(call: Call, fault: Fault | None) -> JSON | Download | None:
    if fault and fault.kind is Kind.SAME_PAGE:
        after = call.params.pop("pageToken", None)
        result = HANDLERS[call.method.name](call)
        return result if after is None or not isinstance(result, dict) else result | {"nextPageToken": after[-1]}
    result = HANDLERS[call.method.name](call)
    if fault and fault.kind is Kind.NO_NEXT and isinstance(result, dict):
        result.pop("nextPageToken", None)
    return result


def _decoded(request: Request) -> JSON | None:
    if not request.body:
        return None
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "parseError", "Parse Error") from error
    return body if isinstance(body, dict) else {"": body}

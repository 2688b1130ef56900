"""Uploads in the three ways of Google's servers: simple, multipart, resumable in pieces."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import urlencode

from streaming.emulator.calls import Media
from streaming.emulator.errors import ApiError, parameter
from streaming.emulator.http import Delivery, Request, Response
from streaming.emulator.world import JSON, new_id

GRAIN: Final = 256 * 1024
"""Every piece but the last is a multiple of this."""
RESUME_INCOMPLETE: Final = 308
CANCELLED: Final = 499
_RANGE: Final = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")

Finish = Callable[[Request, JSON, Media], Response]


@dataclass
class _Session:
    """A resumable upload that has begun; `done` is its answer once all is there."""

    request: Request
    metadata: JSON
    content_type: str
    received: bytearray = field(default_factory=bytearray)
    done: Response | None = None


class Uploads:
    """Puts uploads together and hands the whole to `finish`; `admit` raises ApiError for one that would be refused anyway."""

    def __init__(self, finish: Finish, admit: Callable[[Request], None]) -> None:
        self._finish = finish
        self._admit = admit
        self._sessions: dict[str, _Session] = {}

    def answer(self, request: Request, root: str) -> Response:
        """The answer to a request below /upload/ or /resumable/upload/."""
        try:
            return self._answer(request, root)
        except ApiError as error:
            return Response(error.status, error.body())

    def _answer(self, request: Request, root: str) -> Response:
        kind = request.query.get("uploadType", ["media"])[-1]
        if kind == "resumable":
            if upload_id := request.query.get("upload_id", [""])[-1]:
                return self._piece(request, upload_id)
            return self._begin(request, root)
        content_type = request.headers.get("content-type", "application/octet-stream")
        if kind == "multipart":
            metadata, media = _related(content_type, request.body)
            return self._finish(request, metadata, media)
        if kind != "media":
            raise parameter("uploadType", f"Invalid upload type: {kind}")
        return self._finish(request, {}, Media(request.body, content_type))

    def _begin(self, request: Request, root: str) -> Response:
        self._admit(request)
        metadata = _metadata(request.body) if request.body else {}
        upload_id = new_id("AAA", 24)
        content_type = request.headers.get("x-upload-content-type", "application/octet-stream")
        self._sessions[upload_id] = _Session(request, metadata, content_type)
        kept = urlencode({**request.query, "upload_id": [upload_id]}, doseq=True)
        return Response(headers={"Location": f"{root}{request.path}?{kept}"})

    def _piece(self, request: Request, upload_id: str) -> Response:
        session = self._sessions.get(upload_id)
        if session is None:
            raise ApiError(404, "notFound", "Invalid upload session.")
        if request.verb == "DELETE":
            del self._sessions[upload_id]
            return Response(CANCELLED)
        if session.done:
            return session.done
        first, total = _placed(request, len(session.received))
        if first is not None:
            if first > len(session.received):
                raise ApiError(400, "badRequest", "A piece is missing before this one.")
            # A piece may come again after its answer was lost.
            session.received[first:] = request.body
        if total is None or len(session.received) < total:
            if first is not None and len(request.body) % GRAIN:
                raise ApiError(400, "badRequest", "The size of a piece must be a multiple of 256 KiB.")
            return _unfinished(len(session.received))
        media = Media(bytes(session.received), session.content_type)
        headers = session.request.headers | {n: v for n, v in request.headers.items() if n == "authorization"}
        answer = self._finish(replace(session.request, headers=headers), session.metadata, media)
        if answer.status < 400:  # noqa: PLR2004 -- an error may be mended by sending the end again
            session.done = replace(answer, delivery=Delivery.WHOLE)
        return answer


def _placed(request: Request, received: int) -> tuple[int | None, int | None]:
    """Where the piece begins (None: it only asks how far we are) and how long the whole is (None: not known yet)."""
    header = request.headers.get("content-range")
    if header is None:
        return received, received + len(request.body)
    match = _RANGE.fullmatch(header)
    if match is None or (match[1] and int(match[2]) - int(match[1]) + 1 != len(request.body)):
        raise ApiError(400, "badRequest", "Invalid Content-Range.")
    return (int(match[1]) if match[1] else None), (None if match[3] == "*" else int(match[3]))


def _unfinished(received: int) -> Response:
    headers = {"Range": f"bytes=0-{received - 1}"} if received else {}
    return Response(RESUME_INCOMPLETE, headers=headers)


def _related(content_type: str, body: bytes) -> tuple[JSON, Media]:
    """The JSON and the file of a multipart/related body."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if len(parts) != 2:  # noqa: PLR2004 -- metadata and file
        raise ApiError(400, "badContent", "Malformed multipart body.")
    metadata, media = parts
    raw, content = metadata.get_payload(decode=True), media.get_payload(decode=True)
    if not (isinstance(raw, bytes) and isinstance(content, bytes)):  # parts within a part
        raise ApiError(400, "badContent", "Malformed multipart body.")
    return _metadata(raw), Media(content, media.get_content_type())


def _metadata(raw: bytes) -> JSON:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "parseError", "Parse Error") from error
    if not isinstance(found, dict):
        raise ApiError(400, "parseError", "Parse Error")
    return found

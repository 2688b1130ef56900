"""Several calls in one request: multipart/mixed of whole HTTP requests. Each part costs as if it came alone."""

from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from streaming.emulator.errors import ApiError
from streaming.emulator.http import Request, Response

MOST: Final = 1000


def answer(request: Request, call: Callable[[Request], Response]) -> Response:
    """The answers of all parts, in their order, each under the content id of its call."""
    head = b"Content-Type: " + request.headers.get("content-type", "").encode() + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not 0 < len(parts) <= MOST or any(part.is_multipart() for part in parts):
        error = ApiError(400, "badRequest", "Failed to parse the batch request.")
        return Response(error.status, error.body())
    boundary = f"batch_{uuid4().hex}"
    written = [_part(part, call(_inner(part, request)), boundary) for part in parts]
    body = b"".join(written) + f"--{boundary}--\r\n".encode()
    return Response(body=body, content_type=f"multipart/mixed; boundary={boundary}")


def _inner(part: Message, outer: Request) -> Request:
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    first, _, rest = head.partition(b"\n")
    verb, target = ([*first.decode().split(), "", ""])[:2]
    headers = {name.lower(): value for name, value in BytesParser().parsebytes(rest + b"\n\n").items()}
    if "authorization" not in headers and "authorization" in outer.headers:
        headers["authorization"] = outer.headers["authorization"]
    return Request.parsed(verb, target, headers, body.rstrip(b"\n") if body.strip() else b"")


def _part(part: Message, response: Response, boundary: str) -> bytes:
    name = str(part.get("Content-ID", "")).strip("<>")
    lines = [
        f"--{boundary}",
        "Content-Type: application/http",
        f"Content-ID: <response-{name}>",
        "",
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + response.body + b"\r\n"

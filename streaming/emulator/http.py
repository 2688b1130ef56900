"""Requests and answers of the emulator, and the server that carries them."""

import json
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

from streaming.emulator.errors import ApiError

JSON_TYPE: Final = "application/json; charset=UTF-8"
HTML_TYPE: Final = "text/html; charset=UTF-8"


class Delivery(StrEnum):
    """How an answer reaches the caller."""

    WHOLE = "whole"
    CLOSED = "closed"
    HELD = "held"
    LATE = "late"
    CUT = "cut"
    SLOW = "slow"


@dataclass
class Request:
    """A request with its body read; names of headers are in lower case."""

    verb: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""

    @classmethod
    def parsed(cls, verb: str, target: str, headers: dict[str, str], body: bytes) -> "Request":
        """As it came over the wire; X-HTTP-Method-Override turns a long GET that came as a POST back into one."""
        address = urlsplit(target)
        query = address.query
        override = headers.get("x-http-method-override", "").upper()
        if verb == "POST" and override:
            verb = override
            if override == "GET":
                query, body = "&".join(filter(None, (query, body.decode()))), b""
        return cls(verb, address.path, parse_qs(query, keep_blank_values=True), headers, body)

    def form(self) -> dict[str, str]:
        """The fields of a form, or of the query where there is none."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True) or self.query
        return {name: values[-1] for name, values in fields.items()}


@dataclass
class Response:
    """An answer; `seconds` belongs to the delivery."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    seconds: float = 0.0
    pieces: Iterator[bytes] | None = None
    length: int | None = None


def as_json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(value).encode(), headers=headers or {})


Application = Callable[[Request], Response]
SENSELESS: Final = (ValueError, OverflowError, RecursionError)
"""What texts that are none, numbers and instants beyond all bounds, and endless nesting raise."""


def _senseless() -> Response:
    error = ApiError(400, "badRequest", "Bad Request")
    return Response(error.status, error.body())


class Server(ThreadingHTTPServer):
    """Serves an application on the loopback until it is stopped; then no thread and no socket is left."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, port: int, application: Application, now: Callable[[], datetime]) -> None:
        self.application = application
        self.now = now
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="emulator")

    @property
    def url(self) -> str:
        """Its root address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection, then the threads."""
        self.stopping.set()
        self.shutdown()
        with self._guard:
            for connection in self._open:
                _end(connection)
        self._thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, so that `stop` can end it."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has gone away is no error; anything else is told as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "emulator"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer any request."""
        server = cast("Server", self.server)
        response = self._response(server.application)
        if response.delivery is Delivery.LATE:
            server.stopping.wait(response.seconds)
        if response.delivery is Delivery.HELD:
            self._hold(response.seconds)
        if response.delivery in {Delivery.HELD, Delivery.CLOSED}:
            self.close_connection = True
            _end(self.connection)
            return
        self._send(response)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 -- the standard library's names

    def _response(self, application: Application) -> Response:
        """The application's answer; an error of Google's form where what came in cannot be understood at all."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = self._read_body(headers)
        except ValueError:  # nobody knows where the next request would begin
            self.close_connection = True
            return _senseless()
        try:
            return application(Request.parsed(self.command, self.path, headers, body))
        except SENSELESS:
            return _senseless()

    def _read_body(self, headers: dict[str, str]) -> bytes:
        """The body. Raises ValueError for lengths that are none."""
        if headers.get("transfer-encoding", "").lower() != "chunked":
            length = int(headers.get("content-length") or 0)
            if length < 0:
                raise ValueError(length)
            return self.rfile.read(length)
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        length = len(response.body) if response.length is None else response.length
        self.send_header("Content-Length", str(length))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if response.pieces is not None:
            for piece in response.pieces:
                self.wfile.write(piece)
        self._send_body(response)

    def _send_body(self, response: Response) -> None:
        half = len(response.body) // 2
        if response.delivery in {Delivery.WHOLE, Delivery.LATE}:
            self.wfile.write(response.body)
            return
        self.wfile.write(response.body[:half])
        self.wfile.flush()
        if response.delivery is Delivery.CUT:
            self.close_connection = True
            _end(self.connection)
            return
        cast("Server", self.server).stopping.wait(response.seconds)
        self.wfile.write(response.body[half:])

    def _hold(self, seconds: float) -> None:
        """Say nothing until the caller closes, the server stops, or the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not cast("Server", self.server).stopping.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                return

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the emulator's clock."""
        if timestamp is not None:
            return super().date_time_string(timestamp)
        return format_datetime(cast("Server", self.server).now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the standard library
        """Nothing: the journal has it."""


def _end(connection: socket.socket) -> None:
    # close() alone leaves the connection open while the handler's files refer to it.
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return

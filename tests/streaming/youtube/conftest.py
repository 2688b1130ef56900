"""A loopback server that answers what a test tells it to, in that order, and remembers what it was asked."""

import json
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self):
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Answer:
    """`ending`: "" sends it whole, "close" sends nothing, "cut" half of the body, "silence" nothing until the test is over."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ending: str = ""

    @property
    def content(self):
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def refusal(status, reason, message="No.", *, domain="youtube.common", **headers):
    errors = [{"domain": domain, "reason": reason, "message": message}]
    return Answer(status, {"error": {"code": status, "message": message, "errors": errors}}, headers)


class Server:
    def __init__(self):
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        self.over = Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def will(self, *answers):
        self.answers.extend(answers)

    def posts(self, path=""):
        return [asked for asked in self.asked if asked.method == "POST" and asked.path.endswith(path)]

    def _handler(server):  # noqa: N805 -- the handler's own self is the other one
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement

            def _answer(self):
                split = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.asked.append(Asked(self.command, split.path, parse_qs(split.query), headers, body))
                answer = server.answers.popleft() if server.answers else refusal(404, "notScripted")
                if answer.ending == "silence":
                    server.over.wait(10)
                if answer.ending in ("close", "silence"):
                    self._hang_up()
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(
                    answer.content[: len(answer.content) // 2] if answer.ending == "cut" else answer.content
                )
                if answer.ending == "cut":
                    self.wfile.flush()
                    self._hang_up()

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 -- the library's names

            def _hang_up(self):
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *args):
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.over.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()

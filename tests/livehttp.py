"""A viewer of a live session over real HTTP: reads a stream of events line by line."""

import json
import socket
import time
from urllib.parse import urlsplit


class Stream:
    """An open stream. `status` and `headers` of the answer are there at once; `next()` waits for a message."""

    def __init__(self, address, *, patience=10.0, **headers):
        parts = urlsplit(address)
        self._line = socket.create_connection((parts.hostname, parts.port), patience)
        wanted = {"Host": parts.netloc, "Accept": "text/event-stream", **headers}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        head = "".join(f"{name}: {value}\r\n" for name, value in wanted.items())
        self._line.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self._file = self._line.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()

    def events(self):
        """Each event as (kind, data, id), until the stream ends."""
        kind, data, number = "message", "", ""
        for raw in self._file:
            line = raw.decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data = value
            elif name == "id":
                number = value
            elif not line and data:
                yield kind, data, number
                kind, data = "message", ""

    def next(self):
        """The next message, as what its JSON says."""
        for kind, data, _ in self.events():
            if kind == "message":
                return json.loads(data)
        raise AssertionError("the stream has ended")

    def until(self, right, *, patience=10.0):
        """The next message for which `right` is true."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if right(message := self.next()):
                return message
        raise AssertionError("no such message came")

    def ends(self):
        """Read on until it ends; how many events came."""
        return sum(1 for _ in self.events())

    def close(self):
        self._file.close()
        self._line.close()

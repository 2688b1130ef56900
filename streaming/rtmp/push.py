"""The other side: we are the encoder, and send to a server that belongs to somebody else."""

import select
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from streaming.rtmp import amf, messages
from streaming.rtmp.amf import Value
from streaming.rtmp.chunks import SET_CHUNK_SIZE, ChunkReader, Message, chunked
from streaming.rtmp.errors import ProtocolError, RtmpError
from streaming.rtmp.handshake import Handshake, hello

TIMEOUT: Final = 10.0
LINGER: Final = 1.0
CHUNK_BYTES: Final = 4096
_LARGEST: Final = 64 << 10
_READ: Final = 65536
_PORTS: Final = {"rtmp": 1935, "rtmps": 443}
_LANES: Final = {
    messages.AUDIO: messages.AUDIO_LANE,
    messages.VIDEO: messages.VIDEO_LANE,
    messages.DATA: messages.DATA_LANE,
}

_OPTIONAL: Final = ([2.0], [3.0])
"""Calls that a server need not know: releaseStream and FCPublish."""


class Trouble(StrEnum):
    """Why nothing arrives: nobody answers; his certificate is bad; he does not want it; he hung up; he speaks otherwise."""

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    REJECTED = "rejected"
    BROKEN = "broken"
    STRANGE = "strange"


class PushFailed(RtmpError):
    """What was to be sent did not arrive; `trouble` says why. The key stands in none of its words."""

    def __init__(self, trouble: Trouble, words: str = "") -> None:
        super().__init__(words or trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: an address such as "rtmps://a.example/live2", and the secret key."""

    address: str
    key: str = field(repr=False)

    def place(self) -> tuple[str, str, int, str]:
        """Scheme, host, port, and application with its query. Raises PushFailed."""
        parts = urlsplit(self.address)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise PushFailed(Trouble.UNREACHABLE, "not an address of RTMP")
        app = parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")
        return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], app


class Push:
    """One publication at somebody else's server. Calls block, for `timeout` seconds at most each, and raise PushFailed."""

    def __init__(self, target: Target, *, timeout: float = TIMEOUT, trust: ssl.SSLContext | None = None) -> None:
        scheme, host, port, self._app = target.place()
        self._target = target
        self._reader = ChunkReader(limit=_LARGEST)
        self._heard: list[Message] = []
        self._stream = 0
        self._socket = _connected(
            host, port, timeout, (trust or ssl.create_default_context()) if scheme == "rtmps" else None
        )
        try:
            self._begin()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        """The publication has begun."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, politely where that is still possible."""
        with suppress(OSError):
            self._command("FCUnpublish", 6.0, None, self._target.key)
            self._command("deleteStream", 7.0, None, float(self._stream))
            # A socket that is closed while something waits to be read takes back what it sent last.
            self._socket.settimeout(LINGER)
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(_READ):
                pass
        self._socket.close()

    def send(self, tag: Message) -> None:
        """A tag of FLV: metadata, picture or sound."""
        body = tag.body
        if tag.kind == messages.DATA:
            body = amf.encode("@setDataFrame") + body
        item = Message(tag.kind, self._stream, tag.timestamp, body)
        try:
            self._hear()
            self._socket.sendall(chunked(item, lane=_LANES[tag.kind], size=CHUNK_BYTES))
        except OSError as error:
            raise PushFailed(Trouble.BROKEN) from error

    def _begin(self) -> None:
        try:
            self._shake_hands()
            self._socket.sendall(messages.control(SET_CHUNK_SIZE, CHUNK_BYTES))
            self._command("connect", 1.0, self._ourselves())
            self._answer("_result", 1.0)
            self._command("releaseStream", 2.0, None, self._target.key)
            self._command("FCPublish", 3.0, None, self._target.key)
            self._command("createStream", 4.0, None)
            self._stream = _number(self._answer("_result", 4.0))
            self._command("publish", 5.0, None, self._target.key, "live", stream=self._stream)
            self._answer("onStatus", 0.0)
        except ProtocolError as error:
            raise PushFailed(Trouble.STRANGE) from error
        except OSError as error:
            raise PushFailed(Trouble.BROKEN) from error

    def _ourselves(self) -> dict[str, Value]:
        name = "FMLE/3.0 (compatible; helpcenter)"
        address = self._target.address.partition("?")[0].rstrip("/")
        return {"app": self._app, "type": "nonprivate", "flashVer": name, "tcUrl": address}

    def _shake_hands(self) -> None:
        self._socket.sendall(hello())
        handshake = Handshake()
        while not handshake.done:
            self._socket.sendall(handshake.feed(self._received()))
        self._heard = self._reader.feed(handshake.rest())

    def _received(self) -> bytes:
        data = self._socket.recv(_READ)
        if not data:
            raise ConnectionResetError
        return data

    def _command(self, *values: Value, stream: int = 0) -> None:
        self._socket.sendall(messages.command(*values, stream=stream, size=CHUNK_BYTES))

    def _answer(self, name: str, number: float) -> list[Value]:
        """What belongs to the first such answer, others passed over. Raises PushFailed where it is no."""
        while True:
            while not self._heard:
                self._heard = self._reader.feed(self._received())
            values = self._understood(self._heard.pop(0))
            if values[:2] == [name, number]:
                return values[2:]

    def _hear(self) -> None:
        """See to what has come meanwhile, without waiting. Raises PushFailed."""
        while select.select([self._socket], [], [], 0)[0]:
            try:
                for message in self._reader.feed(self._received()):
                    self._understood(message)
            except ProtocolError as error:
                raise PushFailed(Trouble.STRANGE) from error

    def _understood(self, message: Message) -> list[Value]:
        """The values of a command, once pings are answered. Raises PushFailed where it says that we are not wanted."""
        if message.kind == messages.USER_CONTROL and message.body[:2] == messages.PING_REQUEST.to_bytes(2):
            self._socket.sendall(messages.event(messages.PING_RESPONSE, int.from_bytes(message.body[2:6])))
        if message.kind != messages.COMMAND:
            return []
        values = amf.decode(message.body)
        info = values[-1] if values and isinstance(values[-1], dict) else {}
        optional = values[:1] == ["_error"] and values[1:2] in _OPTIONAL
        if (values[:1] == ["_error"] and not optional) or info.get("level") == "error":
            raise PushFailed(Trouble.REJECTED)
        return values


def _number(values: list[Value]) -> int:
    """The number of the message stream in the answer to createStream. Raises ProtocolError."""
    found = values[1] if len(values) > 1 else None
    if not isinstance(found, float) or not 0 <= found < 1 << 32:
        raise ProtocolError("a stream without a number")
    return int(found)


def _connected(host: str, port: int, timeout: float, trust: ssl.SSLContext | None) -> socket.socket:
    """An open connection, encrypted where there is a `trust`. Raises PushFailed."""
    try:
        plain = socket.create_connection((host, port), timeout=timeout)
    except OSError as error:
        raise PushFailed(Trouble.UNREACHABLE) from error
    if trust is None:
        return plain
    try:
        return trust.wrap_socket(plain, server_hostname=host)
    except OSError as error:
        plain.close()
        bad = isinstance(error, ssl.SSLCertVerificationError)
        raise PushFailed(Trouble.UNTRUSTED if bad else Trouble.BROKEN) from error

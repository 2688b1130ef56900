"""One encoder's conversation with us, without any input or output: bytes in, what is to be decided out. Source: RTMP 1.0, 7."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from streaming.rtmp import amf, messages
from streaming.rtmp.amf import Value
from streaming.rtmp.chunks import ChunkReader, Message
from streaming.rtmp.errors import ProtocolError
from streaming.rtmp.handshake import Handshake, hello

SMALL: Final = 64 << 10
"""The largest message from somebody who has not shown a good key."""
MEDIA_STREAM: Final = 1
_LONGEST: Final = 512
_MEDIA: Final = frozenset({messages.AUDIO, messages.VIDEO, messages.DATA})


@dataclass(frozen=True, slots=True)
class Asked:
    """The encoder wants to publish; answer with `accept` or `refuse` before going on."""

    app: str
    key: str = field(repr=False)


class Ended(Enum):
    """The publication is over, by the encoder's own word."""

    ENDED = auto()


Event = Asked | Message | Ended
"""What the conversation yields; a Message is metadata, picture or sound of an accepted publication."""

Answer = Callable[["Session", float, list[Value]], Event | None]


class Session:
    """The server's side of one connection. `limit`: the largest message of an accepted publication."""

    def __init__(self, *, limit: int) -> None:
        self.publishing = False
        self._limit = limit
        self._handshake: Handshake | None = Handshake()
        self._reader = ChunkReader(limit=SMALL)
        self._app: str | None = None
        self._created = False
        self._window = messages.WINDOW_BYTES
        self._received = self._acknowledged = 0
        self._out: list[bytes] = []

    def outgoing(self) -> bytes:
        """What is to be sent by now."""
        ready = b"".join(self._out)
        self._out.clear()
        return ready

    def feed(self, data: bytes) -> Iterator[Event]:
        """What these bytes bring about, one at a time. Raises ProtocolError."""
        self._received += len(data)
        if self._handshake is not None:
            # A server speaks only when it was spoken to: some encoders miss what comes before they have said hello.
            echo = self._handshake.feed(data)
            if echo:
                self._out += [hello(), echo]
            if not self._handshake.done:
                return
            data, self._handshake = self._handshake.rest(), None
        for message in self._reader.feed(data):
            event = self._event(message)
            if event is not None:
                yield event
        self._acknowledge()

    def accept(self) -> None:
        """Let the publication begin."""
        self.publishing = True
        self._reader.limit = self._limit
        self._out.append(messages.event(messages.STREAM_BEGIN, MEDIA_STREAM))
        self._say("NetStream.Publish.Start", "Sending has begun.", level="status")

    def refuse(self, why: str) -> None:
        """Say why there is no publication, or no longer one. The connection is to end then."""
        self.publishing = False
        self._say("NetStream.Publish.BadName", why, level="error")

    def _say(self, code: str, description: str, *, level: str) -> None:
        self._out.append(messages.status(code, description, level=level, stream=MEDIA_STREAM))

    def _event(self, message: Message) -> Event | None:
        if message.kind in _MEDIA:
            if not self.publishing:
                raise ProtocolError("media before the publication was accepted")
            return message
        if message.kind == messages.COMMAND:
            return self._command(message)
        self._control(message)
        return None

    def _control(self, message: Message) -> None:
        if message.kind == messages.WINDOW:
            self._window = min(max(int.from_bytes(message.body[:4]), 1 << 10), messages.WINDOW_BYTES)
        elif message.kind == messages.USER_CONTROL and message.body[:2] == messages.PING_REQUEST.to_bytes(2):
            self._out.append(messages.event(messages.PING_RESPONSE, int.from_bytes(message.body[2:6])))
        elif message.kind in messages.UNREAD:
            raise ProtocolError(f"a message of type {message.kind}, which encoders do not need")

    def _command(self, message: Message) -> Event | None:
        values: list[Value] = [*amf.decode(message.body), None, None]
        name, number, *rest = values
        if not isinstance(name, str) or not isinstance(number, float):
            raise ProtocolError("a command without name or number")
        answer = _ANSWERS.get(name)
        return answer(self, number, rest) if answer else None

    def _connect(self, number: float, rest: list[Value]) -> None:
        facts = rest[0]
        if self._app is not None or not isinstance(facts, dict):
            raise ProtocolError("an impossible connect")
        self._app = str(facts.get("app", "")).partition("?")[0].strip("/")[:_LONGEST]
        self._out += [messages.greeting(), messages.connected(number)]

    def _acknowledge_name(self, number: float, _: list[Value]) -> None:
        self._out.append(messages.command("_result", number, None, None))

    def _create(self, number: float, _: list[Value]) -> None:
        if self._app is None:
            raise ProtocolError("a stream before connect")
        self._created = True
        self._out.append(messages.command("_result", number, None, float(MEDIA_STREAM)))

    def _publish(self, _: float, rest: list[Value]) -> Event:
        key = rest[1] if len(rest) > 1 else None
        if not self._created or self._app is None or self.publishing or not isinstance(key, str):
            raise ProtocolError("an impossible publish")
        return Asked(self._app, key.partition("?")[0][:_LONGEST])

    def _end(self, _: float, __: list[Value]) -> Event | None:
        if not self.publishing:
            return None
        self.publishing = False
        self._reader.limit = SMALL
        self._say("NetStream.Unpublish.Success", "Sending has ended.", level="status")
        return Ended.ENDED

    def _acknowledge(self) -> None:
        if self._received - self._acknowledged >= self._window:
            self._acknowledged = self._received
            self._out.append(messages.control(messages.ACKNOWLEDGEMENT, self._received % (1 << 32)))


_ANSWERS: Final[dict[str, Answer]] = {
    "connect": Session._connect,  # noqa: SLF001 -- the table belongs to the class
    "releaseStream": Session._acknowledge_name,  # noqa: SLF001
    "FCPublish": Session._acknowledge_name,  # noqa: SLF001
    "createStream": Session._create,  # noqa: SLF001
    "publish": Session._publish,  # noqa: SLF001
    "FCUnpublish": Session._end,  # noqa: SLF001
    "closeStream": Session._end,  # noqa: SLF001
    "deleteStream": Session._end,  # noqa: SLF001
}

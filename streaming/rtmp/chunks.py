"""The chunk stream: messages cut into chunks that are interleaved. Source: RTMP 1.0, 5.3 and 5.4."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from streaming.rtmp.errors import ProtocolError

DEFAULT_SIZE: Final = 128
MAX_CHUNK_STREAMS: Final = 32
SET_CHUNK_SIZE: Final = 1
ABORT: Final = 2
_EXTENDED: Final = 0xFFFFFF
_WRAP: Final = 1 << 32
NO_FIELDS: Final = 3
"""The format of a chunk that goes on, or that begins a message with the header of the one before."""
_FIELDS: Final = (11, 7, 3, 0)
"""Bytes of the message header by the chunk's format."""
_WITH_LENGTH: Final = frozenset({0, 1})
"""Formats whose header tells a message's length and type."""
_MORE: Final = {0: 1, 1: 2}
"""How many bytes follow the first one of a basic header, by its lower six bits."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: its type, the message stream that it belongs to, milliseconds (modulo 2³²), its bytes."""

    kind: int
    stream: int
    timestamp: int
    body: bytes


@dataclass(slots=True)
class _Lane:
    """What is known of a chunk stream: the last message's header, and the pieces of the one that is on its way."""

    timestamp: int = 0
    delta: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bool = False
    left: int = 0
    pieces: list[bytes] = field(default_factory=list)


class _Head(NamedTuple):
    """A chunk's header: its format and chunk stream, where its fields and its payload begin, its extended time."""

    layout: int
    number: int
    fields: int
    body: int
    extended: int | None


class ChunkReader:
    """Bytes to messages, however they are split. `limit`: the largest message, which may grow later."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        self._size = DEFAULT_SIZE
        self._buffer = bytearray()
        self._lanes: dict[int, _Lane] = {}

    def feed(self, data: bytes) -> list[Message]:
        """The messages that have become whole; those about the chunks themselves are seen to. Raises ProtocolError."""
        self._buffer += data
        found: list[Message] = []
        at = 0
        while (end := self._chunk(at, found)) > at:
            at = end
        del self._buffer[:at]
        return found

    def _chunk(self, start: int, found: list[Message]) -> int:
        """The end of the chunk that begins at `start`, now taken in; `start` where it is not whole."""
        head = self._head(start)
        if head is None:
            return start
        lane = self._lanes.get(head.number)
        length, left = self._expected(lane, head)
        end = head.body + min(left, self._size)
        if len(self._buffer) < end:
            return start
        lane = lane or self._open(head.number)
        if not lane.left:
            self._begin(lane, head, length)
        self._take(lane, bytes(self._buffer[head.body : end]), found)
        return end

    def _head(self, start: int) -> _Head | None:
        """What stands before the payload of the chunk at `start`; None where it is not whole."""
        buffer, have = self._buffer, len(self._buffer)
        if have == start or have <= start + _MORE.get(buffer[start] & 0x3F, 0):
            return None
        layout, number, fields = _basic(buffer, start)
        body = fields + _FIELDS[layout]
        if have < body:
            return None
        if layout == NO_FIELDS:
            lane = self._lanes.get(number)
            extended = lane is not None and lane.extended
        else:
            extended = int.from_bytes(buffer[fields : fields + 3]) == _EXTENDED
        if not extended:
            return _Head(layout, number, fields, body, None)
        if have < body + 4:
            return None
        return _Head(layout, number, fields, body + 4, int.from_bytes(buffer[body : body + 4]))

    def _expected(self, lane: _Lane | None, head: _Head) -> tuple[int, int]:
        """The length of the message that this chunk belongs to, and how much of it is to come. Raises ProtocolError."""
        if lane is None and head.layout:
            raise ProtocolError("a chunk stream begins without a whole header")
        if lane is not None and lane.left:
            if head.layout != NO_FIELDS:
                raise ProtocolError("a message begins before the one before it was whole")
            return lane.length, lane.left
        length = lane.length if lane else 0
        if head.layout in _WITH_LENGTH:
            length = int.from_bytes(self._buffer[head.fields + 3 : head.fields + 6])
        if length > self.limit:
            raise ProtocolError(f"a message of {length} bytes, where {self.limit} are allowed")
        if length + sum(other.length for other in self._lanes.values() if other.left) > 2 * self.limit:
            raise ProtocolError("too many messages at once")
        return length, length

    def _open(self, number: int) -> _Lane:
        if len(self._lanes) >= MAX_CHUNK_STREAMS:
            raise ProtocolError("too many chunk streams")
        lane = self._lanes[number] = _Lane()
        return lane

    def _begin(self, lane: _Lane, head: _Head, length: int) -> None:
        """Note the header of a new message. Without fields it repeats the time difference, after a whole header its very time."""
        buffer, fields = self._buffer, head.fields
        if head.layout != NO_FIELDS:
            lane.delta = int.from_bytes(buffer[fields : fields + 3])
            lane.extended = head.extended is not None
        if head.extended is not None:
            lane.delta = head.extended
        if head.layout in _WITH_LENGTH:
            lane.kind = buffer[fields + 6]
        if head.layout == 0:
            lane.timestamp = 0
            lane.stream = int.from_bytes(buffer[fields + 7 : fields + 11], "little")
        lane.timestamp = (lane.timestamp + lane.delta) % _WRAP
        lane.length = lane.left = length

    def _take(self, lane: _Lane, piece: bytes, found: list[Message]) -> None:
        lane.left -= len(piece)
        if lane.left:
            lane.pieces.append(piece)
            return
        body = b"".join([*lane.pieces, piece]) if lane.pieces else piece
        lane.pieces.clear()
        message = Message(lane.kind, lane.stream, lane.timestamp, body)
        if lane.kind == SET_CHUNK_SIZE:
            self._resize(message)
        elif lane.kind == ABORT:
            self._abort(message)
        else:
            found.append(message)

    def _resize(self, message: Message) -> None:
        size = int.from_bytes(message.body[:4])
        if len(message.body) != 4 or not 1 <= size < 1 << 31:  # noqa: PLR2004 -- four bytes, the first bit zero
            raise ProtocolError("an impossible chunk size")
        self._size = size

    def _abort(self, message: Message) -> None:
        lane = self._lanes.get(int.from_bytes(message.body[:4]))
        if len(message.body) != 4:  # noqa: PLR2004 -- the number of a chunk stream
            raise ProtocolError("an abort that names no chunk stream")
        if lane is not None:
            lane.left = 0
            lane.pieces.clear()


def _basic(buffer: bytearray, at: int) -> tuple[int, int, int]:
    """Format, number of the chunk stream, and where the message header begins."""
    first = buffer[at]
    number = first & 0x3F
    if number == 0:
        return first >> 6, 64 + buffer[at + 1], at + 2
    if number == 1:
        return first >> 6, 64 + buffer[at + 1] + 256 * buffer[at + 2], at + 3
    return first >> 6, number, at + 1


def chunked(message: Message, *, lane: int, size: int) -> bytes:
    """The message as chunks of at most `size` bytes on the chunk stream `lane` (2 to 63)."""
    body, extended = message.body, b""
    clock = message.timestamp
    if clock >= _EXTENDED:
        extended, clock = clock.to_bytes(4), _EXTENDED
    first = bytes([lane]) + clock.to_bytes(3) + len(body).to_bytes(3) + bytes([message.kind])
    head, further = first + message.stream.to_bytes(4, "little") + extended, bytes([0xC0 | lane]) + extended
    pieces = [head, body[:size]]
    for at in range(size, len(body), size):
        pieces += [further, body[at : at + size]]
    return b"".join(pieces)

"""FLV, tag by tag. Source: FLV 10.1, annex E."""

from typing import Final

from streaming.rtmp.chunks import Message
from streaming.rtmp.errors import ProtocolError
from streaming.rtmp.messages import AUDIO, VIDEO

_SIGNATURE: Final = b"FLV"
_FILE_HEAD: Final = 13
_TAG_HEAD: Final = 11
_BACK: Final = 4
"""Bytes after each tag that tell its length."""


def header(kinds: set[int]) -> bytes:
    """The head of a file that holds pictures, sound, or both."""
    flags = (4 if AUDIO in kinds else 0) | (1 if VIDEO in kinds else 0)
    return _SIGNATURE + bytes([1, flags, 0, 0, 0, 9]) + bytes(_BACK)


def tag(message: Message, milliseconds: int) -> bytes:
    """The message as a tag, and the length that follows each."""
    size, clock = len(message.body), milliseconds % (1 << 32)
    head = bytes([message.kind]) + size.to_bytes(3) + (clock & 0xFFFFFF).to_bytes(3) + bytes([clock >> 24]) + bytes(3)
    return b"".join((head, message.body, (size + _TAG_HEAD).to_bytes(4)))


class TagReader:
    """A file of FLV that comes piece by piece, or a stretch of it that begins at a tag."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The tags that have become whole, as messages without a stream."""
        buffer = self._buffer
        buffer += data
        if buffer.startswith(_SIGNATURE):
            if len(buffer) < _FILE_HEAD:
                return []
            del buffer[:_FILE_HEAD]
        found, at = [], 0
        while len(buffer) >= at + _TAG_HEAD:
            start = at + _TAG_HEAD
            end = start + int.from_bytes(buffer[at + 1 : at + 4])
            if len(buffer) < end + _BACK:
                break
            clock = int.from_bytes(buffer[at + 4 : at + 7]) | buffer[at + 7] << 24
            found.append(Message(buffer[at], 0, clock, bytes(buffer[start:end])))
            at = end + _BACK
        del buffer[:at]
        return found

    @property
    def waits(self) -> bool:
        """Whether a tag has begun and is not whole."""
        return bool(self._buffer)


def tags(data: bytes) -> list[Message]:
    """The tags of a stretch that begins and ends between two. Raises ProtocolError where it is cut in a tag."""
    reader = TagReader()
    found = reader.feed(data)
    if reader.waits:
        raise ProtocolError("a tag ends before it is whole")
    return found

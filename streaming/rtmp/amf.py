"""AMF0, the form of RTMP's commands and metadata. Source: Action Message Format, AMF 0 (Adobe, 2007)."""

import struct
from collections.abc import Callable
from typing import Final

from streaming.rtmp.errors import ProtocolError

Value = float | bool | str | None | dict[str, "Value"] | list["Value"]
"""What is decoded: numbers are floats, undefined and unsupported are None, every kind of object is a dict."""

MAX_DEPTH: Final = 8
_END: Final = 9
_TRUNCATED: Final = "a value ends before it is whole"


def decode(data: bytes) -> list[Value]:
    """Every value in `data`, one after the other. Raises ProtocolError."""
    reader = _Reader(data)
    values = []
    while not reader.done:
        values.append(reader.value(0))
    return values


class _Reader:
    """Reads values from its place in `data` on; each value takes a byte at least, so counts that lie end soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._data)

    def value(self, depth: int) -> Value:
        """The next value. Raises ProtocolError."""
        if depth > MAX_DEPTH:
            raise ProtocolError("values lie too deep in each other")
        marker = self._bytes(1)[0]
        read = _READERS.get(marker)
        if read is None:
            raise ProtocolError(f"no AMF0 value begins with {marker}")
        return read(self, depth)

    def _bytes(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise ProtocolError(_TRUNCATED)
        taken, self._at = self._data[self._at : end], end
        return taken

    def _unsigned(self, count: int) -> int:
        return int.from_bytes(self._bytes(count))

    def number(self, _: int) -> float:
        found: float = struct.unpack(">d", self._bytes(8))[0]
        return found

    def boolean(self, _: int) -> bool:
        return self._bytes(1) != b"\0"

    def text(self, _: int = 0) -> str:
        return self._bytes(self._unsigned(2)).decode(errors="replace")

    def long_text(self, _: int) -> str:
        return self._bytes(self._unsigned(4)).decode(errors="replace")

    def fields(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while True:
            name = self.text()
            if not name and self._data[self._at : self._at + 1] == bytes([_END]):
                self._at += 1
                return found
            found[name] = self.value(depth + 1)

    def array(self, depth: int) -> dict[str, Value]:
        self._bytes(4)  # how many there are about; the end mark counts
        return self.fields(depth)

    def typed(self, depth: int) -> dict[str, Value]:
        self.text()
        return self.fields(depth)

    def strict(self, depth: int) -> list[Value]:
        return [self.value(depth + 1) for _ in range(self._unsigned(4))]

    def date(self, _: int) -> float:
        milliseconds = self.number(0)
        self._bytes(2)  # a time zone, "should not be filled"
        return milliseconds

    def nothing(self, _: int) -> None:
        return None


_READERS: Final[dict[int, Callable[[_Reader, int], Value]]] = {
    0: _Reader.number,
    1: _Reader.boolean,
    2: _Reader.text,
    3: _Reader.fields,
    5: _Reader.nothing,
    6: _Reader.nothing,
    8: _Reader.array,
    10: _Reader.strict,
    11: _Reader.date,
    12: _Reader.long_text,
    13: _Reader.nothing,
    15: _Reader.long_text,
    16: _Reader.typed,
}  # fmt: skip


def encode(*values: Value) -> bytes:
    """The values as AMF0, one after the other; lists and very long texts are not needed, and refused by ValueError."""
    return b"".join(_encoded(value) for value in values)


def _encoded(value: Value) -> bytes:
    match value:
        case None:
            return b"\5"
        case bool():
            return b"\1\1" if value else b"\1\0"
        case float():
            return b"\0" + struct.pack(">d", value)
        case str():
            return b"\2" + _name(value)
        case dict():
            return b"\3" + b"".join(_name(name) + _encoded(item) for name, item in value.items()) + b"\0\0\t"
    raise ValueError(value)


def _name(text: str) -> bytes:
    data = text.encode()
    if len(data) > 0xFFFF:  # noqa: PLR2004 -- its length has two bytes
        raise ValueError(text)
    return len(data).to_bytes(2) + data

"""The handshake, in its plain form. Source: RTMP 1.0, 5.2."""

import secrets
from typing import Final

from streaming.rtmp.errors import ProtocolError

VERSION: Final = 3
SIZE: Final = 1536


def hello() -> bytes:
    """C0 and C1, or S0 and S1: the version, a time of zero, four zeros, noise."""
    return bytes([VERSION]) + bytes(8) + secrets.token_bytes(SIZE - 8)


class Handshake:
    """One side of it: bytes go in, answers come out, and what came after it is left over.

    `data` collects what comes; `done` once the other side has echoed.
    """

    def __init__(self) -> None:
        self.done = False
        self._data = bytearray()
        self._greeted = False

    def feed(self, data: bytes) -> bytes:
        """The echo, once the other side's greeting is whole; nothing before and after. Raises ProtocolError."""
        self._data += data
        if self._data[:1] and self._data[0] != VERSION:
            raise ProtocolError("not the plain version 3 of RTMP")
        answer = b""
        if not self._greeted and len(self._data) > SIZE:
            self._greeted = True
            answer = bytes(self._data[1 : 1 + SIZE])
        # The echo that comes back is not compared: encoders exist that send anything there.
        self.done = len(self._data) > 2 * SIZE
        return answer

    def rest(self) -> bytes:
        """What came after the handshake; asked for once, when it is done."""
        return bytes(self._data[1 + 2 * SIZE :])

"""The messages that make up a conversation, and the standard ones that we send. Source: RTMP 1.0, 5.4 and 7."""

from typing import Final

from streaming.rtmp import amf
from streaming.rtmp.amf import Value
from streaming.rtmp.chunks import SET_CHUNK_SIZE, Message, chunked

ACKNOWLEDGEMENT: Final = 3
USER_CONTROL: Final = 4
WINDOW: Final = 5
PEER_BANDWIDTH: Final = 6
AUDIO: Final = 8
VIDEO: Final = 9
DATA: Final = 18
COMMAND: Final = 20
UNREAD: Final = frozenset({15, 16, 17, 22})
"""AMF3's data, shared objects and commands, and aggregates: forms that encoders do not need, and we do not read."""

STREAM_BEGIN: Final = 0
PING_REQUEST: Final = 6
PING_RESPONSE: Final = 7

CONTROL_LANE: Final = 2
COMMAND_LANE: Final = 3
AUDIO_LANE: Final = 4
DATA_LANE: Final = 5
VIDEO_LANE: Final = 6

WINDOW_BYTES: Final = 2_500_000
CHUNK_BYTES: Final = 65_536
"""What we ask for: ffmpeg then cuts its own chunks as large, which saves both sides work."""

_DYNAMIC: Final = b"\2"


def control(kind: int, *numbers: int) -> bytes:
    """A protocol control message with four-byte numbers, in one chunk."""
    body = b"".join(number.to_bytes(4) for number in numbers)
    return chunked(Message(kind, 0, 0, body), lane=CONTROL_LANE, size=DEFAULT_BODY)


DEFAULT_BODY: Final = 128
"""Control messages are shorter than any chunk size."""


def peer_bandwidth() -> bytes:
    """What the other side may have on its way to us unacknowledged."""
    body = WINDOW_BYTES.to_bytes(4) + _DYNAMIC
    return chunked(Message(PEER_BANDWIDTH, 0, 0, body), lane=CONTROL_LANE, size=DEFAULT_BODY)


def event(kind: int, value: int) -> bytes:
    """A user control message."""
    body = kind.to_bytes(2) + value.to_bytes(4)
    return chunked(Message(USER_CONTROL, 0, 0, body), lane=CONTROL_LANE, size=DEFAULT_BODY)


def command(*values: Value, stream: int = 0, size: int = CHUNK_BYTES) -> bytes:
    """A command or an answer: name, transaction, and what belongs to it."""
    return chunked(Message(COMMAND, stream, 0, amf.encode(*values)), lane=COMMAND_LANE, size=size)


def status(code: str, description: str, *, level: str, stream: int) -> bytes:
    """How the publication goes."""
    info: Value = {"level": level, "code": code, "description": description}
    return command("onStatus", 0.0, None, info, stream=stream)


def greeting() -> bytes:
    """What a server says before it answers `connect`."""
    return control(WINDOW, WINDOW_BYTES) + peer_bandwidth() + control(SET_CHUNK_SIZE, CHUNK_BYTES)


def connected(transaction: float) -> bytes:
    """The answer to `connect`."""
    server: Value = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0}
    info: Value = {
        "level": "status",
        "code": "NetConnection.Connect.Success",
        "description": "Connection succeeded.",
        "objectEncoding": 0.0,
    }
    return command("_result", transaction, server, info)

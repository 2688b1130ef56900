"""An encoder: ffmpeg as a real one, and a handful of bytes as one that does what is wanted."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import pytest

from streaming.rtmp import Refused, WrongKey, serving
from streaming.rtmp.amf import encode
from streaming.rtmp.chunks import ChunkReader, Message, chunked
from streaming.rtmp.handshake import hello
from streaming.rtmp.messages import AUDIO, COMMAND, DATA, VIDEO

PATIENCE = 15.0
TICKING = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i", "sine=440:r=48000"]
CODED = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-c:a", "aac"]

AVC_HEADER = bytes([0x17, 0, 0, 0, 0, 1, 0x42, 0xC0, 0x1F, 0xFF, 0xE1, 0, 0])
AAC_HEADER = bytes([0xAF, 0, 0x11, 0x90])
METADATA = encode("@setDataFrame", "onMetaData", {"videocodecid": 7.0, "audiocodecid": 10.0})


def ffmpeg(address: str, *options: str, source: list[str] | None = None) -> subprocess.Popen:
    """A real encoder that sends pictures and sound in real time."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re", *(source or TICKING), *CODED]
    return subprocess.Popen([*command, *options, "-f", "flv", address], stderr=subprocess.PIPE, text=True)


def said(encoder: subprocess.Popen) -> tuple[int, str]:
    """How it ended, and its last words."""
    _, words = encoder.communicate(timeout=PATIENCE)
    return encoder.returncode, words


def until(happened, what: str = "") -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen in {PATIENCE} s: {what}")
        time.sleep(0.02)


def message(kind: int, body: bytes, *, at: int = 0, stream: int = 1) -> Message:
    return Message(kind, stream, at, body)


def picture(at: int, body: bytes = b"picture", *, key: bool = False) -> Message:
    return message(VIDEO, bytes([0x17 if key else 0x27, 1, 0, 0, 0]) + body, at=at)


def sound(at: int, body: bytes = b"sound") -> Message:
    return message(AUDIO, b"\xaf\1" + body, at=at)


def command(*values) -> bytes:
    return sent(message(COMMAND, encode(*values), stream=0))


def sent(item: Message, size: int = 128) -> bytes:
    return chunked(item, lane={AUDIO: 4, VIDEO: 6, DATA: 5}.get(item.kind, 3), size=size)


CONNECT = command("connect", 1.0, {"app": "live", "tcUrl": "rtmp://example/live"})
GREETING = hello() + bytes(1536) + CONNECT


def asking(key: str) -> bytes:
    """A conversation up to the wish to publish."""
    return GREETING + command("createStream", 2.0, None) + command("publish", 3.0, None, key, "live")


def heard(data: bytes) -> list[Message]:
    """What the server says after its handshake."""
    return ChunkReader(limit=1 << 20).feed(data[1 + 2 * 1536 :])


@dataclass
class Kept:
    """A publication that was kept; `broken` is raised at its next piece."""

    key: str
    peer: str
    began: datetime | None = None
    codecs: str = ""
    pieces: list[bytes] = field(default_factory=list)
    closed: bool = False
    broken: Exception | None = None
    why: Refused | None = None

    def start(self, began: datetime, codecs: str) -> None:
        self.began, self.codecs = began, codecs

    def put(self, piece: bytes) -> None:
        if self.broken:
            raise self.broken
        self.pieces.append(piece)

    def close(self, why: Refused | None) -> None:
        assert not self.closed
        self.closed, self.why = True, why

    def written(self, folder: Path) -> Path:
        """All pieces as one file."""
        path = folder / "kept.flv"
        path.write_bytes(b"".join(self.pieces))
        return path


class Room:
    """Lets in whoever says "good", one at a time."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.tried: list[str] = []
        self._guard = Lock()

    def authorise(self, app: str, key: str, peer: str) -> Kept:
        with self._guard:
            self.tried.append(f"{app}/{key}")
            if key != "good":
                raise WrongKey
            if any(not kept.closed for kept in self.kept):
                raise Refused("Somebody else is sending with this key.")
            self.kept.append(Kept(key, peer))
            return self.kept[-1]

    def sends(self, number: int = 0) -> bool:
        """Whether pieces of that publication have come."""
        return len(self.kept) > number and bool(self.kept[number].pieces)


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@contextmanager
def listening(room: Room, **options) -> Iterator[int]:
    """The port of a server for that room."""
    with serving(room, host="127.0.0.1", port=0, clock=now, **options) as port:
        yield port

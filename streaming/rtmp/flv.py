"""Messages strung together as FLV, cut into pieces of about a second. Source: FLV 10.1, annex E."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from streaming.rtmp import amf, media
from streaming.rtmp.chunks import Message
from streaming.rtmp.errors import Refused
from streaming.rtmp.messages import AUDIO, DATA, VIDEO
from streaming.rtmp.tags import header, tag

PIECE: Final = 1000
"""Milliseconds of media in a piece."""
PATIENCE: Final = 5000
"""Milliseconds that the first piece waits for a stream that the metadata announce."""
MAX_PIECE: Final = 8 << 20
"""Bytes after which a piece is cut, whatever the encoder's clock says."""
MAX_BACK: Final = 2000
MAX_AHEAD: Final = 60_000
"""Milliseconds that times may jump between two messages: more, and nobody could say when something was said."""
_WRAP: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a publication with its first piece: the instant of its time 0, and its codecs."""

    began: datetime
    codecs: str


@dataclass(slots=True)
class _First:
    """What is held back until the first piece is cut: the metadata, the sequence headers, the rest, the earliest beginning."""

    metadata: Message | None = None
    announced: set[int] = field(default_factory=set)
    headers: dict[int, Message] = field(default_factory=dict)
    held: list[Message] = field(default_factory=list)
    began: datetime | None = None


class Cutter:
    """One publication on its way to disk; `start` is set as soon as the first piece is cut.

    Times count from the first picture or sound, whatever the encoder's clock shows then, and keep their differences.
    """

    def __init__(self) -> None:
        self.start: Start | None = None
        self._first = _First()
        self._zero: int | None = None
        self._now = 0
        self._cut_at = 0
        self._tags: list[bytes] = []
        self._size = 0

    def add(self, message: Message, arrived: datetime) -> bytes | None:
        """Take in metadata, picture or sound; a piece, when one is full. Raises Refused, ProtocolError."""
        kept = message if message.kind == DATA else media.taken(message)
        if kept is None or not self._decodable(kept):
            return None
        milliseconds = self._elapsed(kept, arrived)
        if self.start is None:
            self._hold(kept, milliseconds)
            return self._cut_first() if self._first_is_full(milliseconds) else None
        piece = None
        if milliseconds - self._cut_at >= PIECE or self._size > MAX_PIECE:
            piece = self._emptied()
        self._append(kept, milliseconds)
        return piece

    def rest(self) -> bytes:
        """What is left at the end; nothing where there never was a picture or sound."""
        if self.start is None:
            return self._cut_first() if self._zero is not None else b""
        return self._emptied()

    def _decodable(self, message: Message) -> bool:
        """Whether what is needed to decode it has come: encoders may begin with a picture too early."""
        if message.kind == DATA:
            return self.start is None
        if media.is_header(message):
            self._first.headers.setdefault(message.kind, message)
        return message.kind in self._first.headers

    def _elapsed(self, message: Message, arrived: datetime) -> int:
        """Milliseconds from the publication's time 0; the earliest arrival tells best when that was."""
        if message.kind == DATA or media.is_header(message):
            return self._now
        if self._zero is None:
            self._zero = message.timestamp
        ahead = (message.timestamp - self._zero - self._now + _WRAP // 2) % _WRAP - _WRAP // 2
        if not -MAX_BACK <= ahead <= MAX_AHEAD:
            raise Refused("The encoder's clock has jumped. Stop sending, and start again.", "clock")
        if self.start is None:
            began = arrived - timedelta(milliseconds=self._now + ahead)
            self._first.began = min(began, self._first.began or began)
        elapsed = max(0, self._now + ahead)
        self._now = max(self._now, elapsed)
        return elapsed

    def _hold(self, message: Message, milliseconds: int) -> None:
        if message.kind == DATA:
            self._first.metadata = metadata_of(message) or self._first.metadata
            self._first.announced = announced(self._first.metadata)
        elif self._tags or not media.is_header(message):
            self._append(message, milliseconds)

    def _append(self, message: Message, milliseconds: int) -> None:
        self._tags.append(tag(message, milliseconds))
        self._size += len(message.body)

    def _first_is_full(self, milliseconds: int) -> bool:
        missing = self._first.announced - self._first.headers.keys()
        return milliseconds >= (PATIENCE if missing else PIECE) or self._size > MAX_PIECE

    def _emptied(self) -> bytes:
        """The tags since the last cut, which is now."""
        piece = b"".join(self._tags)
        self._tags, self._size, self._cut_at = [], 0, self._now
        return piece

    def _cut_first(self) -> bytes:
        first = self._first
        assert first.began is not None
        codecs = ",".join(media.codec_of(first.headers[kind]) for kind in (VIDEO, AUDIO) if kind in first.headers)
        self.start = Start(first.began, codecs)
        begun = [tag(item, 0) for item in (first.metadata, *first.headers.values()) if item is not None]
        return b"".join([header(first.headers.keys() | first.announced), *begun, self._emptied()])


def metadata_of(message: Message) -> Message | None:
    """The metadata as FLV has them: without the command that sets them; None for other data. Raises ProtocolError."""
    words = amf.encode("@setDataFrame")
    body = message.body.removeprefix(words)
    if not body.startswith(amf.encode("onMetaData")):
        return None
    amf.decode(body)  # what cannot be read is not kept
    return Message(DATA, 0, 0, body)


def announced(metadata: Message | None) -> set[int]:
    """Which of pictures and sound the metadata speak of."""
    values = amf.decode(metadata.body) if metadata else []
    fields = values[1] if len(values) > 1 and isinstance(values[1], dict) else {}
    return {kind for name, kind in (("videocodecid", VIDEO), ("audiocodecid", AUDIO)) if fields.get(name)}

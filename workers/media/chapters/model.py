"""What chapters are made from and what comes out. All times are seconds of the recording."""

from dataclasses import dataclass
from typing import Literal, Protocol

from helpcenter.errors import Message

Source = Literal["marker", "file", "description", "transcript"]
Kind = Literal["answer", "topic", "intro", "outro"]


@dataclass(frozen=True, slots=True)
class Marker:
    """What the host pressed; `kind` is answering, answered, topic, off_record or on_record; others are ignored."""

    at: float
    kind: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A titled stretch; `marker` is the index of the marker that opened it, `confidence` 0..1 where it was guessed.

    `cut` says that it meets something off the record, which a clip must not touch.
    """

    start: float
    end: float
    title: str
    source: Source
    confidence: float | None = None
    marker: int | None = None
    kind: Kind = "topic"
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ClipProposal:
    """A stretch that answers something, and why an editor is shown it."""

    start: float
    end: float
    title: str
    chapter_index: int
    reason: Message


class Titled(Protocol):
    """A chapter as a file or a description gives it; `end` may be missing or wrong."""

    @property
    def start(self) -> float:
        """Seconds."""

    @property
    def end(self) -> float | None:
        """Seconds; None where only beginnings are known."""

    @property
    def title(self) -> str:
        """As written; may be empty."""

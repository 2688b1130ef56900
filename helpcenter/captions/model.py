"""What a caption file holds. All times are seconds of the recording."""

from dataclasses import dataclass

from helpcenter.errors import Message


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed piece of text; `start` and `end` in seconds of the recording."""

    start: float
    end: float
    text: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with times interpolated inside the cues that it comes from."""

    start: float
    end: float
    text: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """What was read: cues sorted and free of overlaps, and what had to be mended.

    `language` ("de", "en", ...) is what the file or its name says, never a guess.
    """

    cues: tuple[Cue, ...]
    language: str | None = None
    warnings: tuple[Message, ...] = ()
    notes: tuple[str, ...] = ()
    format: str = "vtt"

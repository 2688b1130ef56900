"""Cues, and the caption files that they come from and go to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed piece of text; `start` and `end` in seconds of the recording."""

    start: float
    end: float
    text: str
    speaker: str | None = None

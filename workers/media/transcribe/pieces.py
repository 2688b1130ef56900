"""What recognisers give: words or phrases with times, and how they become cues that can be read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from helpcenter.captions import Cue

PAUSE = 0.6  # seconds; a cue ends where the speaker takes a breath
LONGEST = 7.0  # seconds on the screen
WIDEST = 84  # characters: two lines of 42, what a reader takes in
FULL_STOP = re.compile(r"[.!?…][\"'”’“»)]{0,2}\Z")
SHORT_SENTENCE = 25  # characters; shorter ones are shown together with the next


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a phrase where the recogniser gives no words; seconds; `confidence` from 0 to 1."""

    start: float
    end: float
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Recognised:
    """The pieces of one chunk, in times of the recording, and its language where the recogniser told it.

    `crashed` says that the recogniser cannot do this chunk at all.
    """

    pieces: tuple[Piece, ...]
    language: str | None = None
    crashed: bool = False


def mean_confidence(pieces: Sequence[Piece]) -> float:
    """The mean over the time that is spoken, 0 without pieces."""
    spoken = sum(piece.end - piece.start for piece in pieces)
    return sum(piece.confidence * (piece.end - piece.start) for piece in pieces) / spoken if spoken else 0.0


def to_cues(pieces: Iterable[Piece]) -> list[Cue]:
    """Cues of at most 7 s and 84 characters (a longer phrase stays whole), broken at pauses and sentence ends."""
    return [_cue(group) for group in _groups(pieces)]


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    width = 0
    for piece in pieces:
        if group and (_full(group, width, piece) or _sentence_over(group, width)):
            yield group
            group, width = [], 0
        group.append(piece)
        width += len(piece.text) + 1
    if group:
        yield group


def _full(group: list[Piece], width: int, piece: Piece) -> bool:
    too_long = piece.end - group[0].start > LONGEST or width + len(piece.text) > WIDEST
    return too_long or piece.start - group[-1].end >= PAUSE


def _sentence_over(group: list[Piece], width: int) -> bool:
    return width > SHORT_SENTENCE and FULL_STOP.search(group[-1].text) is not None


def _cue(group: list[Piece]) -> Cue:
    return Cue(round(group[0].start, 3), round(group[-1].end, 3), " ".join(piece.text for piece in group))

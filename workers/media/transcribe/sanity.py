"""Against what recognisers invent: loops, text on silence, times that run backwards.

Seen in the field: faster-whisper#506, #843, #1249; whisper.cpp#3162.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from workers.media.transcribe.base import Span
from workers.media.transcribe.pieces import Piece

LOOP = 3  # times the same words in a row are a loop; "no, no, no" is said
LONGEST_LOOP = 12  # words in one round of a loop
ONE_WORD = 0.5  # of all words the same: music, not speech
FEW = 4  # words, from which on that can be told
QUIET = 0.9  # of a piece lies in silence: invented
# What models learnt from subtitles of films and say on silence and music, whatever was recorded.
CREDITS = re.compile(
    r"amara\.org|untertitel(?:ung)?\s(?:der|des|von|im\sauftrag)\b|untertitelung\.?\s|subtitles?\sby\b|copyright\swdr|www\.mooji",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def sane(pieces: Iterable[Piece], *, start: float, end: float, silences: Sequence[Span]) -> list[Piece]:
    """The pieces of the chunk from `start` to `end` that can be true, in order, none reaching into the next."""
    near = [span for span in silences if span[1] > start and span[0] < end]
    inside = []
    reached = start
    for piece in pieces:
        begin = max(piece.start, reached)
        stop = min(piece.end, end)
        if stop <= begin or not piece.text.strip() or is_credit(piece.text) or _silent(begin, stop, near):
            continue
        inside.append(Piece(begin, stop, piece.text.strip(), piece.confidence))
        reached = stop
    kept = without_loops(inside)
    return [] if is_one_word(kept) else kept


def is_credit(text: str) -> bool:
    """Whether a phrase is the credit line of somebody's subtitles."""
    return CREDITS.search(text) is not None


def without_loops(pieces: list[Piece]) -> list[Piece]:
    """`pieces` with every loop of three rounds or more cut down to its first round."""
    words = [" ".join(WORD.findall(piece.text.lower())) for piece in pieces]
    out: list[Piece] = []
    index = 0
    while index < len(pieces):
        size, rounds = _loop_at(words, index)
        if rounds > LOOP or (rounds == LOOP and size > 1):
            out += pieces[index : index + size]
            index += size * rounds
        else:
            out.append(pieces[index])
            index += 1
    return out


def is_one_word(pieces: Sequence[Piece]) -> bool:
    """Whether one word makes up most of the text, as when a recogniser listens to music."""
    words = [word for piece in pieces for word in WORD.findall(piece.text.lower())]
    if len(words) < FEW:
        return False
    return Counter(words).most_common(1)[0][1] > ONE_WORD * len(words)


def _loop_at(words: list[str], index: int) -> tuple[int, int]:
    """(pieces in a round, rounds) of the loop that begins at `index`; one round where there is none."""
    for size in range(1, LONGEST_LOOP + 1):
        first = words[index : index + size]
        rounds = 1
        while words[index + rounds * size : index + (rounds + 1) * size] == first:
            rounds += 1
        if rounds >= LOOP:
            return size, rounds
    return 1, 1


def _silent(start: float, end: float, silences: Sequence[Span]) -> bool:
    quiet = sum(max(0.0, min(end, until) - max(start, since)) for since, until in silences)
    return quiet > QUIET * (end - start)

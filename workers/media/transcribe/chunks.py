"""Where speech is cut for the recogniser: in silences, and else at the quietest place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from workers.media.transcribe.audio import levels, window
from workers.media.transcribe.base import Span

MARGIN = 0.25  # seconds of silence kept at each side of speech: words begin and end softly
GAP = 1.0  # seconds; speech with longer pauses in it is recognised apart
SHORTEST = 0.1  # seconds; less is a click
FRAME = 0.02
SMOOTH = 9  # frames; the quietest 0.18 s, not the quietest instant inside a word
EARLIEST = 0.6  # of the longest chunk: where the search for a quiet place begins


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the recording that is recognised in one go, in seconds."""

    start: float
    end: float

    @property
    def name(self) -> str:
        """The file name of its result, the same in every run."""
        return f"chunk-{round(self.start * 1000):09d}-{round(self.end * 1000):09d}.json"


def plan(speech: Path, duration: float, silences: Sequence[Span], *, longest: float) -> Iterator[Chunk]:
    """Chunks of at most `longest` seconds, in order, without overlap; long silences are in none.

    Depends on nothing but its arguments, so that a second run finds the chunks of the first.
    """
    begin = end = None
    for start, stop in _spoken(duration, silences):
        if begin is not None and end is not None and (start - end > GAP or stop - begin > longest):
            yield from _cut(speech, begin, end, longest)
            begin = None
        begin, end = (start if begin is None else begin), stop
    if begin is not None and end is not None:
        yield from _cut(speech, begin, end, longest)


def _spoken(duration: float, silences: Sequence[Span]) -> list[Span]:
    """What lies between the silences, with a margin."""
    clipped = _merged((max(0.0, start), min(duration, end)) for start, end in silences)
    edges = [(0.0, 0.0), *clipped, (duration, duration)]
    spans: list[Span] = []
    for (before, quiet_from), (quiet_until, after) in pairwise(edges):
        if quiet_until - quiet_from < SHORTEST:
            continue
        # Half a short silence at most, so that neighbours never overlap.
        lead = min(MARGIN, (quiet_from - before) / 2)
        tail = min(MARGIN, (after - quiet_until) / 2)
        spans.append((round(quiet_from - lead, 3), round(quiet_until + tail, 3)))
    return spans


def _merged(silences: Iterable[Span]) -> list[Span]:
    """Sorted, without empty ones, and without overlaps."""
    out: list[Span] = []
    for start, end in sorted(span for span in silences if span[1] > span[0]):
        if out and start <= out[-1][1]:
            since, until = out.pop()
            out.append((since, max(until, end)))
        else:
            out.append((start, end))
    return out


def _cut(speech: Path, begin: float, end: float, longest: float) -> Iterator[Chunk]:
    while end - begin > longest:
        place = _quietest(speech, begin + EARLIEST * longest, begin + longest)
        yield Chunk(begin, place)
        begin = place
    yield Chunk(begin, end)


def _quietest(speech: Path, earliest: float, latest: float) -> float:
    loudness = levels(window(speech, earliest, latest), FRAME)
    if len(loudness) < SMOOTH:
        return round(latest, 3)
    smooth = np.convolve(loudness, np.ones(SMOOTH) / SMOOTH, mode="valid")
    return round(earliest + (int(np.argmin(smooth)) + SMOOTH / 2) * FRAME, 3)

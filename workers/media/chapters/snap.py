"""Moves the edge that a host pressed to the likeliest one near it: a pause, a change of speaker, the question being read out."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from helpcenter.captions import Cue, guess_language
from workers.media.chapters.language import known, stems
from workers.media.chapters.talk import read_talk

REACH = 8.0  # seconds that a host presses early or late at most
SPREAD = 5.0  # seconds; how fast an edge gets unlikely with its distance
READ_OUT = 3  # sentences in which a question is read out
LONGEST_PAUSE = 2.0


class Edges:
    """The places in a recording where something may begin or end."""

    def __init__(
        self, cues: Sequence[Cue], *, silences: Sequence[tuple[float, float]] = (), language: str | None = None
    ) -> None:
        self._language = known(language)
        self._talk = read_talk(cues, silences=silences, language=language)
        self._starts = [s.start for s in self._talk.sentences]
        self._ends = [s.end for s in self._talk.sentences]
        self._stems = [
            frozenset(stems(s.text, turn.language))
            for s, turn in zip(self._talk.sentences, self._talk.turns, strict=True)
        ]
        self._silences = sorted(silences)

    def start(self, at: float, title: str, *, floor: float) -> float:
        """Where what was announced at `at` as `title` begins; never before `floor`."""
        near = range(bisect_left(self._starts, max(floor, at - REACH)), bisect_right(self._starts, at + REACH))
        scored = [(self._opens(index, title) - _far(self._starts[index] - at), self._starts[index]) for index in near]
        if not scored:
            scored = [(end - start - _far(end - at), end) for start, end in self._around(at) if end >= floor]
        return max(scored)[1] if scored else max(floor, at)

    def end(self, at: float, *, floor: float, ceiling: float) -> float:
        """Where what was closed at `at` ends; above `floor` and at most `ceiling`, where the next thing begins."""
        at = min(at, ceiling)
        near = range(
            bisect_right(self._ends, max(floor, at - REACH)), bisect_right(self._ends, min(ceiling, at + REACH))
        )
        scored = [(self._closes(index, ceiling) - _far(self._ends[index] - at), self._ends[index]) for index in near]
        if not scored:
            scored = [(end - start - _far(start - at), start) for start, end in self._around(at)]
            scored = [(score, start) for score, start in scored if floor < start <= ceiling]
        return max(scored)[1] if scored else at

    def last_end(self, *, floor: float, ceiling: float) -> float:
        """Where the last sentence between the two ends, else `ceiling`."""
        index = bisect_right(self._ends, ceiling) - 1
        return self._ends[index] if index >= 0 and self._ends[index] > floor else ceiling

    def _around(self, at: float) -> list[tuple[float, float]]:
        return [(start, end) for start, end in self._silences if start <= at + REACH and end >= at - REACH]

    def _opens(self, index: int, title: str) -> float:
        """How much the sentence looks like the first one of something new called `title`."""
        turn = self._talk.turns[index]
        score = 1.0 * turn.opening_head + 0.5 * turn.opening + 0.4 * turn.starting + 0.8 * turn.new_speaker
        score += 0.8 * min(LONGEST_PAUSE, turn.pause)
        score += 0.4 * (index > 0 and self._talk.turns[index - 1].closing)
        wanted = frozenset(stems(title, known(guess_language(title) or self._language)))
        if wanted:
            # The question is read out at the start: its words are in what follows and not yet in what came before.
            follows = frozenset().union(*self._stems[index : index + READ_OUT])
            before = frozenset().union(*self._stems[max(0, index - READ_OUT) : index])
            score += 2.0 * (len(wanted & follows) - len(wanted & before)) / len(wanted)
        return score

    def _closes(self, index: int, ceiling: float) -> float:
        """How much the sentence looks like the last one of its subject."""
        if index + 1 == len(self._starts) or self._starts[index + 1] >= ceiling:
            return 2.0
        following = self._talk.turns[index + 1]
        score = 1.0 * following.opening_head + 0.4 * following.starting + 0.8 * following.new_speaker
        return score + 0.8 * min(LONGEST_PAUSE, following.pause) + 0.4 * self._talk.turns[index].closing


def _far(seconds: float) -> float:
    return math.pow(seconds / SPREAD, 2)

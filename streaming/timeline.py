"""Time around an archive: when it is whole, and what became of it where somebody cut something out.

Seconds are those of a version of the recording; "old" is the version that we know, "new" what the platform has now.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

PAUSES: Final = (60, 120, 300, 600, 1800, 3600)
"""Seconds until the next look, by the number of looks so far; the last one goes on."""
LONGEST_WAIT: Final = 72 * 3600
"""Seconds after which we go on with what is there."""
LONGEST_ARCHIVE: Final = 12 * 3600
"""Seconds; YouTube keeps no longer recording of a live broadcast."""
APART: Final = 600
"""Seconds between two looks that agree."""
SAME: Final = 2.0
"""Seconds by which a duration may differ and still be the same: what is told is rounded."""

_WORDS_ALIKE: Final = 4  # words in a row, found once in each text, that fix a place
_FEWEST: Final = 2  # lines with such places make a stretch: one alone may have been cut through, and its times be wrong
_JUMP: Final = 1.5  # seconds by which neighbouring places differ where something is missing between them
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at an instant: the archive's duration, None while it was not processed or not there."""

    at: datetime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One timed piece of text."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A stretch of the old version that lies in the new one, from `new_start` on."""

    old_start: float
    old_end: float
    new_start: float

    @property
    def missing(self) -> float:
        """Seconds of the old version that are missing before it."""
        return self.old_start - self.new_start


def pause_after(looks: int) -> int:
    """Seconds to wait after so many looks."""
    return PAUSES[min(max(looks, 1), len(PAUSES)) - 1]


def tolerance(expected: float) -> float:
    """Seconds by which an archive of a broadcast of `expected` seconds may be longer or shorter than that."""
    return max(10.0, 0.02 * expected)


def archive_ready(looks: Sequence[Look], expected: float | None, *, apart: timedelta) -> bool:
    """Whether the archive is as long as it will be: equal in looks at least `apart` from each other, and nearly `expected`.

    `looks` are in order of time; without `expected`, only the looks count.
    """
    last = looks[-1] if looks else None
    if last is None or not last.seconds:
        return False
    if expected is not None and abs(last.seconds - expected) > tolerance(expected):
        return False
    first = last
    for look in reversed(looks):
        if look.seconds is None or abs(look.seconds - last.seconds) > SAME / 2:
            break
        first = look
    return last.at - first.at >= apart


def stretches(
    old: Sequence[Line], new: Sequence[Line], *, old_duration: float, new_duration: float
) -> list[Kept] | None:
    """What of the old version lies where in the new one, told by the text of both; None where the texts do not tell.

    A place is where the same words in a row stand once in each text. Where neighbouring places are shifted differently,
    something between them was cut out: it begins with the first word that is missing.
    """
    groups = _groups(_places(_words(old), _words(new)))
    shifts = [median(place.old_start - place.new_start for place in group) for group in groups]
    if not groups or any(later < earlier for earlier, later in pairwise(shifts)):
        return (
            None  # something would have been put in: nobody can do that on the platform, so the texts are not the same
        )
    out = [Kept(max(0.0, shifts[0]), 0.0, max(0.0, -shifts[0]))]
    for (before, after), (shift, following) in zip(pairwise(groups), pairwise(shifts), strict=True):
        cut = min(before[-1].old_end, after[0].old_start - (following - shift))
        out[-1] = Kept(out[-1].old_start, cut, out[-1].new_start)
        out.append(Kept(cut + following - shift, 0.0, cut - shift))
    end = min(old_duration, new_duration + shifts[-1])
    out[-1] = Kept(out[-1].old_start, end, out[-1].new_start)
    return out if all(kept.old_end > kept.old_start for kept in out) else None


def after_start_moved(
    old_start: datetime, new_start: datetime, *, old_duration: float, new_duration: float
) -> list[Kept] | None:
    """What is left where the platform says that the recording begins later, by as much as it became shorter; else None."""
    later = (new_start - old_start).total_seconds()
    if later <= SAME or abs(old_duration - new_duration - later) > SAME:
        return None
    return [Kept(later, old_duration, 0.0)]


def after_growth(*, old_duration: float, new_duration: float) -> list[Kept] | None:
    """An archive that became longer was not whole before: all of it lies where it lay. None where it did not grow."""
    return [Kept(0.0, old_duration, 0.0)] if new_duration > old_duration else None


def new_zero(
    kept: Sequence[Kept], *, instant: Callable[[float], datetime], missing: Sequence[tuple[datetime, datetime]]
) -> tuple[datetime, list[list[float]]]:
    """The new version's t0 and its gaps, [[start, end], …] in seconds after it.

    `instant` tells when a second of the old version was; `missing` are the gaps that the old version had already.
    """
    t0 = instant(kept[0].old_start) - timedelta(seconds=kept[0].new_start)
    cuts = [(instant(before.old_end), instant(after.old_start)) for before, after in pairwise(kept)]
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(gap for gap in (*missing, *cuts) if gap[1] > t0):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((max(start, t0), end))
    return t0, [[round((at - t0).total_seconds(), 3) for at in gap] for gap in merged]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: float
    end: float
    line: int


@dataclass(frozen=True, slots=True)
class _Place:
    """The same words in a row, in the old and in the new text; `line` is that of the new text where they begin."""

    old_start: float
    old_end: float
    new_start: float
    line: int


def _words(lines: Sequence[Line]) -> list[_Word]:
    """Every word; its times are where it stands in its line."""
    out = []
    for index, line in enumerate(lines):
        second = (line.end - line.start) / max(len(line.text), 1)
        out += [
            _Word(found[0].casefold(), line.start + found.start() * second, line.start + found.end() * second, index)
            for found in _WORD.finditer(line.text)
        ]
    return out


def _places(old: Sequence[_Word], new: Sequence[_Word]) -> list[_Place]:
    """The places that both texts share, in the order of both; what stands in another order is left out."""
    there = _once(old)
    pairs = sorted((there[words], index) for words, index in _once(new).items() if words in there)
    rising = _rising([index for _, index in pairs])
    chosen = [pairs[position] for position in rising]
    return [
        _Place(old[first].start, old[first + _WORDS_ALIKE - 1].end, new[second].start, new[second].line)
        for first, second in chosen
    ]


def _once(words: Sequence[_Word]) -> dict[tuple[str, ...], int]:
    rows = [
        tuple(word.text for word in words[index : index + _WORDS_ALIKE])
        for index in range(len(words) - _WORDS_ALIKE + 1)
    ]
    counts = Counter(rows)
    return {row: index for index, row in enumerate(rows) if counts[row] == 1}


def _rising(values: Sequence[int]) -> list[int]:
    """The positions of a longest rising subsequence."""
    from bisect import bisect_left

    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for position, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(ends[place - 1] if place else None)
        tails[place : place + 1] = [value]
        ends[place : place + 1] = [position]
    out: list[int] = []
    position_or_none = ends[-1] if ends else None
    while position_or_none is not None:
        out.append(position_or_none)
        position_or_none = before[position_or_none]
    return out[::-1]


def _groups(places: Sequence[_Place]) -> list[list[_Place]]:
    """Neighbouring places that are shifted alike; a single one that is not is a slip of the text, and left out."""
    groups: list[list[_Place]] = []
    for place in places:
        shift = place.old_start - place.new_start
        if groups and abs(shift - median(p.old_start - p.new_start for p in groups[-1][-9:])) <= _JUMP:
            groups[-1].append(place)
        else:
            groups.append([place])
    whole: list[list[_Place]] = []
    for group in (group for group in groups if len({place.line for place in group}) >= _FEWEST):
        if whole and abs(_shift(group) - _shift(whole[-1])) <= _JUMP:
            whole[-1] += group
        else:
            whole.append(group)
    return whole


def _shift(group: Sequence[_Place]) -> float:
    return median(place.old_start - place.new_start for place in group)

"""Which segments are kept of what arrived, and when they were; always whole segments."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from streaming.local.segments import Segment

GAP: Final = 0.1
"""Seconds; what is missing for a shorter time is no gap, but how exactly clocks are read."""
_SLACK: Final = timedelta(seconds=GAP)
Stretch = tuple[datetime, datetime | None]


def within(segments: Sequence[Segment], *, begins: datetime, ends: datetime | None) -> list[Segment]:
    """Those that lie between `begins` and `ends` (None: it goes on), in part at least."""
    return [one for one in segments if one.end > begins and (ends is None or one.start < ends)]


def kept(
    segments: Sequence[Segment], *, begins: datetime, ends: datetime | None, hidden: Sequence[Stretch]
) -> list[Segment]:
    """Those within that time that touch no hidden stretch.

    Where two takes overlap by more than clocks are read amiss, the later one stands; an encoder that took another's place is
    what people saw.
    """
    shown = [one for one in within(segments, begins=begins, ends=ends) if not is_hidden(one, hidden)]
    later: dict[str, datetime] = {}
    for one in shown:
        later[one.take_id] = min(one.start, later.get(one.take_id, one.start))
    return [
        one
        for one in shown
        if not any(take > one.take_id and start < one.end - _SLACK for take, start in later.items())
    ]


def is_hidden(segment: Segment, hidden: Sequence[Stretch]) -> bool:
    """Whether a moment of it is off the record."""
    return any(segment.end > start and (end is None or segment.start < end) for start, end in hidden)


def zero_and_gaps(segments: Sequence[Segment]) -> tuple[datetime, list[list[float]]]:
    """The instant of second 0, and what is missing: [[start, end], …] in seconds after it.

    `segments` are in order of time, at least one.
    """
    zero, gaps, carried = segments[0].start, [], 0.0
    for before, after in pairwise(segments):
        # What is too short for a gap, or overlaps, counts in the next one: so it does not add up over many takes.
        carried += (after.start - before.end).total_seconds()
        if carried > GAP:
            end = (after.start - zero).total_seconds()
            gaps.append([round(end - carried, 3), round(end, 3)])
            carried = 0.0
    return zero, gaps

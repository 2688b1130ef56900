"""Which segments are kept of what arrived, and when they were; always whole segments."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from streaming.local.takes import Segment

GAP: Final = 0.1
"""Seconds; what is missing for a shorter time is no gap, but how exactly clocks are read."""
Stretch = tuple[datetime, datetime | None]


def kept(
    segments: Sequence[Segment], *, begins: datetime, ends: datetime | None, hidden: Sequence[Stretch]
) -> list[Segment]:
    """Those that lie between `begins` and `ends` (None: it goes on), in part at least, and touch no hidden stretch.

    Where two takes overlap, the later one stands; an encoder that took another's place is what people saw.
    """
    within = [one for one in segments if one.end > begins and (ends is None or one.start < ends)]
    shown = [one for one in within if not is_hidden(one, hidden)]
    later: dict[str, datetime] = {}
    for one in shown:
        later[one.take_id] = min(one.start, later.get(one.take_id, one.start))
    return [one for one in shown if not any(take > one.take_id and start < one.end for take, start in later.items())]


def is_hidden(segment: Segment, hidden: Sequence[Stretch]) -> bool:
    """Whether a moment of it is off the record."""
    return any(segment.end > start and (end is None or segment.start < end) for start, end in hidden)


def zero_and_gaps(segments: Sequence[Segment]) -> tuple[datetime, list[list[float]]]:
    """The instant of second 0, and what is missing: [[start, end], …] in seconds after it.

    `segments` are in order of time, at least one.
    """
    zero = segments[0].start
    missing = [(before.end, after.start) for before, after in pairwise(segments)]
    gaps = [[round((at - zero).total_seconds(), 3) for at in gap] for gap in missing]
    return zero, [gap for gap in gaps if gap[1] - gap[0] > GAP]

"""Chapters as lines of a video's description, by YouTube's rules: otherwise it silently shows none.

The first begins at 0:00, there are at least three, each lasts at least ten seconds, and no line holds < or >.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

FEWEST: Final = 3
SHORTEST: Final = 10
LONGEST_DESCRIPTION: Final = 5_000
"""Bytes in UTF-8."""

_TITLE_WIDTHS: Final = (100, 70, 50, 35, 25)
_MARKS: Final = " \t-–—•*·|:."
_TIME: Final = re.compile(r"(?<!\d)\d{1,3}:\d{2}(?::\d{2})?(?!\d)")


def chapter_lines(
    chapters: Sequence[tuple[float, str]], *, duration: float, opening: str, room: int = LONGEST_DESCRIPTION
) -> list[str]:
    """The lines for chapters given as (start in seconds, title); none where the rules cannot be kept.

    What comes before the first chapter is called `opening`; a chapter that is too short becomes part of the one before.
    Titles are shortened until all lines, each with its line break, fit into `room` bytes; where they do not, there are none.
    """
    kept = _long_enough([(start, _clean(title)) for start, title in chapters], duration, opening)
    if len(kept) < FEWEST:
        return []
    hours = kept[-1][0] >= 3600  # noqa: PLR2004 -- seconds of an hour
    for width in _TITLE_WIDTHS:
        lines = [f"{_stamp(start, hours=hours)} {_shortened(title, width)}" for start, title in kept]
        if sum(len(line.encode()) + 1 for line in lines) <= room:
            return lines
    return []


def has_chapters(description: str) -> bool:
    """Whether the description has chapter lines already: at least three that begin with a time, the first with zero."""
    times = [found[0] for line in description.splitlines() if (found := _TIME.match(line.strip(_MARKS)))]
    return len(times) >= FEWEST and not times[0].strip("0:")


def _long_enough(chapters: Sequence[tuple[float, str]], duration: float, opening: str) -> list[tuple[int, str]]:
    """The chapters from second 0 on, each at least SHORTEST long, in whole seconds."""
    last = int(duration) - SHORTEST
    rows = sorted((int(start), title) for start, title in chapters if title and 0 <= int(start) <= last)
    if rows and rows[0][0] >= SHORTEST:
        rows.insert(0, (0, _clean(opening)))
    # What begins within the first seconds begins the video; the last of several is the one that goes on.
    first = [row for row in rows if row[0] < SHORTEST][-1:]
    rows = [(0, title) for _, title in first] + [row for row in rows if row[0] >= SHORTEST]
    kept = [row for row, later in pairwise(rows) if later[0] - row[0] >= SHORTEST]
    return kept + rows[-1:]


def _clean(title: str) -> str:
    """On one line, without what YouTube refuses, and not beginning with marks or a time, which would be read as the chapter's.

    Empty where no word is left.
    """
    plain = " ".join("".join(letter for letter in title if letter.isprintable() or letter.isspace()).split())
    plain = plain.replace("<", "‹").replace(">", "›").strip(_MARKS)
    while found := _TIME.match(plain):
        plain = plain[found.end() :].strip(_MARKS)
    return plain if any(letter.isalnum() for letter in plain) else ""


def _shortened(title: str, width: int) -> str:
    if len(title) <= width:
        return title
    cut = title[: width - 1].rsplit(" ", 1)[0] or title[: width - 1]
    return cut.rstrip(_MARKS + ",;") + "…"


def _stamp(seconds: int, *, hours: bool) -> str:
    minutes, rest = divmod(seconds, 60)
    if not hours:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"

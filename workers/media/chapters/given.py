"""Chapters that somebody else wrote: inside the file, or as lines with times in a description."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from workers.media.chapters.model import Chapter, Source, Titled

SHORTEST = 1.0
FEWEST_LINES = 3  # fewer times in a description are mentions, not chapters (YouTube's own rule)
FIRST = 10.0  # seconds by which the first line must begin
LONGEST_TITLE = 200
NUMBERED = re.compile(r"^(?:(?:chapter|kapitel|track|part|teil)\b)?[\s#:._-]*\d*$", re.IGNORECASE)
TIME = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?![\d:])")
MARKS = " \t-–—•*·|:.)(]["


def chapters_from_file(file_chapters: Sequence[Titled], duration: float) -> list[Chapter]:
    """The file's chapters, inside 0..duration and without overlap; titles that only count ("Chapter 3") become ""."""
    return _chapters([(c.start, c.end, c.title) for c in file_chapters], duration, "file")


def chapters_from_text(description: str, *, duration: float) -> list[Chapter]:
    """The chapters that the lines of a description name, as in "0:00 Welcome" or "- Brakes (1:02:03)".

    Empty unless at least three lines in a row of times begin at the start of the recording.
    """
    rows: list[tuple[float, float | None, str]] = []
    for line in description.splitlines():
        if (found := TIME.search(line)) is None:
            continue
        at = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
        title = (line[: found.start()].strip(MARKS) + " " + line[found.end() :].strip(MARKS)).strip()
        if title and at < duration and (not rows or at > rows[-1][0]):
            rows.append((float(at), None, title))
    if len(rows) < FEWEST_LINES or rows[0][0] > FIRST:
        return []
    return _chapters(rows, duration, "description")


def _chapters(rows: Sequence[tuple[float, float | None, str]], duration: float, source: Source) -> list[Chapter]:
    usable = sorted((row for row in rows if math.isfinite(row[0]) and row[0] < duration), key=lambda row: row[0])
    out = []
    for (start, end, title), (following, _, _) in pairwise([*usable, (duration, None, "")]):
        begin, limit = max(0.0, start), min(following, duration)
        stop = limit if end is None or not begin < end < limit else end
        if stop - begin >= SHORTEST:
            out.append(Chapter(round(begin, 3), round(stop, 3), _clean(title), source))
    return out


def _clean(title: str) -> str:
    bare = " ".join(title.split())[:LONGEST_TITLE].strip()
    return "" if NUMBERED.match(bare) else bare

"""What was said off the record is in no chapter, whoever made it."""

import math
from collections.abc import Sequence
from dataclasses import replace

from workers.media.chapters.model import Chapter, Marker

SHORTEST = 1.0
ON_AGAIN = {"on_record", "answering", "topic"}


def off_record(markers: Sequence[Marker], *, duration: float) -> list[tuple[float, float]]:
    """The stretches off the record: each until the host says that it is over, or begins something, or the end."""
    out: list[tuple[float, float]] = []
    since: float | None = None
    for marker in sorted((m for m in markers if math.isfinite(m.at)), key=lambda marker: marker.at):
        if marker.kind == "off_record" and since is None:
            since = max(0.0, marker.at)
        elif marker.kind in ON_AGAIN and since is not None:
            out.append((since, marker.at))
            since = None
    return [*out, (since, duration)] if since is not None and since < duration else out


def without(chapters: Sequence[Chapter], stretches: Sequence[tuple[float, float]]) -> list[Chapter]:
    """The chapters without those stretches; one that goes on after a stretch becomes two, of the same title."""
    out = list(chapters)
    for start, end in stretches:
        out = [piece for chapter in out for piece in _pieces(chapter, start, end)]
    return out


def _pieces(chapter: Chapter, start: float, end: float) -> list[Chapter]:
    if end <= chapter.start or start >= chapter.end:
        return [chapter]
    before = replace(chapter, end=round(start, 3), cut=True)
    # A marker opens one chapter only: the rest is found by its time.
    after = replace(chapter, start=round(end, 3), cut=True, marker=None if start > chapter.start else chapter.marker)
    return [piece for piece in (before, after) if piece.end - piece.start >= SHORTEST]

"""Chapters from what the host pressed while live.

A host presses up to eight seconds early or late. Where the talk is known, each press is moved to the likeliest edge near it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpcenter.captions import Cue
from helpcenter.errors import N_, InvalidInput
from workers.media.chapters.model import Chapter, Kind, Marker
from workers.media.chapters.off_record import off_record, without
from workers.media.chapters.snap import Edges

OPENS = {"answering", "topic"}
KINDS = OPENS | {"answered"}
FARTHEST = 1e9  # seconds; more is no time
TWICE = 2.0  # seconds; the same press again so soon is one press
LATE = 16.0  # seconds after the next question began in which "answered" still means one that is not closed yet
OUTSIDE = 10.0  # seconds before the start or after the end that a clock may be off
SHORTEST = 1.0
LONGEST_TITLE = 200


@dataclass(slots=True)
class _Stretch:
    """What two presses enclose, as pressed."""

    start: float
    kind: str
    title: str
    marker: int
    end: float | None = None  # None: nobody pressed; it ends where the next one begins


def read_markers(data: bytes) -> list[Marker]:
    """The markers of a file in the form [{"at": seconds, "kind": "answering|answered|topic", "title": "…"}]."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(N_("The markers are not JSON: %(why)s."), why=str(error)) from error
    if not isinstance(rows, list):
        raise InvalidInput(N_("The markers must be a list of objects with “at”, “kind” and “title”."))
    return [_marker(row, number) for number, row in enumerate(rows, start=1)]


def _marker(row: object, number: int) -> Marker:
    fields: dict[str, Any] = row if isinstance(row, dict) else {}
    at, kind = fields.get("at"), fields.get("kind")
    if isinstance(at, bool) or not isinstance(at, int | float) or not abs(at) < FARTHEST or not isinstance(kind, str):
        raise InvalidInput(N_("Marker %(number)d needs “at” in seconds and a “kind”."), number=number)
    return Marker(float(at), kind, str(fields.get("title") or ""))


def chapters_from_markers(
    markers: Sequence[Marker],
    *,
    duration: float,
    cues: Sequence[Cue] = (),
    silences: Sequence[tuple[float, float]] = (),
    language: str | None = None,
) -> list[Chapter]:
    """Titled chapters in order, without overlap, inside 0..duration; what makes no sense is left out.

    Titles may be "": the caller names what the host did not. `Chapter.marker` counts in `markers` as given.
    """
    stretches = _stretches(_pressed(markers, duration))
    if not stretches:
        return []
    edges = Edges(cues, silences=silences, language=language)
    starts: list[float] = []
    for stretch in stretches:
        floor = starts[-1] + SHORTEST if starts else 0.0
        begin = edges.start(stretch.start, stretch.title, floor=floor) if stretch.start > 0 else 0.0
        starts.append(max(floor, begin))
    chapters = []
    for stretch, start, following in zip(stretches, starts, [*starts[1:], duration], strict=False):
        end = min(_end(stretch, edges, start=start, following=following), following, duration)
        if end - start >= SHORTEST:
            kind: Kind = "answer" if stretch.kind == "answering" else "topic"
            chapters.append(
                Chapter(round(start, 3), round(end, 3), stretch.title, "marker", None, stretch.marker, kind)
            )
    return without(chapters, off_record(markers, duration=duration))


def _end(stretch: _Stretch, edges: Edges, *, start: float, following: float) -> float:
    if stretch.end is None:
        return edges.last_end(floor=start, ceiling=following)
    return edges.end(stretch.end, floor=start, ceiling=following)


def _pressed(markers: Sequence[Marker], duration: float) -> list[tuple[int, Marker]]:
    """The markers that mean something, in the order of their times, inside the recording, with their indices."""
    known = [
        (index, replace(marker, at=min(max(0.0, marker.at), duration), title=_line(marker.title)))
        for index, marker in enumerate(markers)
        if marker.kind in KINDS and math.isfinite(marker.at) and -OUTSIDE <= marker.at <= duration + OUTSIDE
    ]
    known.sort(key=lambda pair: pair[1].at)
    return known


def _line(title: str) -> str:
    return " ".join(title.split())[:LONGEST_TITLE].strip()


def _stretches(pressed: Sequence[tuple[int, Marker]]) -> list[_Stretch]:
    out: list[_Stretch] = []
    for index, marker in pressed:
        current = out[-1] if out else None
        if marker.kind == "answered":
            _close(out, marker)
        elif current and current.end is None and _again(current, marker):
            continue
        else:
            if current and current.end is None and marker.at - current.start < TWICE:
                out.pop()  # pressed by mistake, and corrected at once
            out.append(_Stretch(marker.at, marker.kind, marker.title, index))
    return out


def _again(current: _Stretch, marker: Marker) -> bool:
    """Whether the host pressed for the same thing once more."""
    return current.kind == marker.kind and (
        current.title == marker.title if marker.title else marker.at - current.start < TWICE
    )


def _close(stretches: list[_Stretch], marker: Marker) -> None:
    """Set the end that "answered" means: of the stretch of that title, else of the last one, also when pressed late."""
    last_two = [stretch for stretch in stretches[-2:] if stretch.end is None]
    titled = [stretch for stretch in last_two if marker.title and stretch.title == marker.title]
    late = [s for s in last_two if s is not stretches[-1] and marker.at - stretches[-1].start < LATE]
    for stretch in (titled or late or [s for s in last_two if s is stretches[-1]])[-1:]:
        if not (marker.title and not titled and stretch.title):
            stretch.end = marker.at

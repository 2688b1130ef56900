"""What the marks of a session say about its answers: when each begins and ends. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from helpcenter.models import Marker, MarkerKind

UNSAID: Final = "end-of:"
"""How the key of a mark begins that nobody has set: an answer ends where the next one begins."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: the mark with which it begins, and when. `end` is None while it is given, `closing` the mark that ends it.

    An answer that ends where the next one begins has an `end` without a `closing`.
    """

    begin: Marker
    at: datetime
    end: datetime | None = None
    closing: Marker | None = None

    @property
    def key(self) -> str:
        """By which the desk speaks of it."""
        return key_of(self.begin)


def key_of(marker: Marker) -> str:
    """The mark's key; one made of its id where nobody gave it any."""
    return marker.key or f"#{marker.id}"


def is_unsaid(marker: Marker) -> bool:
    """Whether nobody has set it, see `UNSAID`."""
    return (marker.key or "").startswith(UNSAID)


def answers_of(markers: Iterable[Marker]) -> list[Answer]:
    """The answers that marks in order of time tell of. A mark that ends what has ended already means nothing."""
    found: list[Answer] = []
    for marker in markers:
        goes_on = bool(found) and found[-1].end is None
        if marker.kind is MarkerKind.ANSWERING:
            if goes_on:
                found[-1] = replace(found[-1], end=marker.at)
            found.append(Answer(marker, marker.at))
        elif marker.kind is MarkerKind.ANSWERED and goes_on and not is_unsaid(marker):
            found[-1] = replace(found[-1], end=marker.at, closing=marker)
    return found


def answer_at(answers: Sequence[Answer], at: datetime) -> Answer | None:
    """The answer that was being given at that instant."""
    return next((one for one in reversed(answers) if one.at <= at and (one.end is None or at < one.end)), None)


def answer_after(answers: Sequence[Answer], at: datetime) -> Answer | None:
    """The first answer that begins later."""
    return next((one for one in answers if one.at > at), None)

"""The order of what was found, on both databases the same: BM25 over our own counts, titles and answers before speech."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpcenter.services.search.engine import Document
from helpcenter.services.search.plan import Group, Plan

_K1, _B = 1.2, 0.5
_USUAL_LENGTH = {"cue": 15}
_USUAL_ANSWER = 120
_TITLE = 2.0
_KIND = {"entry": 2.2, "clip": 1.8, "question": 1.5, "chapter": 1.3, "cue": 1.0}
# Cues so near to each other are one place in the recording; a place is no longer than what one sees at a glance.
_GAP = 8.0
_PLACE = 60.0


@dataclass(slots=True)
class Place:
    """A document, or neighbouring cues of one recording in their order, with the score and the groups that it holds."""

    documents: list[Document]
    parts: list[float]
    score: float

    @property
    def first(self) -> Document:
        """The document that the place begins with."""
        return self.documents[0]

    @property
    def end(self) -> float | None:
        """Where it ends, in seconds of the recording."""
        return self.documents[-1].end


def places(found: Iterable[Document], plan: Plan) -> list[Place]:
    """What was found as places, best first."""
    scored = {document.id: Place([document], _parts(document, plan.groups), 0.0) for document in found}
    single = [place for place in scored.values() if place.first.kind != "cue"]
    cues = sorted(
        (place for place in scored.values() if place.first.kind == "cue"),
        key=lambda p: (p.first.recording_id or 0, p.first.language, p.first.start or 0.0),
    )
    together = single + _merged(cues)
    for place in together:
        place.score = _score(place, plan.groups)
    return sorted(together, key=lambda place: (-place.score, -place.first.id))


def _merged(cues: list[Place]) -> list[Place]:
    merged: list[Place] = []
    for cue in cues:
        last = merged[-1] if merged else None
        if last and _neighbours(last, cue.first):
            last.documents.append(cue.first)
            last.parts = [max(pair) for pair in zip(last.parts, cue.parts, strict=True)]
        else:
            merged.append(cue)
    return merged


def _neighbours(place: Place, cue: Document) -> bool:
    first, start = place.first, cue.start or 0.0
    return (
        (first.recording_id, first.language) == (cue.recording_id, cue.language)
        and start - (place.end or 0.0) <= _GAP
        and (cue.end or 0.0) - (first.start or 0.0) <= _PLACE
    )


def _parts(document: Document, groups: Iterable[Group]) -> list[float]:
    """What each group adds to the document's score; 0 where it does not hold the group."""
    title, bar, body = document.terms.partition("|")
    if not bar:
        title, body = "", title
    title, body = f" {title} ", f" {body} "
    usual = _USUAL_LENGTH.get(document.kind, _USUAL_ANSWER)
    damped = _K1 * (1 - _B + _B * body.count(" ") / usual)
    found = []
    for group in groups:
        best = 0.0
        for one in group.alternatives:
            words = f" {' '.join(one.terms)} "
            times = body.count(words)
            score = times * (_K1 + 1) / (times + damped) + (_TITLE if words in title else 0.0)
            best = max(best, one.weight * score)
        found.append(best * group.weight)
    return found


def _score(place: Place, groups: tuple[Group, ...]) -> float:
    """The sum of the parts, less where groups are missing, as a share of what one mention of each would be."""
    usual = sum(group.weight for group in groups)
    held = sum(group.weight for group, part in zip(groups, place.parts, strict=True) if part) / usual
    return _KIND[place.first.kind] * held * sum(place.parts) / usual

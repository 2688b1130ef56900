"""The order of what was found, on both databases the same: BM25 over our own counts, titles and answers before speech.

What readers say moves an answer up or down by at most a fifth of its score, and only once it is sure (see `lift`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from helpcenter.services.helpful import HALF, Share
from helpcenter.services.search.engine import Document
from helpcenter.services.search.plan import Plan

_K1, _B = 1.2, 0.5
# Usual lengths in letters.
_USUAL_CUE, _USUAL_ANSWER = 90, 800
_TITLE = 2.0
_KIND = {"entry": 2.2, "clip": 1.8, "question": 1.5, "chapter": 1.3, "cue": 1.0}
# Cues so near to each other are one place in the recording; a place is no longer than what one sees at a glance.
_GAP = 8.0
_PLACE = 60.0
# With fewer words about it, an answer keeps its place.
_FEWEST = 5
_MOST_LIFT = 0.2


@dataclass(slots=True)
class Place:
    """A document, or neighbouring cues of one recording in their order, with the score and what each group adds to it."""

    first: Document
    documents: list[Document]
    parts: list[float]
    end: float | None
    score: float = 0.0


class Scorer:
    """Gives the parts of a document's score for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.weights = [group.weight for group in plan.groups]
        self._phrases = [[(f" {' '.join(one.terms)} ", one.weight) for one in g.alternatives] for g in plan.groups]
        self._single = all(len(one.terms) == 1 for group in plan.groups for one in group.alternatives)
        self._words: dict[str, list[tuple[int, float]]] = {}
        for number, group in enumerate(plan.groups):
            for one in group.alternatives:
                self._words.setdefault(one.terms[0], []).append((number, one.weight))

    def parts(self, document: Document) -> list[float]:
        """What each group adds; 0 where the document does not hold it."""
        if document.kind == "cue" and self._single:
            return self._of_words(document.terms)
        title, bar, body = document.terms.partition("|")
        if not bar:
            title, body = "", title
        title, body = f" {title} ", f" {body} "
        usual = _USUAL_CUE if document.kind == "cue" else _USUAL_ANSWER
        damped = _K1 * (1 - _B + _B * len(body) / usual)
        found = []
        for phrases, group_weight in zip(self._phrases, self.weights, strict=True):
            best = 0.0
            for words, weight in phrases:
                times = body.count(words)
                score = times * (_K1 + 1) / (times + damped) + (_TITLE if words in title else 0.0)
                best = max(best, weight * score)
            found.append(best * group_weight)
        return found

    def _of_words(self, terms: str) -> list[float]:
        """The same for a cue, which is short: one look at each of its words."""
        times: dict[tuple[int, float], int] = {}
        for term in terms.split():
            for key in self._words.get(term, ()):
                times[key] = times.get(key, 0) + 1
        damped = _K1 * (1 - _B + _B * len(terms) / _USUAL_CUE)
        found = [0.0] * len(self.weights)
        for (number, weight), many in times.items():
            found[number] = max(found[number], weight * self.weights[number] * many * (_K1 + 1) / (many + damped))
        return found

    def score(self, place: Place) -> float:
        """The sum of the parts, less where groups are missing, as a share of what one mention of each would be."""
        usual = sum(self.weights)
        held = sum(weight for weight, part in zip(self.weights, place.parts, strict=True) if part) / usual
        return _KIND[place.first.kind] * place.first.lift * held * sum(place.parts) / usual


def lift(share: Share) -> float:
    """By what the score of an answer is multiplied for what readers say of it: from 0.8 (helps nobody) to 1.2 (everybody).

    1 with fewer than five words about it, and as long as it may just as well help half of them.
    """
    if share.number < _FEWEST:
        return 1.0
    beyond = max(0.0, share.lower - HALF) - max(0.0, HALF - share.upper)
    return round(1.0 + _MOST_LIFT * beyond / HALF, 4)


def places(found: Iterable[Document], plan: Plan) -> list[Place]:
    """What was found as places, best first."""
    scorer = Scorer(plan)
    scored = [Place(document, [document], scorer.parts(document), document.end) for document in found]
    together = [place for place in scored if place.first.kind != "cue"]
    cues = [place for place in scored if place.first.kind == "cue"]
    cues.sort(key=lambda p: (p.first.recording_id or 0, p.first.language, p.first.start or 0.0))
    together += _merged(cues)
    for place in together:
        place.score = scorer.score(place)
    return sorted(together, key=lambda place: (-place.score, -place.first.id))


def _merged(cues: list[Place]) -> list[Place]:
    merged: list[Place] = []
    for cue in cues:
        last = merged[-1] if merged else None
        if last and _neighbours(last, cue.first):
            last.documents.append(cue.first)
            last.end = cue.end
            last.parts = [max(pair) for pair in zip(last.parts, cue.parts, strict=True)]
        else:
            merged.append(cue)
    return merged


def _neighbours(place: Place, cue: Document) -> bool:
    first, start = place.first, cue.start or 0.0
    return (
        first.recording_id == cue.recording_id
        and first.language == cue.language
        and start - (place.end or 0.0) <= _GAP
        and (cue.end or 0.0) - (first.start or 0.0) <= _PLACE
    )

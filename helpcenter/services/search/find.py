"""Search: from a query to hits, each with its second, best first."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from helpcenter.models import Visibility
from helpcenter.services.search import engine
from helpcenter.services.search.context import Context, context_of, moment_in
from helpcenter.services.search.engine import ANSWER_KINDS, SPEECH_KINDS, Document, Reach
from helpcenter.services.search.plan import Plan, make_plan
from helpcenter.services.search.rank import Place, places
from helpcenter.services.search.snippets import Fragment, snippet
from helpcenter.services.search.words import base_language

MAX_LIMIT = 100
# So many documents are looked at for each hit that is wanted: neighbours become one, an answer takes in what it says.
_ANSWER_CANDIDATES, _CUE_CANDIDATES = 2, 5
_MAX_MOMENTS = 3
_LOOKED_AT = 3
# Who claims the places of the same answer: an entry before its clips, a clip before chapters, all before bare cues.
_CLAIM_ORDER = {"entry": 0, "clip": 1, "question": 2, "chapter": 3, "cue": 4}
_BODY_ONLY_CHAPTER = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found; `kind` is entry, clip, question, chapter or cue, `thing_id` that row's id.

    `recording_id`, `start` and `end` (seconds) say where it is answered: a clip as a whole, a chapter or cues from the first
    that matters. `entry_id` and `clip_id` name what it can be shown in, where there is such a thing.
    """

    kind: str
    title: str
    snippet: list[Fragment]
    thing_id: int
    recording_id: int | None
    start: float | None
    end: float | None
    score: float
    language: str
    entry_id: int | None = None
    clip_id: int | None = None


def search(
    db: Session,
    query: str,
    *,
    language: str | None = None,
    limit: int = 20,
    visibilities: Collection[Visibility] = (Visibility.PUBLIC,),
    kinds: Collection[str] | None = None,
    recording_id: int | None = None,
) -> list[Hit]:
    """What answers the query, best first: all words, else (where nothing has them all) the rarest of them.

    `language` leaves only what is in that language; without it, words are taken as German and as English. Any string is a
    query: nothing in it is syntax but quotes around a phrase, and only the first 400 characters count.
    """
    reach = Reach(
        tuple(visibilities),
        (base_language(language) if language else None) or None,
        frozenset(kinds) if kinds is not None else ANSWER_KINDS | SPEECH_KINDS,
        recording_id,
    )
    limit = max(0, min(limit, MAX_LIMIT))
    plan = make_plan(db, query, reach.language)
    if not plan.groups or not reach.visibilities or not limit:
        return []
    candidates = (limit * _ANSWER_CANDIDATES, limit * _CUE_CANDIDATES)
    found = engine.every(db, plan.groups, reach, candidates)
    if not found and len(plan.groups) > 1:
        found = engine.some(db, plan.groups, reach, candidates)
    best = places(found, plan)[: limit * _LOOKED_AT]
    context = context_of(db, best, reach.visibilities)
    kept = _distinct(best, plan, context)[:limit]
    return _with_moments(db, [(place, _hit(place, plan, context)) for place in kept], plan)


def _with_moments(db: Session, found: list[tuple[Place, Hit]], plan: Plan) -> list[Hit]:
    """The hits; the best of those whose text does not show what was asked show the cues that say it, and begin there."""
    hits, left = [], _MAX_MOMENTS
    for place, hit in found:
        begins = _claim_order(place, plan) == _BODY_ONLY_CHAPTER
        shown = any(fragment.hit for fragment in hit.snippet)
        if left and (begins or (not shown and hit.kind in {"chapter", "clip"})):
            left -= 1
            moment = moment_in(db, place.first, plan)
            if moment:
                text = " ".join(cue.body for cue in moment.documents)
                hits.append(
                    replace(
                        hit,
                        snippet=snippet(text, plan.terms, hit.language),
                        start=moment.first.start if begins else hit.start,
                    )
                )
                continue
        hits.append(hit)
    return hits


def suggest(
    db: Session,
    prefix: str,
    *,
    language: str | None = None,
    limit: int = 8,
    visibilities: Collection[Visibility] = (Visibility.PUBLIC,),
    kinds: Collection[str] | None = None,
) -> list[Hit]:
    """What the visitor may be about to ask for, while he types: answers, and what was said only where there is no answer."""
    wanted = frozenset(kinds) if kinds is not None else ANSWER_KINDS | SPEECH_KINDS
    for part in (wanted & ANSWER_KINDS, wanted & SPEECH_KINDS):
        found = (
            search(db, prefix, language=language, limit=limit, visibilities=visibilities, kinds=part) if part else []
        )
        if found:
            return found
    return []


def holds_all(db: Session, query: str, *, visibilities: Collection[Visibility] = (Visibility.PUBLIC,)) -> bool:
    """Whether there is something to be found that holds every telling word of the query."""
    plan = make_plan(db, query, None)
    return (
        bool(plan.groups)
        and not plan.unknown
        and bool(engine.every(db, plan.groups, Reach(tuple(visibilities)), (1, 1)))
    )


class _Claims:
    """Which place shows which entry, clip and stretch of a recording."""

    def __init__(self) -> None:
        self.entries: dict[int, Place] = {}
        self.clips: dict[int, Place] = {}
        self.stretches: dict[int, list[tuple[float, float, Place]]] = defaultdict(list)

    def stretch(self, document: Document) -> Place | None:
        """Who shows the second at which the document begins, or its middle where it is long."""
        start, end = document.start or 0.0, document.end or 0.0
        at = start if document.kind == "cue" else (start + end) / 2
        claimed = self.stretches[document.recording_id or 0]
        return next((place for first, last, place in claimed if first - 1 <= at < last), None)


def _distinct(best: list[Place], plan: Plan, context: Context) -> list[Place]:
    """The places without those that another one shows, which takes over the better score."""
    claims = _Claims()
    kept = []
    for place in sorted(best, key=lambda one: (_claim_order(one, plan), -one.score)):
        owner = _owner(place, claims, context)
        if owner:
            owner.score = max(owner.score, place.score)
            continue
        kept.append(place)
        _claim(place, claims, context)
    return sorted(kept, key=lambda place: (-place.score, -place.first.id))


def _claim_order(place: Place, plan: Plan) -> int:
    """A chapter whose title says nothing of it gives way to the cues inside, which know the second."""
    if place.first.kind == "chapter" and not _in_title(place.first, plan):
        return _BODY_ONLY_CHAPTER
    return _CLAIM_ORDER[place.first.kind]


def _in_title(document: Document, plan: Plan) -> bool:
    return not plan.terms.isdisjoint(document.terms.partition("|")[0].split())


def _owner(place: Place, claims: _Claims, context: Context) -> Place | None:
    document = place.first
    if document.kind == "entry":
        return claims.entries.get(document.thing_id)
    if document.kind == "clip":
        answer = context.clip(document)
        return claims.clips.get(document.thing_id) or (claims.entries.get(answer.entry_id or 0) if answer else None)
    if document.kind == "question":
        entry, clip = context.of_question.get(document.thing_id, (None, None))
        return claims.entries.get(entry or 0) or claims.clips.get(clip or 0)
    if document.kind == "chapter":
        return claims.stretch(document) or _inside(place, claims)
    return claims.stretch(document)


def _inside(chapter: Place, claims: _Claims) -> Place | None:
    """The cues already kept that lie in the chapter."""
    start, end = chapter.first.start or 0.0, chapter.first.end or 0.0
    claimed = claims.stretches[chapter.first.recording_id or 0]
    return next((place for first, _, place in claimed if start <= first < end and place.first.kind == "cue"), None)


def _claim(place: Place, claims: _Claims, context: Context) -> None:
    document = place.first
    if document.kind == "entry":
        claims.entries[document.thing_id] = place
        for answer in context.of_entry[document.thing_id]:
            claims.clips[answer.clip_id] = place
            claims.stretches[answer.recording_id].append((answer.start, answer.end, place))
        return
    if document.kind == "clip":
        claims.clips[document.thing_id] = place
    if document.recording_id is not None and document.start is not None:
        claims.stretches[document.recording_id].append((document.start, place.end or document.start, place))


def _hit(place: Place, plan: Plan, context: Context) -> Hit:
    document = place.first
    text = " ".join(one.body for one in place.documents) or document.title
    hit = Hit(
        document.kind, document.title, snippet(text, plan.terms, document.language), document.thing_id,
        document.recording_id, document.start, place.end, round(place.score, 4), document.language,
    )  # fmt: skip
    if document.kind == "entry":
        answer = next(iter(context.of_entry[document.thing_id]), None)
        hit = replace(hit, entry_id=document.thing_id)
        return _at(hit, answer.recording_id, answer.start, answer.end, answer.clip_id) if answer else hit
    if document.kind == "question":
        entry, clip = context.of_question.get(document.thing_id, (None, None))
        return replace(hit, entry_id=entry, clip_id=clip)
    if document.kind == "clip":
        answer = context.clip(document)
        return replace(hit, clip_id=document.thing_id, entry_id=answer.entry_id if answer else None)
    around = context.around(document)
    return replace(hit, clip_id=around.clip_id, entry_id=around.entry_id) if around else hit


def _at(hit: Hit, recording_id: int, start: float, end: float, clip_id: int) -> Hit:
    return replace(hit, recording_id=recording_id, start=start, end=end, clip_id=clip_id)

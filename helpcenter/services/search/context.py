"""What the places that were found belong to: clips and entries around them, the cue inside a chapter."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, ClipState, EntryState, FaqClip, FaqEntry, Question, SearchDocument, Visibility
from helpcenter.services.search.engine import Document
from helpcenter.services.search.plan import Plan
from helpcenter.services.search.rank import Place, places

VISIBLE = (EntryState.PUBLISHED, EntryState.STALE)


class Answer(NamedTuple):
    """A confirmed clip, and the entry that shows it, if any does that may be seen."""

    clip_id: int
    recording_id: int
    start: float
    end: float
    entry_id: int | None


@dataclass(slots=True)
class Context:
    """`of_entry`: an entry's clips, best first; `in_recording`: a recording's clips; `of_question`: (entry, clip) of a question."""

    of_entry: dict[int, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    in_recording: dict[int, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    of_question: dict[int, tuple[int | None, int | None]] = field(default_factory=dict)

    def around(self, document: Document) -> Answer | None:
        """The clip in which the document begins; one with an entry if there is one."""
        if document.recording_id is None or document.start is None:
            return None
        inside = [a for a in self.in_recording[document.recording_id] if a.start - 1 <= document.start < a.end]
        return next((answer for answer in inside if answer.entry_id), inside[0] if inside else None)

    def clip(self, document: Document) -> Answer | None:
        """The clip that the document is, with its entry."""
        same = [a for a in self.in_recording[document.recording_id or 0] if a.clip_id == document.thing_id]
        return next((answer for answer in same if answer.entry_id), same[0] if same else None)


def context_of(db: Session, found: Collection[Place], visibilities: Collection[Visibility]) -> Context:
    """Everything around the places, in at most three statements."""
    context = Context()
    entries = {place.first.thing_id for place in found if place.first.kind == "entry"}
    recordings = {place.first.recording_id for place in found if place.first.recording_id is not None}
    if entries:
        for answer in _answers(db, FaqClip.entry_id.in_(entries), visibilities):
            context.of_entry[answer.entry_id or 0].append(answer)
    if recordings:
        for answer in _answers(db, Clip.recording_id.in_(recordings), visibilities):
            context.in_recording[answer.recording_id].append(answer)
    questions = {place.first.thing_id for place in found if place.first.kind == "question"}
    if questions:
        rows = db.execute(
            select(Question.id, Question.entry_id, Question.answer_clip_id).where(Question.id.in_(questions))
        )
        context.of_question = {question: (entry, clip) for question, entry, clip in rows}
    return context


def _answers(db: Session, condition: ColumnElement[bool], visibilities: Collection[Visibility]) -> list[Answer]:
    seen = and_(FaqEntry.id == FaqClip.entry_id, FaqEntry.state.in_(VISIBLE), FaqEntry.visibility.in_(visibilities))
    rows = db.execute(
        select(Clip.id, Clip.recording_id, Clip.start, Clip.end, FaqEntry.id)
        .outerjoin(FaqClip, FaqClip.clip_id == Clip.id)
        .outerjoin(FaqEntry, seen)
        .where(condition, Clip.state == ClipState.CONFIRMED)
        .order_by(FaqClip.best.desc(), FaqClip.position, Clip.start)
    )
    return [Answer(*row) for row in rows]


def moment_in(db: Session, chapter: Document, plan: Plan) -> float | None:
    """The second inside the chapter that says most of what was asked; None where its cues say nothing of it."""
    table = SearchDocument.__table__.c
    rows = db.execute(
        select(*(table[name] for name in Document._fields))
        .where(table.kind == "cue", table.recording_id == chapter.recording_id, table.language == chapter.language)
        .where(table.start >= chapter.start, table.start < chapter.end)
        .order_by(table.start)
        .limit(500)
    )
    best = next((place for place in places((Document(*row) for row in rows), plan) if place.score), None)
    return best.first.start if best else None

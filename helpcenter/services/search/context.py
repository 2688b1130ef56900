"""What the places that were found belong to: clips and entries around them, the cue inside a chapter."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, and_, bindparam, literal_column, select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, ClipState, EntryState, FaqClip, FaqEntry, Question, SearchDocument, Visibility
from helpcenter.services.search.engine import Document
from helpcenter.services.search.plan import Plan
from helpcenter.services.search.rank import Place, places

VISIBLE = (EntryState.PUBLISHED, EntryState.STALE)
_MOST_CUES = 500


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
    seen = {"visibilities": tuple(visibilities)}
    if entries:
        for row in db.execute(_answers(FaqClip.entry_id), {"ids": tuple(entries), **seen}):
            context.of_entry[row[-1] or 0].append(Answer(*row))
    if recordings:
        for row in db.execute(_answers(Clip.recording_id), {"ids": tuple(recordings), **seen}):
            context.in_recording[row[1]].append(Answer(*row))
    questions = {place.first.thing_id for place in found if place.first.kind == "question"}
    if questions:
        rows = db.execute(
            select(Question.id, Question.entry_id, Question.answer_clip_id).where(Question.id.in_(questions))
        )
        context.of_question = {question: (entry, clip) for question, entry, clip in rows}
    return context


@cache
def _answers(named: Any) -> Executable:
    """Confirmed clips where the column `named` is one of :ids, with their entries that may be seen; best first."""
    visible = FaqEntry.visibility.in_(bindparam("visibilities", expanding=True))
    seen = and_(FaqEntry.id == FaqClip.entry_id, FaqEntry.state.in_(VISIBLE), visible)
    return (
        select(Clip.id, Clip.recording_id, Clip.start, Clip.end, FaqEntry.id)
        .outerjoin(FaqClip, FaqClip.clip_id == Clip.id)
        .outerjoin(FaqEntry, seen)
        .where(named.in_(bindparam("ids", expanding=True)), Clip.state == ClipState.CONFIRMED)
        .order_by(FaqClip.best.desc(), FaqClip.position, Clip.start)
    )


@cache
def _cues() -> Executable:
    table = SearchDocument.__table__.c
    return (
        select(*(table[name] for name in Document._fields))
        .where(table.kind == literal_column("'cue'"), table.recording_id == bindparam("recording"))
        .where(table.start >= bindparam("first"), table.start < bindparam("last"))
        .order_by(table.start)
        .limit(_MOST_CUES)
    )


def moment_in(db: Session, stretch: Document, plan: Plan) -> Place | None:
    """The cues inside a chapter or clip that say most of what was asked; None where they say nothing of it."""
    span = {"recording": stretch.recording_id, "first": stretch.start, "last": stretch.end}
    cues = (Document(*row) for row in db.execute(_cues(), span))
    best = places((cue for cue in cues if cue.language == stretch.language), plan)
    return best[0] if best and best[0].score else None

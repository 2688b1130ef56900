"""What can be found, kept in step with what there is. Each thing's documents are replaced together."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from helpcenter.models import (
    Answer,
    AnswerState,
    Asker,
    Chapter,
    Clip,
    ClipState,
    CueRow,
    FaqEntry,
    FaqText,
    LiveSession,
    Moderation,
    Question,
    QuestionState,
    Recording,
    SearchDocument,
    SessionQuestion,
    Transcript,
    Visibility,
)
from helpcenter.services import helpful
from helpcenter.services.search.context import VISIBLE
from helpcenter.services.search.rank import lift
from helpcenter.services.search.vocabulary import learn, learn_documents
from helpcenter.services.search.words import base_language, clean, terms

_BATCH = 2000
_MAX_BODY = 20_000
# Of what is said in a clip or chapter, a hit shows the beginning, or the cues that matter.
_SHOWN_SPEECH = 1_000
_TITLE = 300
_ONE_WRITER = 7_450_913
_UNKNOWN = "und"
_ANSWERED = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_WIDER = (Visibility.STAFF, Visibility.UNLISTED, Visibility.CUSTOMERS, Visibility.PUBLIC)
"""Who finds a thing: unlisted ones nobody finds who is not of the house."""
_MARKUP = re.compile(r"!?\[([^\]\n]{0,500})\]\([^)\n]{0,500}\)|[*_`#>|~]+|<[^<>\n]{0,500}>")
# The table itself takes rows in bulk, past the session's objects.
_TABLE = cast("Table", SearchDocument.__table__)

Row = dict[str, Any]
_Spoken = tuple[float, str]


def index_recording(db: Session, recording_id: int) -> None:
    """Index every cue, the chapters, and the clips: confirmed ones as visible as the recording, proposed ones for staff."""
    recording = db.get(Recording, recording_id)
    if recording is None:
        remove(db, f"recording:{recording_id}")
        return
    _replace(db, f"recording:{recording_id}", _of_recording(db, recording))
    _follow(db, Question.answer_clip_id.in_(select(Clip.id).where(Clip.recording_id == recording_id)))


def index_entry(db: Session, entry_id: int) -> None:
    """Index the entry's texts; for staff only while it is not published."""
    entry = db.get(FaqEntry, entry_id)
    texts = db.scalars(select(FaqText).where(FaqText.entry_id == entry_id)).all() if entry else ()
    visibility = entry.visibility if entry and entry.state in VISIBLE else Visibility.STAFF
    liked = lift(helpful.of_entry(db, entry_id))
    _replace(
        db,
        f"entry:{entry_id}",
        (
            _document("entry", entry_id, one.language, visibility, one.title, body=plain(one.body)) | {"lift": liked}
            for one in texts
        ),
    )
    _follow(db, Question.entry_id == entry_id)


def index_question(db: Session, question_id: int) -> None:
    """Index the question's title once its answer can be seen, for whoever may see both; what else the asker wrote stays his."""
    question = db.get(Question, question_id)
    _replace(db, f"question:{question_id}", _of_question(db, question) if question else ())


def _follow(db: Session, answered_by: ColumnElement[bool]) -> None:
    """Questions are found by whoever may see their answer, of which that may have changed."""
    for question_id in db.scalars(select(Question.id).where(answered_by, Question.state.in_(_ANSWERED))).all():
        index_question(db, question_id)


def weigh(db: Session, *, entry_id: int | None, clip_id: int | None) -> None:
    """Let the order of results follow what readers say of the entry and of the clip by now."""
    db.flush()
    clip = db.get(Clip, clip_id) if clip_id else None
    if entry_id:
        _lift(db, f"entry:{entry_id}", "entry", entry_id, helpful.of_entry(db, entry_id))
    if clip:
        share = helpful.of_clips(db, (clip.id,)).get(clip.id, helpful.Share())
        _lift(db, f"recording:{clip.recording_id}", "clip", clip.id, share)


def _lift(db: Session, owner: str, kind: str, thing_id: int, share: helpful.Share) -> None:
    wanted = lift(share)
    same = (SearchDocument.owner == owner, SearchDocument.kind == kind, SearchDocument.thing_id == thing_id)
    changed = update(SearchDocument).where(*same, SearchDocument.lift != wanted).values(lift=wanted)
    db.execute(changed.execution_options(synchronize_session=False))


def remove(db: Session, owner: str) -> None:
    """Forget everything of the owner, such as `recording:12`; to be called before that row is deleted."""
    _replace(db, owner, ())


def plain(markdown: str) -> str:
    """The words of a Markdown text."""
    return _MARKUP.sub(lambda found: found[1] or " ", markdown)


def _replace(db: Session, owner: str, documents: Iterable[Row]) -> None:
    db.flush()
    if db.get_bind().dialect.name == "postgresql":
        # Two writers would count the same terms in different orders and wait for each other for ever.
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_WRITER})
    cues: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    owned = SearchDocument.owner == owner
    old = db.execute(select(SearchDocument.kind, SearchDocument.terms).where(owned))
    learn_documents(old, -1, cues, answers)
    db.execute(delete(SearchDocument).where(owned), execution_options={"synchronize_session": False})
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        learn_documents(((row["kind"], row["terms"]) for row in batch), 1, cues, answers)
        db.execute(insert(_TABLE), [{**row, "owner": owner} for row in batch])
    learn(db, cues, answers)


def _document(
    kind: str,
    thing_id: int,
    language: str | None,
    visibility: Visibility,
    title: str,
    *,
    body: str,
    at: tuple[int, float, float] | None = None,
) -> Row:
    """A row of search_documents; `at` is (recording, start, end). The title of a cue is its recording's, which it does not say."""
    title, body, known = clean(title)[:_TITLE], clean(body)[:_MAX_BODY], base_language(language or "") or _UNKNOWN
    recording_id, start, end = at or (None, None, None)
    said = terms(body, known)
    return {
        "kind": kind,
        "thing_id": thing_id,
        "language": known,
        "visibility": visibility,
        "title": title,
        "body": body[:_SHOWN_SPEECH] if kind in {"clip", "chapter"} else body,
        "terms": said if kind == "cue" else f"{terms(title, known)} | {said}",
        "recording_id": recording_id,
        "start": start,
        "end": end,
        "lift": 1.0,
    }


def _of_recording(db: Session, recording: Recording) -> Iterator[Row]:
    said: dict[str, list[_Spoken]] = {}
    cues = (
        select(Transcript.language, CueRow.id, CueRow.start, CueRow.end, CueRow.text)
        .join(CueRow, CueRow.transcript_id == Transcript.id)
        .where(Transcript.recording_id == recording.id)
        .order_by(Transcript.id, CueRow.start, CueRow.id)
    )
    for language, cue, start, end, words in db.execute(cues):
        at = (recording.id, start, end)
        said.setdefault(language, []).append((start, words))
        yield _document("cue", cue, language, recording.visibility, recording.title, body=words, at=at)
    main = recording.language if recording.language in said else next(iter(said), recording.language)
    for chapter in db.scalars(select(Chapter).where(Chapter.recording_id == recording.id)):
        at = (recording.id, chapter.start, chapter.end)
        body = _between(said.get(main or "", []), chapter.start, chapter.end)
        yield _document("chapter", chapter.id, main, recording.visibility, chapter.title, body=body, at=at)
    wanted = (ClipState.CONFIRMED, ClipState.PROPOSED)
    clips = db.scalars(select(Clip).where(Clip.recording_id == recording.id, Clip.state.in_(wanted))).all()
    liked = helpful.of_clips(db, [clip.id for clip in clips])
    for clip in clips:
        at = (recording.id, clip.start, clip.end)
        visibility = recording.visibility if clip.state is ClipState.CONFIRMED else Visibility.STAFF
        body = _between(said.get(clip.language) or said.get(main or "", []), clip.start, clip.end)
        document = _document("clip", clip.id, clip.language, visibility, clip.title, body=body, at=at)
        yield document | {"lift": lift(liked.get(clip.id, helpful.Share()))}


def _between(said: list[_Spoken], start: float, end: float) -> str:
    """What is said in cues that begin in the stretch."""
    first, last = (bisect_left(said, second, key=lambda one: one[0]) for second in (start, end))
    return " ".join(words for _, words in said[first:last])


def _of_question(db: Session, question: Question) -> Iterator[Row]:
    if question.held_for or question.state not in _ANSWERED:
        return
    entry = db.get(FaqEntry, question.entry_id) if question.entry_id else None
    clip = question.answer_clip
    clip = clip if clip and clip.state is ClipState.CONFIRMED else None
    written = db.scalar(
        select(Answer.body)
        .where(Answer.question_id == question.id, Answer.state == AnswerState.GIVEN)
        .order_by(Answer.id.desc())
        .limit(1)
    )
    if entry and entry.state in VISIBLE:
        visibility = entry.visibility
    elif clip:
        visibility = clip.recording.visibility
    elif written:
        visibility = Visibility.PUBLIC
    else:
        return
    visibility = min(visibility, _shown_to(db, question), key=_WIDER.index)
    at = (clip.recording_id, clip.start, clip.end) if clip else None
    yield _document(
        "question", question.id, question.language, visibility, question.title, body=plain(written or ""), at=at
    )


def _shown_to(db: Session, question: Question) -> Visibility:
    """Who may find the question's own page: everybody, unless it was asked in live sessions; then who is shown it there.

    Staff alone where it has askers, and none of them has confirmed.
    """
    confirmed = db.scalars(select(Asker.confirmed_at).where(Asker.question_id == question.id)).all()
    if confirmed and not any(confirmed):
        return Visibility.STAFF
    asked = select(LiveSession.visibility, SessionQuestion.moderation).join(SessionQuestion)
    mine = SessionQuestion.question_id == question.id, SessionQuestion.voter.is_not(None)
    rows = db.execute(asked.where(*mine)).all()
    shown = {visibility for visibility, moderation in rows if moderation is Moderation.SHOWN}
    if not rows or Visibility.PUBLIC in shown:
        return Visibility.PUBLIC
    return min(
        shown, default=Visibility.STAFF
    )  # by their words: customers come before staff, and those before unlisted

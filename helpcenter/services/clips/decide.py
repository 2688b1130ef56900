"""What editors do with clips: confirm, change, reject, withdraw."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import AuditRow, Clip, ClipState, FaqClip, FaqEntry, Question, Source, Topic, User
from helpcenter.services import faq, following, questions, search, steps

SHORTEST: Final = 0.5
TRANSITIONS: Final[dict[ClipState, frozenset[ClipState]]] = {
    ClipState.PROPOSED: frozenset({ClipState.CONFIRMED, ClipState.REJECTED}),
    ClipState.CONFIRMED: frozenset({ClipState.WITHDRAWN}),
    ClipState.REJECTED: frozenset({ClipState.CONFIRMED, ClipState.PROPOSED}),
    ClipState.WITHDRAWN: frozenset({ClipState.CONFIRMED}),
}


def confirm(  # noqa: PLR0913 -- all that an editor decides in one form
    db: Session,
    clip: Clip,
    *,
    entry: FaqEntry | None,
    topic: Topic | None,
    title: str,
    start: float,
    end: float,
    language: str,
    editor: User | None,
    now: datetime,
) -> FaqEntry:
    """Publish the clip in `entry`, or in a new one with its title: a question that it answers is answered, and it gets cut.

    Raises InvalidInput for bounds or a title that cannot be, Conflict where somebody decided otherwise meanwhile.
    """
    _set(clip, title=title, start=start, end=end)
    clip.language = language
    _decide(db, clip, ClipState.CONFIRMED, editor=editor, now=now)
    if entry is None:
        entry = faq.create_entry(db, topic=topic, language=language, title=clip.title, body="", editor=editor, now=now)
    faq.attach_clip(db, entry, clip, now=now)
    faq.publish(db, entry, editor=editor, now=now)
    following.note(db, entry, now=now)
    question = db.get(Question, clip.question_id) if clip.question_id else None
    if question:
        questions.answer(db, question, clip=clip, entry=entry, now=now, actor=editor)
    _spread(db, clip, now=now)
    search.index_entry(db, entry.id)
    return entry


def release(db: Session, clip: Clip, *, editor: User | None, now: datetime) -> None:
    """Publish the clip as it is, without an entry: it can be watched and found. Raises Conflict."""
    _decide(db, clip, ClipState.CONFIRMED, editor=editor, now=now)
    _spread(db, clip, now=now)


def change(
    db: Session, clip: Clip, *, title: str, start: float, end: float, editor: User | None, now: datetime
) -> None:
    """Give the clip another title or other bounds; from now on no machine changes them. Raises InvalidInput."""
    if (title.strip(), start, end) == (clip.title, clip.start, clip.end):
        return
    _set(clip, title=title, start=start, end=end)
    clip.edited = True
    _audit(db, clip, "change", editor=editor, now=now)
    if clip.state is ClipState.CONFIRMED:
        _spread(db, clip, now=now)


def reject(db: Session, clip: Clip, *, editor: User | None, now: datetime) -> None:
    """Turn the proposal down; it is not made again. Raises Conflict."""
    _decide(db, clip, ClipState.REJECTED, editor=editor, now=now)
    search.index_recording(db, clip.recording_id)


def withdraw(db: Session, clip: Clip, *, editor: User | None, now: datetime) -> None:
    """Take a public clip back, out of every entry; one that had nothing else is a draft again. Raises Conflict."""
    _decide(db, clip, ClipState.WITHDRAWN, editor=editor, now=now)
    for link in db.scalars(select(FaqClip).where(FaqClip.clip_id == clip.id)).all():
        only_answer = len(link.entry.clips) == 1 and not any(text.body.strip() for text in link.entry.texts)
        if only_answer and link.entry.state in faq.VISIBLE:
            faq.unpublish(db, link.entry, editor=editor, now=now)
        faq.detach_clip(db, link.entry, clip, now=now)
    search.index_recording(db, clip.recording_id)


def _set(clip: Clip, *, title: str, start: float, end: float) -> None:
    title = title.strip()
    version = clip.recording.version
    longest = version.duration if version and version.duration else float("inf")
    if not title:
        raise InvalidInput(N_("Please give the clip a title: best the question that it answers."))
    if not (start >= 0 and end - start >= SHORTEST and start < longest):
        raise InvalidInput(N_("A clip must end after it starts, and lie within the recording."))
    if (title, start, end) != (clip.title, clip.start, clip.end):
        clip.edited = True
    clip.title, clip.start, clip.end = title[:300], start, min(end, longest)


def _decide(db: Session, clip: Clip, to: ClipState, *, editor: User | None, now: datetime) -> None:
    sources = [state for state, targets in TRANSITIONS.items() if to in targets]
    db.flush()
    statement = (
        update(Clip)
        .where(Clip.id == clip.id, Clip.state.in_(sources))
        .values(state=to, decided_at=now, decided_by_id=editor.id if editor else None)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", db.execute(statement)).rowcount != 1:
        raise Conflict
    db.refresh(clip)
    _audit(db, clip, to.value, editor=editor, now=now)


def _spread(db: Session, clip: Clip, *, now: datetime) -> None:
    search.index_recording(db, clip.recording_id)
    version = clip.recording.version
    if clip.recording.source is not Source.YOUTUBE or (version is not None and version.original_key is not None):
        steps.add_cut(db, clip.recording_id, clip.public_id, now=now)


def _audit(db: Session, clip: Clip, action: str, *, editor: User | None, now: datetime) -> None:
    actor = editor.id if editor else None
    db.add(AuditRow(at=now, actor_id=actor, action=action, kind="clip", thing_id=clip.id, detail={}))

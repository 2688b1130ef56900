"""Clips of a session that still runs: there within seconds of the host's word, at the address that they keep.

"Done" makes the clip a proposal, with a draft of an entry beside it; a worker cuts it out of what has arrived so far. When
the recording is there, the pipeline finds the same clip by its origin and gives it its exact bounds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Message
from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqEntry,
    LiveSession,
    Marker,
    Question,
    SessionQuestion,
    Step,
)
from helpcenter.services import faq, live, questions, recordings, steps
from helpcenter.services.clips.suggest import all_titles, suggest_entry
from helpcenter.services.recordings.live import is_running

LEAD: Final = 1.5
"""Seconds before the press: hosts press when they have begun to read the question out."""
TAIL: Final = 0.5
_SEGMENT: Final = timedelta(seconds=10)
"""So far a clip may reach beyond its bounds: it is made of whole segments, the longest of which an encoder chooses."""
SHORTEST: Final = 2.0
"""Seconds between two presses; what is shorter was no answer."""
_WHY: Final = N_("The host answered it live.")
_PUBLISHED: Final = N_("An editor has published this answer in the meantime. It can be withdrawn in the workbench.")


def cut_live(db: Session, session: LiveSession, *, answering: Marker, answered: Marker, now: datetime) -> Clip | None:
    """The clip between the two marks, to be cut at once; None where nothing of ours records, or it was no answer.

    Calling it again for the same answer moves the clip's end, unless somebody has edited it.
    """
    recording = session.recording
    if recording is None or recording.version is None or not is_running(recording):
        return None
    if (answered.at - answering.at).total_seconds() < SHORTEST:
        return None
    start = max(0.0, recording.version.offset(answering.at) - LEAD)
    end = recording.version.offset(answered.at) + TAIL
    clip = _of(db, session, answering) or _new(db, session, answering, start=start, end=end, now=now)
    if not clip.edited and clip.state is ClipState.PROPOSED:
        clip.start, clip.end, clip.provisional = start, max(end, start + SHORTEST), True
    db.flush()
    _link(db, session, clip)
    steps.add_cut(db, recording.id, clip.public_id, now=now, at_once=True)
    live.beat(db, session.id)
    return clip


def undo_live(db: Session, session: LiveSession, *, answering: Marker, now: datetime) -> None:
    """The answer counts no more: its clip and its draft go, and whoever was told waits again.

    Raises Conflict where an editor has published it.
    """
    clip = _of(db, session, answering)
    if clip is None:
        return
    if clip.state not in {ClipState.PROPOSED, ClipState.REJECTED}:
        raise Conflict(_PUBLISHED)
    question = db.get(Question, clip.question_id) if clip.question_id else None
    if question is not None and question.answer_clip_id == clip.id:
        questions.reopen(db, question, now=now, actor=None)
    db.execute(update(SessionQuestion).where(SessionQuestion.clip_id == clip.id).values(clip_id=None))
    db.execute(delete(Step).where(Step.recording_id == clip.recording_id, Step.subject == clip.public_id))
    _drop_draft(db, clip, now=now)
    db.delete(clip)
    db.flush()
    live.beat(db, session.id)


def hide_live(db: Session, session: LiveSession, stretches: Sequence[live.Stretch], *, now: datetime) -> None:
    """Something else is off the record now: what was cut and touches these stretches is shown to nobody, and is cut anew."""
    recording = session.recording
    if recording is None or recording.version is None or not is_running(recording):
        return
    shown = or_(Clip.provisional, Clip.media_key.is_not(None))
    for clip in db.scalars(select(Clip).where(Clip.recording_id == recording.id, shown)):
        begin, end = (recording.version.instant(second) for second in (clip.start, clip.end))
        if any(start < end + _SEGMENT and (stop is None or stop > begin - _SEGMENT) for start, stop in stretches):
            recordings.discard(db, [clip.media_key, clip.poster_key], now=now)
            clip.media_key = clip.poster_key = clip.media_start = None
            clip.media_mode = ""
            db.flush()
            steps.add_cut(db, recording.id, clip.public_id, now=now, at_once=True)


def _of(db: Session, session: LiveSession, answering: Marker) -> Clip | None:
    wanted = select(Clip).where(Clip.recording_id == session.recording_id, Clip.origin == f"marker:{answering.id}")
    return db.scalars(wanted).one_or_none()


def _new(
    db: Session, session: LiveSession, answering: Marker, *, start: float, end: float, now: datetime
) -> Clip:  # fmt: skip
    question = db.get(Question, answering.question_id) if answering.question_id else None
    language = question.language if question else session.language
    topic = (question.topic if question else None) or (session.topics[0] if session.topics else None)
    title = (answering.title or (question.title if question else "") or session.title)[:300]
    assert session.recording is not None
    clip = Clip(
        recording_id=session.recording.id, origin=f"marker:{answering.id}", start=start, end=max(end, start + SHORTEST),
        title=title, language=language, provisional=True, question_id=question.id if question else None,
        proposed_topic_id=topic.id if topic else None, reason=Message(_WHY).as_json(), created_at=now,
    )  # fmt: skip
    db.add(clip)
    db.flush()
    if like := suggest_entry(all_titles(db, language), title=title, language=language):
        clip.proposed_entry_id = like.id
        clip.reason = Message(_WHY).as_json() | {"more": [like.why.as_json()]}
    else:
        entry = faq.create_entry(db, topic=topic, language=language, title=title, body="", editor=None, now=now)
        faq.attach_clip(db, entry, clip, now=now)
        clip.proposed_entry_id = entry.id
    return clip


def _link(db: Session, session: LiveSession, clip: Clip) -> None:
    """The question in the session shows the clip from now on."""
    if clip.question_id is not None:
        item = update(SessionQuestion).where(
            SessionQuestion.session_id == session.id, SessionQuestion.question_id == clip.question_id
        )
        db.execute(item.values(clip_id=clip.id))


def _drop_draft(db: Session, clip: Clip, *, now: datetime) -> None:
    """The draft that was made for the clip goes with it; one on which somebody has worked stays without it."""
    entry = db.get(FaqEntry, clip.proposed_entry_id) if clip.proposed_entry_id else None
    clip.proposed_entry_id = None
    db.flush()
    if entry is None:
        return
    faq.detach_clip(db, entry, clip, now=now)
    untouched = not entry.clips and all(text.revision == 1 and not text.body for text in entry.texts)
    if entry.state is EntryState.DRAFT and untouched:
        db.delete(entry)
        db.flush()

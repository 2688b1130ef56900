"""What follows from the marks: answers end where the next one begins, questions change their stage, clips are cut.

Marks may arrive late and out of order, and may be taken back. So nothing is counted along: after each change all of it is
worked out anew from the marks, and only what differs from before is done.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import (
    AgendaStage,
    LiveSession,
    Marker,
    MarkerKind,
    Question,
    QuestionState,
    SessionQuestion,
    User,
)
from helpcenter.services import clips, live, recordings
from helpcenter.services.console.answers import UNSAID, Answer, answers_of, is_unsaid
from helpcenter.services.console.marking import begin_to_answer, markers_of
from helpcenter.services.questions import states

_EDGE: Final = timedelta(milliseconds=1)
"""By how much an answer ends before the next one begins, so that whoever reads the marks in order finds them paired."""
_UNTOUCHED: Final = frozenset({AgendaStage.OPEN, AgendaStage.SKIPPED})


def settle(
    db: Session, session: LiveSession, before: Sequence[Answer], *, actor: User | None, now: datetime
) -> list[Answer]:
    """Bring everything in line with the marks; the answers as they are now. `before` is what they were."""
    db.flush()
    after = answers_of(markers_of(db, session))
    closings = _close(db, session, after)
    _cut(db, session, before, after, closings, now=now)
    _bring(db, session, before, after, actor=actor, now=now)
    return after


def keep_out(db: Session, session: LiveSession, before: Sequence[live.Stretch], *, now: datetime) -> None:
    """Make anew what was made of the archive before, where something else is off the record now. `before` is what was."""
    changed = set(before) ^ set(live.hidden_stretches(db, session.id))
    if changed and session.recording is not None:
        recordings.make_again(db, session.recording, now=now)
        clips.hide_live(db, session, list(changed), now=now)


def _close(db: Session, session: LiveSession, answers: Sequence[Answer]) -> dict[int, Marker]:
    """The mark that ends each answer, by the id of the one that begins it; those that nobody set are made here."""
    unsaid = {marker.key: marker for marker in markers_of(db, session) if is_unsaid(marker)}
    closings = {one.begin.id: one.closing for one in answers if one.closing}
    for one in answers:
        if one.end is None or one.closing or one.end - one.at <= 2 * _EDGE:
            continue
        key = f"{UNSAID}{one.begin.id}"
        marker = unsaid.pop(key, None) or Marker(
            session_id=session.id, key=key, kind=MarkerKind.ANSWERED, title=one.begin.title,
            question_id=one.begin.question_id, recording_id=one.begin.recording_id,
        )  # fmt: skip
        marker.at = one.end - _EDGE
        db.add(marker)
        closings[one.begin.id] = marker
    for marker in unsaid.values():
        db.delete(marker)
    db.flush()
    return closings


def _cut(
    db: Session,
    session: LiveSession,
    before: Sequence[Answer],
    after: Sequence[Answer],
    closings: dict[int, Marker],
    *,
    now: datetime,
) -> None:
    known = {one.begin.id: (one.at, one.end) for one in before}
    ended = {one.begin.id for one in after if one.end}
    for one in before:
        if one.end and one.begin.id not in ended:
            clips.undo_live(db, session, answering=one.begin, now=now)
    for one in after:
        closing = closings.get(one.begin.id)
        if one.end and closing and known.get(one.begin.id) != (one.at, one.end):
            clips.cut_live(db, session, answering=one.begin, answered=closing, now=now)


def _bring(
    db: Session,
    session: LiveSession,
    before: Sequence[Answer],
    after: Sequence[Answer],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """Bring the questions that these answers are about to their stage."""
    last = {one.begin.question_id: one for one in after}
    touched = ({one.begin.question_id for one in before} | last.keys()) - {None}
    wanted = select(SessionQuestion).where(
        SessionQuestion.session_id == session.id, SessionQuestion.question_id.in_(touched)
    )
    for item in db.scalars(wanted):
        answer = last.get(item.question_id)
        item.answered_at = answer.end if answer else None
        if answer:
            live.bring(db, item, AgendaStage.ANSWERED if answer.end else AgendaStage.ANSWERING, actor=actor, now=now)
        elif item.stage not in _UNTOUCHED:
            live.bring(db, item, AgendaStage.OPEN, actor=actor, now=now)
    for question in db.scalars(select(Question).where(Question.id.in_(touched))):
        answer = last.get(question.id)
        if answer and answer.end is None:
            begin_to_answer(db, question, now=now, actor=actor)
        elif answer is None and question.state is QuestionState.BEING_ANSWERED:
            states.move(db, question, QuestionState.QUEUED, now=now, actor=actor)
    db.flush()

"""Markers of a live session: instants that the host sets while it runs."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import LiveSession, LiveSessionState, Marker, MarkerKind, Question, QuestionState, User
from helpcenter.services.notifications import insert_once
from helpcenter.services.questions import states

RUNNING: Final = frozenset({LiveSessionState.LIVE, LiveSessionState.ENDED})
"""Who pressed a button just before the end is heard as well."""
AHEAD: Final = timedelta(seconds=10)
"""How far a browser's instant may lie before ours; more is a wrong clock."""
BEHIND: Final = timedelta(minutes=5)
"""How long before the beginning a marker may lie: some hosts begin to answer before the platform says that they are live."""
_ENDS: Final = frozenset({MarkerKind.ANSWERED, MarkerKind.ON_RECORD})
"""What ends with the session at the latest, whenever it was pressed."""
_TITLE: Final = 300
_KEY: Final = 64


def mark(  # noqa: PLR0913 -- all that a marker is
    db: Session,
    session: LiveSession,
    *,
    kind: MarkerKind,
    title: str,
    question: Question | None,
    at: datetime,
    key: str | None,
    actor: User | None,
    now: datetime,
) -> Marker:
    """The marker at the instant `at`; the same one as before where its `key` was sent before.

    Answering a question makes it one that is being answered. Raises Conflict where the session does not run, InvalidInput.
    """
    if key and (sent := _of_key(db, session, key)):
        return sent
    check_running(session, at)
    if at > now + AHEAD or (session.live_at and at < session.live_at - BEHIND):
        raise InvalidInput(N_("The marker's time does not lie within the session. Check the clock of your device."))
    if session.ended_at and at > session.ended_at:
        if kind not in _ENDS:
            raise Conflict(N_("The session had ended before that, so it is not kept."))
        at = session.ended_at
    title = " ".join(title.split()) or (question.title if question else "")
    if len(title) > _TITLE or "\0" in title or len(key or "") > _KEY:
        raise InvalidInput(N_("Please describe it in at most %(most)s letters."), most=_TITLE)
    values = {
        "session_id": session.id, "recording_id": session.recording_id, "key": key or None, "at": min(at, now),
        "kind": kind, "title": title, "question_id": question.id if question else None,
        "made_by_id": actor.id if actor else None,
    }  # fmt: skip
    marker_id = insert_once(db, Marker, values)
    if marker_id is None:
        return _must(_of_key(db, session, key or ""))
    if question is not None and kind is MarkerKind.ANSWERING:
        begin_to_answer(db, question, now=now, actor=actor)
    return db.get_one(Marker, marker_id)


def check_running(session: LiveSession, at: datetime) -> None:
    """Raise Conflict, in words, unless marks of the instant `at` can be set and taken back.

    A session is over and its recording in the making within one step, so what was pressed before its end, on a line that was
    lost then, is heard for as long as the recording is made.
    """
    if session.state in RUNNING:
        return
    if session.state is LiveSessionState.PROCESSING and session.ended_at and at <= session.ended_at:
        return
    if session.state is LiveSessionState.CANCELLED:
        raise Conflict(N_("This session has been cancelled in the meantime."))
    if session.ended_at:
        raise Conflict(N_("The session is over. Its chapters can be edited in its recording."))
    raise Conflict(N_("Markers can be set while the session is live."))


def markers_of(db: Session, session: LiveSession) -> list[Marker]:
    """The session's markers in order of time."""
    return list(db.scalars(select(Marker).where(Marker.session_id == session.id).order_by(Marker.at, Marker.id)))


def begin_to_answer(db: Session, question: Question, *, now: datetime, actor: User | None) -> None:
    """The question is being answered from now on; one that has an answer, or is closed, stays as it is."""
    db.refresh(question)
    if QuestionState.BEING_ANSWERED in states.TRANSITIONS[question.state]:
        states.move(db, question, QuestionState.BEING_ANSWERED, now=now, actor=actor)


def _of_key(db: Session, session: LiveSession, key: str) -> Marker | None:
    return db.scalars(select(Marker).where(Marker.session_id == session.id, Marker.key == key)).one_or_none()


def _must(marker: Marker | None) -> Marker:
    if marker is None:
        raise Conflict
    return marker

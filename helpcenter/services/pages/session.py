"""A live session's page, one address from its announcement to its recording."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import (
    DateOption,
    DateVote,
    LiveSession,
    LiveSessionState,
    RecordingState,
    Visibility,
)
from helpcenter.services.pages.board import Board, read_board
from helpcenter.services.pages.choice import watchable
from helpcenter.services.pages.programme import SessionCard, next_sessions, show_card
from helpcenter.services.pages.recording import RecordingPage, find_recording
from helpcenter.services.sessions.states import AHEAD

_S = LiveSessionState


class Option(NamedTuple):
    """A proposed date with its votes; `chosen` by whoever asks."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    votes: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """All that a live session's page shows.

    `board` holds its questions, and where its picture is while it runs; `options` are the dates of an open poll; `recording`
    is set where it can be watched by whoever asks; `instead` are sessions that are still to come, for whoever is here in vain.
    `due`: nobody has begun it, though its time has come; `missed`: its end has passed as well.
    """

    card: SessionCard
    session: LiveSession
    board: Board
    options: list[Option] = field(default_factory=list)
    recording: RecordingPage | None = None
    instead: list[SessionCard] = field(default_factory=list)
    due: bool = False
    missed: bool = False

    @property
    def youtube(self) -> str | None:
        """The video's id while it is live on YouTube."""
        return self.board.picture.youtube


def find_live_session(db: Session, public_id: str) -> LiveSession:
    """The session with this public id; whether somebody may see it is the caller's to check. Raises NotFound."""
    session = db.scalar(select(LiveSession).where(LiveSession.public_id == public_id))
    if session is None:
        raise NotFound
    return session


def show_session(
    db: Session,
    session: LiveSession,
    *,
    voter: str | None,
    language: str,
    visibilities: Collection[Visibility],
    now: datetime,
) -> SessionPage:
    """The session's page for somebody who may find `visibilities` and votes as `voter`."""
    due = session.state in AHEAD and session.starts_at <= now
    missed = due and session.ends_at <= now
    return SessionPage(
        show_card(session, language, now),
        session,
        read_board(db, session),
        _options(db, session, voter, now) if session.state is _S.DRAFT else [],
        _recording(db, session, language, visibilities) if session.state is _S.PUBLISHED else None,
        _instead(db, session, language, visibilities, now) if missed or session.state is _S.CANCELLED else [],
        due,
        missed,
    )


def _options(db: Session, session: LiveSession, voter: str | None, now: datetime) -> list[Option]:
    wanted = (
        select(DateOption, func.count(DateVote.id))
        .outerjoin(DateVote, DateVote.option_id == DateOption.id)
        .where(DateOption.session_id == session.id, DateOption.starts_at > now)
        .group_by(DateOption.id)
        .order_by(DateOption.starts_at)
    )
    mine = (
        select(DateVote.option_id).join(DateOption).where(DateOption.session_id == session.id, DateVote.voter == voter)
    )
    chosen = set(db.scalars(mine)) if voter else set()
    return [
        Option(option.public_id, option.starts_at, option.ends_at, session.zone, votes, option.id in chosen)
        for option, votes in db.execute(wanted)
    ]


def _recording(
    db: Session, session: LiveSession, language: str, visibilities: Collection[Visibility]
) -> RecordingPage | None:
    recording = session.recording
    if recording is None or recording.state is not RecordingState.READY:
        return None
    if recording.visibility not in watchable(visibilities):
        return None
    return find_recording(db, recording.public_id, language=language, visibilities=visibilities)


def _instead(
    db: Session, session: LiveSession, language: str, visibilities: Collection[Visibility], now: datetime
) -> list[SessionCard]:
    topics = [topic.id for topic in session.topics]
    about = next_sessions(db, topics=topics, language=language, visibilities=visibilities, now=now, most=3)
    return about or next_sessions(db, language=language, visibilities=visibilities, now=now, most=3)

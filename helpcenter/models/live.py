"""What happens around a live session while people watch: their questions and votes, guests, and the pulse that tells of changes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpcenter.models.base import Base, Id, PublicContent, PublicId, Title, word
from helpcenter.models.clips import Clip
from helpcenter.models.questions import Question
from helpcenter.models.sessions import LiveSession


class Moderation(StrEnum):
    """Whether the audience sees a question: not yet, yes, no (with a reason)."""

    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"


class AgendaStage(StrEnum):
    """Where a question is in its session; see TRANSITIONS in services/live/states.py."""

    OPEN = "open"
    ANSWERING = "answering"
    ANSWERED = "answered"
    SKIPPED = "skipped"


class SessionQuestion(PublicContent, Base):
    """A question in a live session: asked in it, or taken into its agenda from those that wait.

    `place` is where it stands in the host's agenda, which moves only when he moves it; None while it is not taken in.
    `voter` is the fingerprint of who asked it here (None: it came from elsewhere; "": that is forgotten by now), `name` how he
    wants to be called, "" for nobody's business. `votes` counts all who voted, also those whose rows of QuestionVote are
    forgotten, and is changed by UPDATEs alone, so that pages that are kept stay good. `reason` says why it is hidden;
    `clip_id` is the answer, from the running session on.
    """

    __tablename__ = "session_questions"
    __table_args__ = (
        UniqueConstraint("session_id", "question_id"),
        Index("ix_session_questions_session_place", "session_id", "place"),
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    moderation: Mapped[Moderation] = mapped_column(word(Moderation), default=Moderation.SHOWN)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    place: Mapped[int | None]
    stage: Mapped[AgendaStage] = mapped_column(word(AgendaStage), default=AgendaStage.OPEN)
    voter: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    votes: Mapped[int] = mapped_column(default=0)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    session: Mapped[LiveSession] = relationship()
    question: Mapped[Question] = relationship()
    clip: Mapped[Clip | None] = relationship()


class QuestionVote(Base):
    """Somebody asks this too. `voter` is a fingerprint of his account or of a signed cookie, never a name.

    `network` is a keyed fingerprint of where the vote came from, by which many from one place are seen; it goes with the vote.
    """

    __tablename__ = "question_votes"
    __table_args__ = (UniqueConstraint("question_id", "voter"),)

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("live_sessions.id", ondelete="SET NULL"), index=True)
    voter: Mapped[str] = mapped_column(String(64), index=True)
    network: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)


class DeskDeed(StrEnum):
    """What a host does at the desk of a session."""

    TAKE_ON = "take_on"
    DROP = "drop"
    MOVE = "move"
    ANSWER = "answer"
    DONE = "done"
    SKIP = "skip"
    TOPIC = "topic"
    OFF_RECORD = "off_record"
    ON_RECORD = "on_record"
    UNDO = "undo"


class DeskAction(Base):
    """Something that a host did at the desk; the newest that is not `undone` is what can be taken back.

    `key` is the name that his browser gave it, so that sending it twice does it once. `at` is the instant of the press, while
    `id` counts in the order of arrival. `title` is what it was about; `change` holds what has to be restored to take it back
    (see services/console/deeds.py).
    """

    __tablename__ = "desk_actions"
    __table_args__ = (UniqueConstraint("session_id", "key"),)

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    deed: Mapped[DeskDeed] = mapped_column(word(DeskDeed))
    title: Mapped[Title] = mapped_column(default="")
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    change: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone: Mapped[bool] = mapped_column(default=False)


class LivePulse(Base):
    """Grows with each change that viewers or hosts of the session must hear of; asked for several times a second."""

    __tablename__ = "live_pulses"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("live_sessions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(default=0)


class GuestState(StrEnum):
    """Invited; waiting at the door; seen and heard; gone; sent out by the host."""

    INVITED = "invited"
    KNOCKING = "knocking"
    ADMITTED = "admitted"
    LEFT = "left"
    REMOVED = "removed"


class Guest(Base):
    """Somebody who joins a live session by a link, and is seen and heard through the host's browser.

    `token_hash` is the fingerprint of the link's secret. `offer` and `answer` are the two halves of the WebRTC handshake (SDP,
    with all candidates), of the `round` that is the newest: each reconnection is another. `agreed_at` is when he agreed to
    be recorded; without that he cannot join. `seen_at` is his last sign of life.
    """

    __tablename__ = "session_guests"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    session_id: Mapped[int] = mapped_column(ForeignKey("live_sessions.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[GuestState] = mapped_column(word(GuestState), default=GuestState.INVITED)
    round: Mapped[int] = mapped_column(default=0)
    offer: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    session: Mapped[LiveSession] = relationship()

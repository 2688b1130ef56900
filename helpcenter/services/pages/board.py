"""The questions of a live session as its audience sees them: what is being answered, what is open, what has been answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpcenter.models import (
    AgendaStage,
    Asker,
    Clip,
    ClipState,
    LivePulse,
    LiveSession,
    LiveSessionState,
    Marker,
    MarkerKind,
    Moderation,
    Question,
    QuestionState,
    QuestionVote,
    RecordingState,
    SessionQuestion,
    Visibility,
)
from helpcenter.services.pages.picture import Picture, find_picture
from helpcenter.services.sessions.states import OPEN

_PLACES: Final = {AgendaStage.ANSWERING: "now", AgendaStage.ANSWERED: "answered"}


class Item(NamedTuple):
    """A question as it is shown; `place` is now, open or answered, `asked` how many asked it themselves, beside its `votes`.

    `clip_key` is the answer's file and `seconds` its length, `start` the second of the session's recording where it begins;
    each None where it is not known. `answered` orders what has been answered. `votes_open`: it can be voted for.
    """

    id: str
    title: str
    language: str
    name: str
    place: str
    pinned: bool
    asked: int
    votes: int
    clip_key: str | None = None
    seconds: float | None = None
    start: float | None = None
    answered: float = 0.0
    votes_open: bool = False

    @property
    def people(self) -> int:
        """How many ask this."""
        return self.asked + self.votes


@dataclass(frozen=True, slots=True)
class Board:
    """All that the audience of a session sees change, the same for everybody; the order of `items` says nothing.

    `number` is the pulse that it was read at. `topic` is what is being answered without being one of the questions.
    """

    number: int
    state: LiveSessionState
    visibility: Visibility
    announced: bool
    picture: Picture
    open: bool
    off_record: bool = False
    topic: str = ""
    items: tuple[Item, ...] = ()

    @property
    def stage(self) -> str:
        """Changes whenever the page has another form."""
        kind = "hls" if self.picture.broadcast else "youtube" if self.picture.youtube else "none"
        return f"{self.state.value}-{kind}"

    def of(self, place: str) -> list[Item]:
        """The questions in that place, those that are pinned first, the answered ones the newest first."""
        found = [item for item in self.items if item.place == place]
        return sorted(found, key=lambda item: (not item.pinned, -item.answered))


@dataclass(frozen=True, slots=True)
class Own:
    """What one person did in a session: the ids of the questions voted for, and those asked, newest first."""

    voted: frozenset[str] = frozenset()
    asked: tuple["OwnQuestion", ...] = ()


class OwnQuestion(NamedTuple):
    """One's own question; `reason` says why it is hidden."""

    id: str
    title: str
    moderation: Moderation
    reason: str


def read_board(db: Session, session: LiveSession) -> Board:
    """The board of the session as it is now; six small queries."""
    # The number comes first: what happens between the two reads is then told once more, and not missed.
    number = db.scalar(select(LivePulse.number).where(LivePulse.session_id == session.id)) or 0
    markers = db.execute(
        select(Marker.kind, Marker.title, Marker.question_id, Marker.at)
        .where(Marker.session_id == session.id)
        .order_by(Marker.at, Marker.id)
    ).all()
    live = session.state is LiveSessionState.LIVE
    return Board(
        number, session.state, session.visibility, session.announced_at is not None, find_picture(db, session),
        session.state in OPEN, live and _is_off_record(markers), _topic(markers) if live else "",
        _items(db, session, {row.question_id: row.at for row in markers if row.kind is MarkerKind.ANSWERING}),
    )  # fmt: skip


def read_own(db: Session, session: LiveSession, voter: str | None) -> Own:
    """What whoever votes as `voter` did in this session."""
    if voter is None:
        return Own()
    voted = (
        select(Question.public_id)
        .join(QuestionVote, QuestionVote.question_id == Question.id)
        .join(SessionQuestion, SessionQuestion.question_id == Question.id)
        .where(SessionQuestion.session_id == session.id, QuestionVote.voter == voter)
    )
    asked = (
        select(Question.public_id, Question.title, SessionQuestion.moderation, SessionQuestion.reason)
        .join(SessionQuestion, SessionQuestion.question_id == Question.id)
        .where(SessionQuestion.session_id == session.id, SessionQuestion.voter == voter)
        .order_by(SessionQuestion.id.desc())
    )
    return Own(frozenset(db.scalars(voted)), tuple(OwnQuestion(*row) for row in db.execute(asked)))


def _items(db: Session, session: LiveSession, begun: dict[int | None, datetime]) -> tuple[Item, ...]:
    wanted = (
        select(
            Question.id, Question.public_id, Question.title, Question.language, SessionQuestion.name, SessionQuestion.stage,
            SessionQuestion.pinned, SessionQuestion.votes, SessionQuestion.answered_at,
            Clip.media_key, Clip.start, Clip.end, Clip.recording_id, Clip.state.label("clip_state"), Clip.provisional,
        )
        .join(Question, Question.id == SessionQuestion.question_id)
        .outerjoin(Clip, Clip.id == SessionQuestion.clip_id)
        .where(SessionQuestion.session_id == session.id, SessionQuestion.moderation == Moderation.SHOWN)
        .where(Question.state != QuestionState.MERGED, Question.held_for == "")
        .order_by(Question.public_id)
    )  # fmt: skip
    rows = db.execute(wanted).all()
    if not rows:
        return ()
    askers = _askers(db, session)
    return tuple(_item(session, row, askers.get(row.id, 0), begun.get(row.id)) for row in rows)


def _item(session: LiveSession, row: Any, askers: int, begun: datetime | None) -> Item:
    place = _PLACES.get(row.stage, "open")
    item = Item(
        row.public_id, row.title, row.language, row.name, place, row.pinned, max(1, askers), row.votes,
        votes_open=place == "open" and session.state in OPEN,
    )  # fmt: skip
    if place != "answered":
        return item
    cut_here = row.provisional and row.clip_state is ClipState.PROPOSED
    plays = row.media_key and (row.clip_state is ClipState.CONFIRMED or cut_here)
    return item._replace(
        clip_key=row.media_key if plays else None,
        seconds=row.end - row.start if plays else None,
        start=_start(session, row, begun),
        answered=row.answered_at.timestamp() if row.answered_at else 0.0,
    )


def _start(session: LiveSession, row: Any, begun: datetime | None) -> float | None:
    recording = session.recording
    if (
        session.state is not LiveSessionState.PUBLISHED
        or recording is None
        or recording.state is not RecordingState.READY
    ):
        return None
    if row.recording_id == recording.id:
        return float(row.start)
    return recording.version.offset(begun) if begun and recording.version else None


def _askers(db: Session, session: LiveSession) -> dict[int, int]:
    """Who asked it by name: the first one, and all who have confirmed that they wait for the answer, too."""
    counted = (
        select(Asker.question_id, func.count())
        .join(SessionQuestion, SessionQuestion.question_id == Asker.question_id)
        .where(SessionQuestion.session_id == session.id, or_(Asker.first, Asker.confirmed_at.is_not(None)))
        .group_by(Asker.question_id)
    )
    return dict(db.execute(counted).all())


def _is_off_record(markers: Any) -> bool:
    kinds = [row.kind for row in markers if row.kind in {MarkerKind.OFF_RECORD, MarkerKind.ON_RECORD}]
    return bool(kinds) and kinds[-1] is MarkerKind.OFF_RECORD


def _topic(markers: Any) -> str:
    answers = [row for row in markers if row.kind in {MarkerKind.ANSWERING, MarkerKind.ANSWERED}]
    last = answers[-1] if answers else None
    return last.title if last and last.kind is MarkerKind.ANSWERING and last.question_id is None else ""

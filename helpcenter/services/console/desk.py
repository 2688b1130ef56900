"""The desk as its page shows it: what is being answered, the agenda, what waits, what is done, and what can be taken back."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import (
    AgendaStage,
    DeskAction,
    LiveSession,
    LiveSessionState,
    Marker,
    Moderation,
    Question,
    SessionQuestion,
)
from helpcenter.services import live
from helpcenter.services.console.answers import Answer, answers_of, is_unsaid
from helpcenter.services.console.deeds import last_deed
from helpcenter.services.console.marking import RUNNING, markers_of
from helpcenter.services.console.waiting import Row, in_order, others, rows_of
from helpcenter.services.sessions.states import AHEAD

_PLANNED = AHEAD | {LiveSessionState.LIVE}


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it. `current` is the answer that is being given, `now` its question, where it is one of the session's.

    `agenda` is in the order that the hosts gave it, `inbox` in that of `in_order`, `answered` the newest first. `hidden` are
    those that a moderator took off. `waiting` counts what is not answered, also beyond what is listed. `last` is what undo
    takes back; `number` grows with each deed. `planned`: the agenda can be changed; `running`: marks can be set.
    """

    current: Answer | None
    now: Row | None
    agenda: list[Row]
    inbox: list[Row]
    answered: list[Row]
    hidden: list[Row]
    waiting: int
    off_record: bool
    last: DeskAction | None
    number: int
    markers: list[Marker]
    planned: bool
    running: bool

    @property
    def next(self) -> Row | None:
        """What comes next."""
        return next((row for row in self.agenda if row is not self.now), None)

    @property
    def seen(self) -> str:
        """What whoever looks at this sees being answered; see `Press.seen`."""
        return self.current.key if self.current else ""


def read_desk(db: Session, session: LiveSession) -> Desk:
    """The desk as it is now."""
    markers = markers_of(db, session)
    answers = answers_of(markers)
    current = answers[-1] if answers and answers[-1].end is None and session.state in RUNNING else None
    rows = rows_of(db, session, live.crowds(db, session))
    planned = session.state in _PLANNED
    pool, beside = others(db, session) if planned else ([], 0)
    at_desk = [row for row in rows if not _is(row, Moderation.HIDDEN)]
    todo = [row for row in at_desk if not _is(row, AgendaStage.ANSWERED) and not _is(row, AgendaStage.ANSWERING)]
    agenda = sorted(
        (row for row in at_desk if _place(row) is not None and not _is(row, AgendaStage.ANSWERED)), key=lambda r: (_place(r), r.id)
    )  # fmt: skip
    done = [row for row in at_desk if _is(row, AgendaStage.ANSWERED)]
    hidden = live.hidden_stretches(db, session.id)
    return Desk(
        current=current,
        now=next((row for row in rows if current and row.question.id == current.begin.question_id), None),
        agenda=agenda,
        inbox=in_order([*(row for row in todo if _place(row) is None), *pool], session.kind),
        answered=sorted(done, key=lambda row: (-_answered(row), row.id)),
        hidden=[row for row in rows if _is(row, Moderation.HIDDEN)],
        waiting=len(todo) + beside,
        off_record=bool(hidden) and hidden[-1][1] is None,
        last=last_deed(db, session),
        number=db.scalar(select(func.max(DeskAction.id)).where(DeskAction.session_id == session.id)) or 0,
        markers=[one for one in markers if not is_unsaid(one)],
        planned=planned,
        running=session.state is LiveSessionState.LIVE,
    )


def find_item(db: Session, session: LiveSession, question_id: str) -> SessionQuestion | None:
    """The session's question with this public id, None where it is not one of the session's. Raises NotFound for no question."""
    question = find_question(db, question_id)
    wanted = select(SessionQuestion).where(
        SessionQuestion.session_id == session.id, SessionQuestion.question_id == question.id
    )
    return db.scalars(wanted).one_or_none()


def find_question(db: Session, question_id: str) -> Question:
    """The question with this public id. Raises NotFound."""
    question = db.scalar(select(Question).where(Question.public_id == question_id))
    if question is None:
        raise NotFound
    return question


def _is(row: Row, what: AgendaStage | Moderation) -> bool:
    return row.item is not None and what in (row.item.stage, row.item.moderation)


def _place(row: Row) -> int | None:
    return row.item.place if row.item else None


def _answered(row: Row) -> float:
    return row.item.answered_at.timestamp() if row.item and row.item.answered_at else 0.0

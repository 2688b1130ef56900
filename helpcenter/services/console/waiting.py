"""The questions that wait for this session: those asked in it, and those of its topics that wait for any answer."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from helpcenter.models import (
    AgendaStage,
    Asker,
    LiveSession,
    Moderation,
    Question,
    QuestionState,
    SessionKind,
    SessionQuestion,
    Visibility,
)
from helpcenter.services import topics

_OPEN: Final = (
    QuestionState.NEW,
    QuestionState.ROUTED,
    QuestionState.QUEUED,
    QuestionState.BEING_ANSWERED,
    QuestionState.REOPENED,
)
MOST: Final = 100
MOST_BESIDE: Final = 20
"""How many of the others are offered beside those that are asked in a session."""


class Row(NamedTuple):
    """A question at the desk; `item` is None while it is not one of the session's. `absent` people wait for mail with its answer.

    `crowd` is how many of its votes came from one network, where those are suspiciously many.
    """

    question: Question
    item: SessionQuestion | None
    absent: int
    crowd: int = 0

    @property
    def id(self) -> str:
        """By which addresses and forms speak of it."""
        return self.question.public_id

    @property
    def votes(self) -> int:
        """How many people ask this, too."""
        return self.item.votes if self.item else 0

    @property
    def since(self) -> datetime:
        """From when on it waits."""
        return self.question.created_at

    @property
    def skipped(self) -> bool:
        """Whether the host did not want to answer it yet."""
        return self.item is not None and self.item.stage is AgendaStage.SKIPPED


def rows_of(db: Session, session: LiveSession, crowds: dict[int, int]) -> list[Row]:
    """The session's own questions, but for those that were merged into others, in the order in which they came."""
    wanted = (
        select(SessionQuestion, _absent())
        .join(Question, Question.id == SessionQuestion.question_id)
        .where(SessionQuestion.session_id == session.id, Question.state != QuestionState.MERGED)
        .options(joinedload(SessionQuestion.question), joinedload(SessionQuestion.clip))
        .order_by(SessionQuestion.id)
    )
    return [Row(item.question, item, absent, crowds.get(item.id, 0)) for item, absent in db.execute(wanted)]


def others(db: Session, session: LiveSession) -> tuple[list[Row], int]:
    """The unanswered questions of the session's topics and all below them that are not its own yet, and how many there are.

    Of all topics, where it has none. Those for which most people wait come first; left out are those whose askers have not
    confirmed their address, those that a moderator hid, and those that were asked before a smaller audience. At most `MOST` for
    an open desk, which is there for them; `MOST_BESIDE` for a session.
    """
    absent = _absent()
    anybody = select(Asker.id).where(Asker.question_id == Question.id).exists()
    own = select(SessionQuestion.question_id).where(SessionQuestion.session_id == session.id)
    wanted = and_(
        Question.state.in_(_OPEN), Question.held_for == "", or_(absent > 0, ~anybody),
        Question.id.not_in(own), Question.id.not_in(_kept(session)),
    )  # fmt: skip
    if session.topics:
        wanted = and_(wanted, Question.topic_id.in_(topics.below(db, *session.topics)))
    most = MOST if session.kind is SessionKind.OFFICE_HOURS else MOST_BESIDE
    found = select(Question, absent).where(wanted).order_by(absent.desc(), Question.created_at, Question.id).limit(most)
    number = db.scalar(select(func.count(Question.id)).where(wanted)) or 0
    return [Row(question, None, count) for question, count in db.execute(found)], number


def in_order(rows: list[Row], kind: SessionKind) -> list[Row]:
    """As the desk offers them: for whom somebody absent waits first, then by votes, then by how long they have waited.

    What was skipped comes last; what was not asked in a session comes after what was, while an open desk is there for both.
    """
    apart = kind is SessionKind.SESSION
    return sorted(
        rows,
        key=lambda row: (
            row.skipped,
            apart and row.item is None,
            not row.absent,
            -row.votes,
            row.since,
            row.question.id,
        ),
    )


def _kept(session: LiveSession) -> Select[int]:
    """The questions that other sessions keep to themselves."""
    apart = LiveSession.visibility.not_in({Visibility.PUBLIC, session.visibility})
    asked = select(SessionQuestion.question_id).join(LiveSession)
    return asked.where(
        or_(SessionQuestion.moderation == Moderation.HIDDEN, and_(apart, SessionQuestion.voter.is_not(None)))
    )


def _absent() -> ScalarSelect[int]:
    confirmed = select(func.count(Asker.id)).where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    return confirmed.correlate(Question).scalar_subquery()

"""Votes: somebody asks this, too. Each counts once, and every one that was confirmed is there."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, NotFound, TooMany
from helpcenter.models import (
    AgendaStage,
    LiveSession,
    LiveSessionState,
    Moderation,
    Question,
    QuestionVote,
    SessionQuestion,
)
from helpcenter.services.live.pulse import beat
from helpcenter.services.notifications import insert_once
from helpcenter.services.sessions.states import OPEN

_S = LiveSessionState
PER_NETWORK: Final = 700
"""Votes for one question from one network: a whole company may watch behind one address, a machine may not stuff the box."""
_CROWD: Final = 20
KEPT: Final = timedelta(days=30)
FORGOTTEN: Final = ""
"""Stands in place of whoever asked a question in a session that has long been over."""


class _Target(NamedTuple):
    question_id: int
    voter: str | None
    moderation: Moderation
    stage: AgendaStage


def vote(db: Session, session: LiveSession, item: SessionQuestion, *, voter: str, network: str, now: datetime) -> int:
    """The question's votes, this one among them; the second of a person, and one's own question's, change nothing.

    A merged question's vote is for the one that it was merged into. `network` is a keyed fingerprint (see QuestionVote).
    Raises Conflict where the session is over or the question answered, NotFound for one that is not shown, TooMany.
    """
    beat(db, session.id)  # first of all: whoever changes this session at the same moment waits here
    check_open(db, session)
    target = _target(db, item)
    if target.voter == voter:
        return votes_of(db, target.question_id)
    if target.stage is AgendaStage.ANSWERED:
        raise Conflict(N_("This question has been answered; its answer plays here."))
    _check_network(db, target.question_id, network)
    values = {
        "question_id": target.question_id, "session_id": session.id, "voter": voter, "network": network, "created_at": now,
    }  # fmt: skip
    if insert_once(db, QuestionVote, values) is None:
        return votes_of(db, target.question_id)
    return add_votes(db, target.question_id, 1)


def unvote(db: Session, session: LiveSession, item: SessionQuestion, *, voter: str, network: str, now: datetime) -> int:
    """The question's votes without this person's; where there was none, as they are. Raises as `vote`."""
    del network, now  # the same call as `vote`, so that a view can choose between them
    beat(db, session.id)
    check_open(db, session)
    target = _target(db, item)
    mine = delete(QuestionVote).where(QuestionVote.question_id == target.question_id, QuestionVote.voter == voter)
    if db.execute(mine.returning(QuestionVote.id)).first() is None:
        return votes_of(db, target.question_id)
    return add_votes(db, target.question_id, -1)


def votes_of(db: Session, question_id: int) -> int:
    """How many votes the question has, wherever it stands; also those of whom nothing is kept any more."""
    return db.scalar(select(func.max(SessionQuestion.votes)).where(SessionQuestion.question_id == question_id)) or 0


def add_votes(db: Session, question_id: int, number: int) -> int:
    """Count so many more votes for the question, wherever it stands; how many there are then."""
    # Past the session's objects on purpose: pages that are kept stay good, however many vote.
    more = update(SessionQuestion).where(SessionQuestion.question_id == question_id)
    written = more.values(votes=SessionQuestion.votes + number).returning(SessionQuestion.votes)
    return max(db.scalars(written).all(), default=0)


def forget_old(db: Session, *, now: datetime) -> int:
    """Forget who voted and who asked in sessions that have been over for 30 days; how many votes that were. They still count."""
    over = select(LiveSession.id).where(
        LiveSession.state.not_in({*OPEN, _S.DRAFT}), func.coalesce(LiveSession.ended_at, LiveSession.ends_at) < now - KEPT
    )  # fmt: skip
    asked = update(SessionQuestion).where(SessionQuestion.session_id.in_(over), SessionQuestion.voter.is_not(None))
    db.execute(asked.values(voter=FORGOTTEN).execution_options(synchronize_session=False))
    votes = delete(QuestionVote).where(QuestionVote.session_id.in_(over)).returning(QuestionVote.id)
    return len(db.scalars(votes.execution_options(synchronize_session=False)).all())


def check_open(db: Session, session: LiveSession) -> None:
    """Raise Conflict, in words, unless the audience may ask and vote in this session now."""
    state = db.scalar(select(LiveSession.state).where(LiveSession.id == session.id))
    if state in OPEN:
        return
    if state is _S.DRAFT:
        raise Conflict(N_("This session has no date yet. Questions can be asked as soon as it has one."))
    if state is _S.CANCELLED:
        raise Conflict(N_("This session does not take place. You can ask your question at any time on the page “Ask”."))
    raise Conflict(
        N_("The session is over, and so are its votes. You can ask your question at any time on the page “Ask”.")
    )


def crowds(db: Session, session: LiveSession) -> dict[int, int]:
    """The votes from one network, by the id of the question of the session that they are for, where they are suspiciously many.

    That is 20 or more, and more than half of all for it: a company behind one address, or somebody with many browsers. They
    count all the same; a moderator judges.
    """
    per_network = (
        select(QuestionVote.question_id, func.count().label("number"))
        .where(QuestionVote.question_id.in_(select(SessionQuestion.question_id).where(_in(session))))
        .where(QuestionVote.network != "")
        .group_by(QuestionVote.question_id, QuestionVote.network)
        .subquery()
    )
    most = func.max(per_network.c.number)
    found = (
        select(SessionQuestion.id, most)
        .join(per_network, per_network.c.question_id == SessionQuestion.question_id)
        .where(_in(session))
        .group_by(SessionQuestion.id, SessionQuestion.votes)
        .having(most >= _CROWD, most * 2 > SessionQuestion.votes)
    )
    return dict(db.execute(found).all())


def _in(session: LiveSession) -> Any:
    return SessionQuestion.session_id == session.id


def _target(db: Session, item: SessionQuestion) -> _Target:
    question_id = item.question_id
    while merged := db.scalar(select(Question.merged_into_id).where(Question.id == question_id)):
        question_id = merged
    row = db.execute(
        select(
            SessionQuestion.question_id, SessionQuestion.voter, SessionQuestion.moderation, SessionQuestion.stage
        ).where(SessionQuestion.session_id == item.session_id, SessionQuestion.question_id == question_id)
    ).one_or_none()
    if row is None or row.moderation is not Moderation.SHOWN:
        raise NotFound(N_("This question is not shown here any more."))
    return _Target(*row)


def _check_network(db: Session, question_id: int, network: str) -> None:
    there = select(func.count()).where(QuestionVote.question_id == question_id, QuestionVote.network == network)
    if network and (db.scalar(there) or 0) >= PER_NETWORK:
        raise TooMany(N_("Very many votes for this question came from your network. It takes no more of them."))

"""Moderation: what the audience sees of the questions. Nothing is deleted, and each step says who took it."""

from datetime import datetime
from typing import Final

from sqlalchemy import literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Moderation, QuestionVote, SessionQuestion, User
from helpcenter.services import questions, search
from helpcenter.services.live import states
from helpcenter.services.live.pulse import beat
from helpcenter.services.live.voting import add_votes

_REASON: Final = 1000


def show(db: Session, item: SessionQuestion, *, actor: User | None, now: datetime) -> None:
    """Let the audience see it. Raises Conflict where somebody else was faster."""
    beat(db, item.session_id)
    if states.moderate(db, item, Moderation.SHOWN, actor=actor, now=now):
        item.reason = ""
        search.index_question(db, item.question_id)


def hide(db: Session, item: SessionQuestion, *, reason: str, actor: User | None, now: datetime) -> None:
    """Take it off the page; who asked it reads why. It stays with the hosts. Raises InvalidInput without a reason, Conflict."""
    reason = reason.strip()
    if not reason or len(reason) > _REASON or "\0" in reason:
        raise InvalidInput(N_("Please say in some words why this question is hidden. Who asked it reads them."))
    beat(db, item.session_id)
    states.moderate(db, item, Moderation.HIDDEN, actor=actor, now=now)
    item.reason = reason
    search.index_question(db, item.question_id)


def pin(db: Session, item: SessionQuestion, *, actor: User | None, now: datetime) -> None:
    """Let it stand atop the open questions for everybody."""
    _set_pinned(db, item, pinned=True, actor=actor, now=now)


def unpin(db: Session, item: SessionQuestion, *, actor: User | None, now: datetime) -> None:
    """Let it stand among the others again."""
    _set_pinned(db, item, pinned=False, actor=actor, now=now)


def merge(db: Session, item: SessionQuestion, into: SessionQuestion, *, actor: User | None, now: datetime) -> None:
    """`item` is the same question as `into`: who asked it or voted for it counts there, once. Both keep their pages.

    Raises Conflict for questions of two sessions, for one that is merged already, and as `questions.merge`.
    """
    if item.session_id != into.session_id:
        raise Conflict(N_("These two questions stand in different sessions."))
    beat(db, item.session_id)
    questions.merge(db, item.question, into.question, now=now, actor=actor)
    add_votes(db, into.question_id, _unite_votes(db, item, into, now))
    states.changed(db, into, SessionQuestion.votes)
    states.note(db, item, "merge", actor=actor, now=now, into=into.id)


def _unite_votes(db: Session, item: SessionQuestion, into: SessionQuestion, now: datetime) -> int:
    """Bring the votes for the one to the other, each person once; how many are new there.

    Who asked the one counts as a vote, who asked the other counts there already.
    """
    insert_or_leave = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    names = ["question_id", "session_id", "voter", "network", "created_at"]
    votes = select(
        literal(into.question_id),
        QuestionVote.session_id,
        QuestionVote.voter,
        QuestionVote.network,
        QuestionVote.created_at,
    ).where(
        QuestionVote.question_id == item.question_id, or_(literal(into.voter is None), QuestionVote.voter != into.voter)
    )
    new = [insert_or_leave(QuestionVote).from_select(names, votes)]
    if item.voter and item.voter != into.voter:
        asked = dict(zip(names, (into.question_id, item.session_id, item.voter, "", now), strict=True))
        new.append(insert_or_leave(QuestionVote).values(asked))
    return sum(len(db.scalars(one.on_conflict_do_nothing().returning(QuestionVote.id)).all()) for one in new)


def _set_pinned(db: Session, item: SessionQuestion, *, pinned: bool, actor: User | None, now: datetime) -> None:
    beat(db, item.session_id)
    guarded = update(SessionQuestion).where(SessionQuestion.id == item.id, SessionQuestion.pinned.is_not(pinned))
    if db.execute(guarded.values(pinned=pinned).returning(SessionQuestion.id)).first() is None:
        return  # somebody else did the same
    states.changed(db, item, SessionQuestion.pinned)
    states.note(db, item, "pin" if pinned else "unpin", actor=actor, now=now)

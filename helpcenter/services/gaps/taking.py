"""What a host makes of a gap: a question in his agenda, or no subject."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import AuditRow, GapItem, GapState, LiveSession, Question, SessionQuestion, Topic, User
from helpcenter.services import console, live, questions
from helpcenter.services.console import Press
from helpcenter.services.gaps.agenda import Gap
from helpcenter.services.gaps.decided import decided
from helpcenter.services.questions import states

REASON_LENGTH: Final = 1000
_ONE_TAKER: Final = 7_450_914
NO_SESSION: Final = N_("Choose the session that is to answer it.")


def take(
    db: Session, session: LiveSession, gap: Gap, *, title: str = "", actor: User, now: datetime
) -> SessionQuestion:
    """The gap as a question at the end of the session's agenda.

    Where questions wait, all of them become the session's, and the one for which most people wait stands in its agenda. Where
    none does, `title` (the gap's own where it is "") becomes a question that nobody has asked. Raises Conflict where somebody
    was faster or the session is not open, InvalidInput.
    """
    _one_by_one(db)
    if decided(db).taken & gap.seen.keys():
        raise Conflict(N_("Somebody has taken this into a session in the meantime."))
    waiting = [db.get_one(Question, asked.question.id) for asked in gap.questions]
    waiting = [question for question in waiting if question.state not in states.CLOSED]
    if not waiting:
        topic = db.get(Topic, gap.topic.id) if gap.topic else None
        title = " ".join(title.split()) or gap.title
        waiting = [questions.put(db, title=title, body="", topic=topic, language=gap.language, now=now)]
    items = [live.take_in(db, session, question, now=now, actor=actor) for question in waiting]
    decision = GapItem(
        state=GapState.TAKEN, title=waiting[0].title, language=gap.language, session_id=session.id,
        question_id=waiting[0].id, seen=_seen(gap, waiting), user_id=actor.id, created_at=now,
    )  # fmt: skip
    _keep(db, decision, actor, now)
    press = Press(f"gap-{decision.public_id}", now, now, actor)
    console.take_on(db, session, items[0], press)
    return items[0]


def dismiss(db: Session, gap: Gap, *, reason: str, actor: User, now: datetime) -> GapItem:
    """It is no subject, and why; it is proposed again only with new evidence. Raises InvalidInput without a reason."""
    reason = " ".join(reason.replace("\0", "").split())
    if not reason or len(reason) > REASON_LENGTH:
        raise InvalidInput(N_("Please say in some words why this is no subject."))
    decision = GapItem(
        state=GapState.DISMISSED, title=gap.title, language=gap.language, seen=dict(gap.seen), reason=reason,
        user_id=actor.id, created_at=now,
    )  # fmt: skip
    return _keep(db, decision, actor, now)


def dismissed(db: Session, *, limit: int = 20) -> list[GapItem]:
    """What was dismissed last and is so still."""
    wanted = select(GapItem).where(GapItem.state == GapState.DISMISSED, GapItem.withdrawn_at.is_(None))
    ordered = wanted.order_by(GapItem.created_at.desc(), GapItem.id.desc()).limit(limit)
    return list(db.scalars(ordered.options(joinedload(GapItem.user))))


def bring_back(db: Session, public_id: str, *, actor: User, now: datetime) -> None:
    """Take a dismissal back; once more changes nothing. Raises NotFound."""
    wanted = select(GapItem).where(GapItem.public_id == public_id, GapItem.state == GapState.DISMISSED)
    item = db.scalars(wanted.with_for_update()).one_or_none()
    if item is None:
        raise NotFound
    if item.withdrawn_at is None:
        item.withdrawn_at = now
        _note(db, item, "bring back", actor, now)


def _one_by_one(db: Session) -> None:
    """Of two hosts who take the same at once, for whichever sessions, the second waits, and then finds it taken."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_TAKER})


def _seen(gap: Gap, waiting: list[Question]) -> dict[str, int]:
    return {**{f"question:{question.id}": 1 for question in waiting}, **gap.seen}


def _keep(db: Session, item: GapItem, actor: User, now: datetime) -> GapItem:
    db.add(item)
    db.flush()
    _note(db, item, item.state.value, actor, now)
    return item


def _note(db: Session, item: GapItem, action: str, actor: User, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=actor.id, action=action, kind="gap", thing_id=item.id, detail={}))

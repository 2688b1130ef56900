"""What people decide about a question that waits: whose it is, what it is about, that it is let in."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, Message
from helpcenter.jobs import ROUTE_QUESTION, defer
from helpcenter.models import AuditRow, Question, Topic, User
from helpcenter.services import questions, routing, search
from helpcenter.services.dispatch.automatic import Mode, give_by_itself
from helpcenter.services.notifications import alert_editors, links
from helpcenter.services.questions.states import CLOSED
from helpcenter.worktime import WorkCalendar

REASON_LENGTH = 1000


def take(db: Session, question: Question, user: User, *, now: datetime) -> None:
    """The person takes the question, whoever has it now. Raises Conflict."""
    questions.assign(db, question, user, now=now, actor=user, reason=None)
    routing.accepted(db, question, user, now)


def give(db: Session, question: Question, expert: User, *, actor: User, now: datetime) -> None:
    """The person gives the question to the expert; who gives away what is his own passes it on. Raises InvalidInput, Conflict."""
    if question.expert_id == actor.id:
        pass_on(db, question, actor, better=expert, now=now)
        return
    if questions.assign(db, question, expert, now=now, actor=actor, reason=None):
        routing.given(db, question, expert, actor=actor, now=now)


def pass_on(  # noqa: PLR0913 -- who, why, and who or what would be better
    db: Session,
    question: Question,
    user: User,
    *,
    better: User | None = None,
    topic: Topic | None = None,
    reason: str = "",
    now: datetime,
    mode: Mode = "auto",
    calendar: WorkCalendar | None = None,
) -> User | None:
    """“Not my topic”: who has the question from now on; None where it has to wait for an editor, who is told.

    It goes to `better`, else, where the site may give questions away (`mode`), to who is clear among the others, never back to
    one who has passed it on. With `topic` it is about that from now on. Raises InvalidInput for himself, Conflict where the
    question is closed or somebody else was faster.
    """
    if better is not None and better.id == user.id:
        raise InvalidInput(N_("That is you. Please choose somebody else, or nobody."))
    _check_his(db, question, user)
    reason = _checked(reason)
    routing.passed_on(db, question, user, better, topic, reason, now)
    _audit(db, question, "pass on", user, now, better=better.id if better else None, reason=reason)
    if topic is not None and topic.id != question.topic_id:
        _set_topic(db, question, topic, user, now)
    if better is not None:
        questions.assign(
            db, question, better, now=now, actor=user, reason=Message("%(why)s", {"why": reason}) if reason else None
        )
        return better
    proposals = routing.propose(db, question, now=now, but=routing.who_passed(db, question), calendar=calendar)
    routing.note_proposals(db, question, proposals, now=now)
    if mode == "auto" and proposals and proposals[0].clear:
        give_by_itself(db, question, proposals, now=now)
        return proposals[0].expert
    _leave_to_editors(db, question, user, now)
    return None


def set_topic(db: Session, question: Question, topic: Topic | None, *, actor: User, now: datetime) -> bool:
    """The question is about `topic`; False where it is so already. Raises Conflict for a closed one."""
    if (topic.id if topic else None) == question.topic_id:
        return False
    _check_open(question)
    _set_topic(db, question, topic, actor, now)
    routing.retopiced(db, question, now=now)
    return True


def release(db: Session, question: Question, *, actor: User, now: datetime) -> None:
    """What was held back may be seen, and is routed. Raises Conflict where somebody has decided about it already."""
    try:
        questions.release(db, question, now=now, actor=actor)
    except Conflict as error:
        raise Conflict(N_("Somebody has decided about this question already.")) from error
    defer(db, ROUTE_QUESTION, question.id)


def _set_topic(db: Session, question: Question, topic: Topic | None, actor: User, now: datetime) -> None:
    db.flush()
    was = question.topic_id
    moved = update(Question).where(Question.id == question.id, Question.topic_id.is_not_distinct_from(was))
    if db.execute(moved.values(topic_id=topic.id if topic else None).returning(Question.id)).first() is None:
        raise Conflict
    db.refresh(question)
    _audit(db, question, "topic", actor, now, **{"from": was, "to": topic.id if topic else None})
    search.index_question(db, question.id)


def _leave_to_editors(db: Session, question: Question, user: User, now: datetime) -> None:
    db.flush()
    had = question.expert_id
    if had is None:
        return
    left = update(Question).where(Question.id == question.id, Question.expert_id == had)
    if db.execute(left.values(expert_id=None).returning(Question.id)).first() is None:
        raise Conflict
    db.refresh(question)
    said = N_("A question was passed on, and nobody else is likely to have its answer: %(title)s")
    alert_editors(
        db, effect_key=f"question-for-nobody:{question.public_id}:{now:%Y%m%dT%H%M%S}:{user.public_id}",
        message=Message(said, {"title": question.title}), link=links.staff_question_path(question.public_id), now=now,
    )  # fmt: skip


def _check_his(db: Session, question: Question, user: User) -> None:
    """Raise Conflict where the question is closed, or is not his to pass on: somebody else has it, or he has done so already."""
    db.flush()
    # Locked: the second click of two, or who takes it at this moment, waits until it is decided.
    locked = select(Question).where(Question.id == question.id).with_for_update()
    db.scalars(locked.execution_options(populate_existing=True)).one()
    _check_open(question)
    if question.expert_id not in {None, user.id}:
        raise Conflict(N_("Somebody else has this question by now."))
    if question.expert_id is None and user.id in routing.who_passed(db, question):
        raise Conflict(N_("This question has been passed on already."))


def _check_open(question: Question) -> None:
    if question.state in CLOSED:
        raise Conflict(N_("This question is closed. Reopen it first."))


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise InvalidInput(N_("Please say it in at most %(most)s letters."), most=REASON_LENGTH)
    return reason


def _audit(db: Session, question: Question, action: str, actor: User, now: datetime, **detail: object) -> None:
    db.add(AuditRow(at=now, actor_id=actor.id, action=action, kind="question", thing_id=question.id, detail=detail))
    db.flush()

"""What is done about an overdue question: its people are reminded, it is passed on, the admins are told, again each working day."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Alarm, AuditRow, Question, QuestionState, User
from helpcenter.services.fate.duty import duty_of, next_one
from helpcenter.services.notifications import alert_admins, queue_mail
from helpcenter.services.notifications.links import staff_question_path
from helpcenter.services.questions.assigning import assign
from helpcenter.services.questions.states import move
from helpcenter.settings import Settings

_BY_ROTA: Final = N_("It is overdue. You are the next on duty, so it has been passed on to you.")
_BY_TOPIC: Final = N_("It is overdue. You answer for its topic, so it has been passed on to you.")
_NOBODY: Final = N_("“%(title)s” is overdue, and nobody has taken it on.")
_SOMEBODY: Final = N_("“%(title)s” is overdue. It is with %(person)s, who was reminded.")
_HELD: Final = N_("“%(title)s” is overdue. It was held back, and waits for a moderator.")


def raise_alarm(db: Session, question: Question, *, settings: Settings, now: datetime) -> Alarm | None:
    """The alarm that follows on the question's present one, raised; None where somebody else was faster.

    Whoever has it is reminded. If that does not help, it is passed on, once; where nobody else could have it, or that does
    not help either, the admins are told, again each working day until something happens.
    """
    had, due_at, at = question.expert, question.due_at, question.alarm_at
    duty = duty_of(db, question, now=now)
    follower = next_one(db, question, now=now, but={had.id} if had else ()) if duty.passable else None
    to = _follows(question.alarm, can_pass=follower is not None)
    if not _claim(db, question, to, settings=settings, now=now):
        return None
    detail = {"due": due_at.isoformat() if due_at else None}
    db.add(AuditRow(at=now, actor_id=None, action=to.value, kind="question", thing_id=question.id, detail=detail))
    if to is Alarm.REMINDED:
        for person in duty.people:
            _mail(db, question, person, "question_due", settings, now)
    elif to is Alarm.PASSED_ON and follower is not None:
        _pass_on(db, question, follower[0], by_rota=follower[1], settings=settings, now=now)
    elif at is not None:
        message = _complaint(question, passable=duty.passable)
        key = f"question-overdue:{question.public_id}:{at:%Y%m%dT%H%M%S}"
        alert_admins(db, effect_key=key, message=message, link=staff_question_path(question.public_id), now=now)
    return to


def _follows(alarm: Alarm, *, can_pass: bool) -> Alarm:
    if alarm is Alarm.NONE:
        return Alarm.REMINDED
    return Alarm.PASSED_ON if alarm is Alarm.REMINDED and can_pass else Alarm.ESCALATED


def _claim(db: Session, question: Question, to: Alarm, *, settings: Settings, now: datetime) -> bool:
    calendar, after = settings.working_time, settings.due_after
    wait = {Alarm.REMINDED: after["passed on"], Alarm.PASSED_ON: after["escalated"]}.get(to, calendar.day_length)
    guarded = update(Question).where(
        Question.id == question.id,
        Question.state == question.state,
        Question.alarm == question.alarm,
        Question.alarm_at == question.alarm_at,
    )
    claimed = guarded.values(alarm=to, alarm_at=calendar.add(now, wait)).returning(Question.id)
    won = db.execute(claimed).first() is not None
    db.refresh(question)
    return won


def _pass_on(db: Session, question: Question, to: User, *, by_rota: bool, settings: Settings, now: datetime) -> None:
    had, kept = question.expert, (question.due_at, question.alarm, question.alarm_at)
    if question.state is QuestionState.QUEUED:
        move(db, question, QuestionState.NEW, now=now, actor=None)
    assign(db, question, to, now=now, actor=None, reason=Message(_BY_ROTA if by_rota else _BY_TOPIC))
    # It does not become punctual by changing hands: its due date stays, and so does what follows.
    question.due_at, question.alarm, question.alarm_at = kept
    if had is not None:
        _mail(db, question, had, "question_passed_on", settings, now, to=to.name or to.email)


def _mail(
    db: Session, question: Question, person: User, kind: str, settings: Settings, now: datetime, **more: Any
) -> None:
    due_at = question.due_at or now
    queue_mail(
        db,
        effect_key=f"{kind.replace('_', '-')}:{question.public_id}:{person.public_id}:{due_at:%Y%m%dT%H%M%S%f}",
        kind=kind,
        params={
            "question": question.public_id, "title": question.title, "due_at": due_at.isoformat(), "zone": settings.zone, **more,
        },
        recipient=person.email,
        language=person.language,
        now=now,
    )  # fmt: skip


def _complaint(question: Question, *, passable: bool) -> Message:
    title = question.title
    if question.expert is not None:
        return Message(_SOMEBODY, {"title": title, "person": question.expert.name or question.expert.email})
    return Message(_NOBODY if passable else _HELD, {"title": title})

"""What can be decided about a question on its page: each reads the form, and calls one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.errors import NotFound
from helpcenter.models import LiveSession, Question, User
from helpcenter.permissions import Action
from helpcenter.services import dispatch, questions, sessions
from helpcenter.services.questions.assigning import may_have
from helpcenter.web import allowed, now, settings, signed_in_user


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done to a question: how, and which notice follows, on its page or, where `leaves`, above the list."""

    do: Callable[[Session, Question, Form], bool]
    done: str
    leaves: bool = False
    action: Action = Action.ANSWER


def _take(db: Session, found: Question, _: Form) -> bool:
    dispatch.take(db, found, signed_in_user(), now=now())
    return True


def _give(db: Session, found: Question, form: Form) -> bool:
    expert = _person(db, form)
    if expert is None:
        form.errors.setdefault("expert", gettext("Please choose somebody."))
    else:
        dispatch.give(db, found, expert, actor=signed_in_user(), now=now())
    return form.ok


def _pass_on(db: Session, found: Question, form: Form) -> bool:
    better, topic = _person(db, form), form.topic(db, "better_topic")
    if form.ok:
        mine = signed_in_user()
        whose = mine if found.expert is None or not allowed(Action.ANSWER) else found.expert
        dispatch.pass_on(
            db, found, whose, better=better, topic=topic, reason=form.get("why"), now=now(), mode=settings().route,
            calendar=settings().working_time,
        )  # fmt: skip
    return form.ok


def _set_topic(db: Session, found: Question, form: Form) -> bool:
    topic = form.topic(db)
    if form.ok:
        dispatch.set_topic(db, found, topic, actor=signed_in_user(), now=now())
    return form.ok


def _merge(db: Session, found: Question, form: Form) -> bool:
    into = db.scalar(select(Question).where(Question.public_id == form.get("into")))
    if into is None or (into.held_for and not allowed(Action.MODERATE)):
        form.errors["into"] = gettext("Please choose the question that it is part of.")
    else:
        questions.merge(db, found, into, now=now(), actor=signed_in_user())
    return form.ok


def _decline(db: Session, found: Question, form: Form) -> bool:
    questions.decline(db, found, reason=form.get("reason"), now=now(), actor=signed_in_user())
    return True


def _schedule(db: Session, found: Question, form: Form) -> bool:
    try:
        session: LiveSession = sessions.find(db, form.get("session"))
    except NotFound:
        form.errors["session"] = gettext("Please choose a session.")
        return False
    dispatch.schedule(db, found, session, actor=signed_in_user(), now=now())
    return True


def _release(db: Session, found: Question, _: Form) -> bool:
    dispatch.release(db, found, actor=signed_in_user(), now=now())
    return True


DEEDS: Final = {
    "take": Deed(_take, "taken"),
    "give": Deed(_give, "given", leaves=True),
    "pass": Deed(_pass_on, "passed", leaves=True),
    "topic": Deed(_set_topic, "retopiced"),
    "merge": Deed(_merge, "merged", leaves=True),
    "decline": Deed(_decline, "declined", leaves=True),
    "schedule": Deed(_schedule, "planned"),
    "release": Deed(_release, "released", action=Action.MODERATE),
}


def _person(db: Session, form: Form) -> User | None:
    chosen = form.get("expert")
    person = db.scalar(select(User).where(User.public_id == chosen)) if chosen else None
    if chosen and (person is None or not may_have(person)):
        form.errors["expert"] = gettext("This person does not answer questions any more. Please choose another.")
        return None
    return person

"""A question's page, and what who waits for the answer decides there. What leads to it is in asking/."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.errors import HelpCenterError, InvalidInput, NotFound
from helpcenter.models import Asker, Question
from helpcenter.permissions import Action
from helpcenter.services import attachments, circle, pages, questions
from helpcenter.services.sessions.times import say_moment
from helpcenter.web import (
    allowed,
    cached_page,
    check,
    current_user,
    language,
    limiter,
    now,
    public,
    reading,
    say,
    settings,
    transaction,
    visibilities,
)
from helpcenter.web.questions import check_seen as _check_seen
from helpcenter.web.questions import first_asker

bp = Blueprint("questions", __name__)


@bp.get("/questions/<public_id>")
@public
def question(public_id: str) -> ResponseReturnValue:
    """How the question stands. With the `?key=` of his mail, an asker sees what he wrote, and decides about mail."""
    return question_page(public_id, request.args)


@bp.post("/questions/<public_id>/confirm")
@public
@limiter.limit("60/hour")
def confirm(public_id: str) -> ResponseReturnValue:
    """The asker of this key may be written to."""
    with transaction() as db:
        asker = asker_here(db, public_id)
        questions.confirm_asker(db, asker, now=now())
    return _back(public_id, "confirmed")


@bp.post("/questions/<public_id>/leave")
@public
@limiter.limit("60/hour")
def leave(public_id: str) -> ResponseReturnValue:
    """The asker of this key wants no more mail; his address is forgotten."""
    with transaction() as db:
        questions.leave(db, asker_here(db, public_id))
    return redirect(url_for("questions.left"), 303)


@bp.get("/ask/left")
@public
@cached_page
def left() -> ResponseReturnValue:
    """No more mail, and how to come back."""
    return render_template("questions/left.html")


@bp.post("/questions/<public_id>/circle")
@public
@limiter.limit("60/hour")
def share(public_id: str) -> ResponseReturnValue:
    """The asker of this key lets super-users see his question, or takes that back."""
    with transaction() as db:
        wanted = questions.find(db, public_id)
        if first_asker(wanted, request.form.get("key", "")) is None:
            raise NotFound
        questions.share(db, wanted, agreed=request.form.get("agreed") == "yes")
    return _back(public_id, "circle")


@bp.post("/questions/<public_id>/again")
@public
@limiter.limit("20/hour")
def ask_again(public_id: str) -> ResponseReturnValue:
    """Take a question up again that was declined, says the asker of this key, and why."""
    try:
        with transaction() as db:
            asker, reason = asker_here(db, public_id), request.form.get("reason", "")
            questions.take_up_again(db, asker, reason=reason, now=now(), actor=current_user())
    except InvalidInput as error:
        return question_page(public_id, request.form, error), error.status
    return _back(public_id, "reopened")


@bp.post("/questions/<public_id>/join")
@public
@limiter.limit("10/hour")
def join(public_id: str) -> ResponseReturnValue:
    """Wait for the same answer."""
    check(Action.ASK)
    form, user = request.form, current_user()
    try:
        with transaction() as db:
            wanted = questions.find(db, public_id)
            _check_seen(db, wanted, None, user)
            while wanted.merged_into_id:  # that is what he would be written to about
                wanted = db.get_one(Question, wanted.merged_into_id)
                _check_seen(db, wanted, None, user)
            questions.join(
                db, wanted, email=user.email if user else form.get("email", ""), name=user.name if user else form.get("name", ""),
                language=language(), user=user, now=now(),
            )  # fmt: skip
    except InvalidInput as error:
        return question_page(public_id, form, error), error.status
    return redirect(url_for("questions.question", public_id=public_id, told="joined" if user else "mailed"), 303)


def question_page(public_id: str, form: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    """The question's page for whoever asks, with what he typed and what is wrong with it. Raises NotFound."""
    key, user = request.values.get("key", ""), current_user()
    with reading() as db:
        wanted = questions.find(db, public_id)
        asker = questions.asker_for_key(settings(), wanted, key) if key else questions.own_asker(wanted, user)
        _check_seen(db, wanted, asker, user)
        page = pages.show_question(db, wanted, language=language(), visibilities=visibilities(), now=now())
        first, given = first_asker(wanted, key), circle.given_answer(db, wanted)
        files = attachments.of_question(db, wanted) if first else []
    return render_template(
        "questions/question.html", page=page, given=given, first=first, files=files,
        asker=asker, key=key if asker else "", told=request.args.get("told"), form=form,
        trusted=first is not None or allowed(Action.READ_QUESTION), error=say(error.message) if error else "",
    )  # fmt: skip


def asker_here(db: Session, public_id: str) -> Asker:
    """The asker whose `key` the form holds, or who is signed in. Raises NotFound."""
    wanted, key = questions.find(db, public_id), request.form.get("key", "")
    asker = questions.asker_for_key(settings(), wanted, key) if key else questions.own_asker(wanted, current_user())
    if asker is None:
        raise NotFound
    return asker


@bp.app_template_global()
def moment(at: datetime) -> str:
    """The instant in words, on the clocks of this site."""
    return say_moment(at, settings().zone, language())


def _back(public_id: str, told: str) -> ResponseReturnValue:
    key = request.form.get("key", "")
    return redirect(url_for("questions.question", public_id=public_id, key=key, told=told), 303)

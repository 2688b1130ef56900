"""A question's page, and what who waits for the answer decides there. What leads to it is in asking/."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.errors import HelpCenterError, InvalidInput, NotFound
from helpcenter.permissions import Action
from helpcenter.services import attachments, pages, questions
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
from helpcenter.web.questions import asker_of_key as _asker
from helpcenter.web.questions import check_seen as _check_seen
from helpcenter.web.questions import find_question as _find
from helpcenter.web.questions import first_asker
from helpcenter.web.questions import own_asker as _own

bp = Blueprint("questions", __name__)


@bp.get("/questions/<public_id>")
@public
def question(public_id: str) -> ResponseReturnValue:
    """How the question stands. With the `?key=` of his mail, an asker sees what he wrote, and decides about mail."""
    return _question_page(public_id, request.args)


@bp.post("/questions/<public_id>/confirm")
@public
@limiter.limit("60/hour")
def confirm(public_id: str) -> ResponseReturnValue:
    """The asker of this key may be written to."""
    with transaction() as db:
        asker = _asker(db, public_id)
        questions.confirm_asker(db, asker, now=now())
    return _back(public_id, "confirmed")


@bp.post("/questions/<public_id>/leave")
@public
@limiter.limit("60/hour")
def leave(public_id: str) -> ResponseReturnValue:
    """The asker of this key wants no more mail; his address is forgotten."""
    with transaction() as db:
        questions.leave(db, _asker(db, public_id))
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
        wanted = _find(db, public_id)
        if first_asker(wanted, request.form.get("key", "")) is None:
            raise NotFound
        questions.share(db, wanted, agreed=request.form.get("agreed") == "yes")
    return _back(public_id, "circle")


@bp.post("/questions/<public_id>/reopen")
@public
@limiter.limit("20/hour")
def reopen(public_id: str) -> ResponseReturnValue:
    """The answer did not solve it, says the asker of this key."""
    with transaction() as db:
        asker = _asker(db, public_id)
        questions.reopen(db, asker.question, now=now(), actor=current_user())
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
            wanted = _find(db, public_id)
            _check_seen(db, wanted, None, user)
            questions.join(
                db, wanted, email=user.email if user else form.get("email", ""), name=user.name if user else form.get("name", ""),
                language=language(), user=user, now=now(),
            )  # fmt: skip
    except InvalidInput as error:
        return _question_page(public_id, form, error), error.status
    return redirect(url_for("questions.question", public_id=public_id, told="joined" if user else "mailed"), 303)


def _question_page(public_id: str, form: Mapping[str, str], error: HelpCenterError | None = None) -> str:
    key, user = request.values.get("key", ""), current_user()
    with reading() as db:
        wanted = _find(db, public_id)
        asker = questions.asker_for_key(settings(), wanted, key) if key else _own(wanted, user)
        _check_seen(db, wanted, asker, user)
        page = pages.show_question(db, wanted, language=language(), visibilities=visibilities())
        first = first_asker(wanted, key)
        files = attachments.of_question(db, wanted) if first else []
    return render_template(
        "questions/question.html", page=page, asker=asker, key=key if asker else "", told=request.args.get("told"), form=form,
        trusted=first is not None or allowed(Action.READ_QUESTION), first=first, files=files,
        error=say(error.message) if error else "",
    )  # fmt: skip


def _back(public_id: str, told: str) -> ResponseReturnValue:
    key = request.form.get("key", "")
    return redirect(url_for("questions.question", public_id=public_id, key=key, told=told), 303)

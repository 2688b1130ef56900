"""What super-users suggest: experts confirm it with one click, or say no."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import NotFound
from helpcenter.models import HelperSuggestion
from helpcenter.permissions import Action
from helpcenter.services import circle, questions
from helpcenter.web import check, now, reading, require, safe_next, signed_in_user, transaction


@bp.get("/suggestions")
@require(Action.ANSWER)
def suggestions() -> ResponseReturnValue:
    """All suggestions that whoever asks may decide about, by question."""
    with reading() as db:
        return render_template(
            "workbench/suggestions.html", waiting=circle.waiting(db, signed_in_user()), tab="workbench.suggestions"
        )


@bp.post("/suggestions/<public_id>/confirm")
@require(Action.ANSWER)
def confirm_suggestion(public_id: str) -> ResponseReturnValue:
    """It becomes the answer, or brings the two questions together."""
    with transaction() as db:
        circle.confirm(db, _found(db, public_id), expert=signed_in_user(), now=now())
    return _back("confirmed_suggestion")


@bp.post("/suggestions/<public_id>/reject")
@require(Action.ANSWER)
def reject_suggestion(public_id: str) -> ResponseReturnValue:
    """It is not taken; the super-user reads why."""
    with transaction() as db:
        reason = request.form.get("reason", "")
        circle.reject(db, _found(db, public_id), expert=signed_in_user(), reason=reason, now=now())
    return _back("rejected_suggestion")


def _found(db: Session, public_id: str) -> HelperSuggestion:
    """The suggestion, if whoever asks may answer its question. Raises NotFound, Forbidden."""
    found = db.scalar(select(HelperSuggestion).where(HelperSuggestion.public_id == public_id))
    if found is None:
        raise NotFound
    check(Action.ANSWER, own=questions.is_theirs(db, found.question, signed_in_user()))
    return found


def _back(done: str) -> ResponseReturnValue:
    """To the page of this site that the form names in `next`, else to all suggestions."""
    if request.form.get("next"):
        return redirect(safe_next(request.form["next"]), 303)
    return redirect(url_for("workbench.suggestions", done=done), 303)

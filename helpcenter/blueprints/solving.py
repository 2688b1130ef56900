"""Whether the answer solved it: the two buttons on a question's page."""

from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.blueprints.questions import asker_here, question_page
from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Question
from helpcenter.services import questions
from helpcenter.services.questions import Trouble
from helpcenter.web import current_user, limiter, now, public, transaction

bp = Blueprint("solving", __name__)

TROUBLES: Final = {
    Trouble.OTHER_CASE: N_("It did not fit my case"),
    Trouble.OUTDATED: N_("It is outdated"),
    Trouble.UNCLEAR: N_("I did not understand it"),
    Trouble.WRONG_PRODUCT: N_("It is about another product"),
    Trouble.OTHER: N_("Something else"),
}


@bp.post("/questions/<public_id>/solved")
@public
@limiter.limit("60/hour")
def solved(public_id: str) -> ResponseReturnValue:
    """The answer solved it, says the asker of this key, or who is signed in."""
    with transaction() as db:
        questions.say_solved(db, asker_here(db, public_id), now=now(), actor=current_user())
    return _back(public_id, "solved")


@bp.post("/questions/<public_id>/reopen")
@public
@limiter.limit("20/hour")
def reopen(public_id: str) -> ResponseReturnValue:
    """The answer did not solve it, and why."""
    form = request.form
    trouble = Trouble(form["trouble"]) if form.get("trouble") in list(Trouble) else Trouble.OTHER
    try:
        with transaction() as db:
            asker = asker_here(db, public_id)
            questions.say_unsolved(
                db, asker, trouble=trouble, text=form.get("text", ""), now=now(), actor=current_user()
            )
    except InvalidInput as error:
        return question_page(public_id, form, error), error.status
    return _back(public_id, "reopened")


@bp.app_template_global()
def troubles() -> list[tuple[str, str]]:
    """What an asker may choose why an answer did not solve his question: values and words."""
    return [(trouble.value, gettext(words)) for trouble, words in TROUBLES.items()]


@bp.app_template_global()
def reopened_because(question: Question) -> tuple[str, str] | None:
    """Why the question is open again, in words, and what its asker wrote to that; None where it is not."""
    reason = questions.read_reason(question)
    return (gettext(TROUBLES[reason[0]]), reason[1]) if reason else None


def _back(public_id: str, told: str) -> ResponseReturnValue:
    key = request.form.get("key") or None
    return redirect(url_for("questions.question", public_id=public_id, key=key, told=told), 303)

"""The ask page: typing, being shown what is answered, being warned, sending."""

from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.asking.files import LARGEST_FORM, MEGABYTES, drop, megabytes, take_in
from helpcenter.blueprints.asking.form import draft_of, manner_of, show_form, similar_to, warning_for, words
from helpcenter.blueprints.questions import bp
from helpcenter.errors import InvalidInput, TooMany
from helpcenter.permissions import Action
from helpcenter.services import attachments, questions
from helpcenter.services.questions import Held
from helpcenter.web import cached_page, check, current_user, limiter, now, public, transaction

MAILS: Final = "60/hour"
"""From one network: each question sends a mail to somebody who may not have asked."""


@bp.url_value_preprocessor
def _lift_limit(endpoint: str | None, _: object) -> None:
    # The check of the form's token reads the form before the view runs.
    if endpoint in {"questions.send", "questions.send_file", "questions.add_files"}:
        request.max_content_length = LARGEST_FORM


def _too_often(_: object) -> Response:
    """The page once more, with all that was typed."""
    error = TooMany()
    return make_response(show_form(request.form, error=error), error.status)


@bp.get("/ask")
@public
def ask() -> ResponseReturnValue:
    """The form, with what is already answered for the words in `?q=`; not kept, since it says when it was shown."""
    given = {name: request.args.get(name, "") for name in ("topic", "from")}
    return show_form({"title": words(), **given})


@bp.post("/ask")
@public
@limiter.limit(MAILS, on_breach=_too_often)
@limiter.limit(MEGABYTES, cost=megabytes, on_breach=_too_often)
def send() -> ResponseReturnValue:
    """Keep the question; whoever is not signed in confirms his address by mail first.

    Personal data in it is shown to him once before. Whatever is wrong, nothing that he typed or chose is lost.
    """
    check(Action.ASK)
    form = request.form
    take_in(request.files.getlist("files"), ticket=form.get("ticket", ""))
    drop(form.getlist("drop"), ticket=form.get("ticket", ""))
    if warning := warning_for(form):
        return show_form(form, warning=warning)
    try:
        with transaction() as db:
            draft = draft_of(db, form)
            question = questions.send(db, draft, manner_of(draft, form), now=now())
            attachments.attach(db, question, form.get("ticket", ""), now=now())
            public_id, held = question.public_id, question.held_for
    except (InvalidInput, TooMany) as error:
        return show_form(form, error=error), error.status
    if current_user():
        return redirect(url_for("questions.question", public_id=public_id), 303)
    looked = "language" if held == Held.LANGUAGE else "1" if held else None
    return redirect(url_for("questions.asked", looked=looked), 303)


@bp.get("/ask/thanks")
@public
@cached_page
def asked() -> ResponseReturnValue:
    """What happens next."""
    return render_template("questions/asked.html", looked=request.args.get("looked", ""))


@bp.get("/ask/similar")
@public
@limiter.limit("300/minute")
def similar() -> ResponseReturnValue:
    """What is already answered for the words in `?q=`, as a piece of the ask page."""
    found: dict[str, Any] = similar_to(words())
    return render_template("questions/_similar.html", **found)

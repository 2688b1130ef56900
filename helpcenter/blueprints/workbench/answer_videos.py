"""Answering a question with a short video: recorded in the browser, or taken with the phone and sent as a file."""

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpcenter.blueprints.workbench.answers import own_question
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES, bp
from helpcenter.blueprints.workbench.uploads import addresses_of, room, take_file
from helpcenter.errors import HelpCenterError
from helpcenter.models import Question
from helpcenter.permissions import Action
from helpcenter.services import uploads
from helpcenter.services.questions.states import CLOSED
from helpcenter.web import now, reading, require, say, signed_in_user, transaction


@bp.get("/questions/<public_id>/record")
@require(Action.ANSWER)
def record(public_id: str) -> ResponseReturnValue:
    """The camera, and a file to choose where there is none."""
    return _page(public_id)


@bp.post("/questions/<public_id>/record/details")
@require(Action.ANSWER)
def begin_record(public_id: str) -> ResponseReturnValue:
    """Begin the upload of what was recorded here, {"size", "name"}: {"url", "done"}, or {"detail"} in words."""
    try:
        with transaction() as db:
            begun = uploads.begin(
                db, room(), user=signed_in_user(), name=request.form.get("name", "answer.webm"),
                size=request.form.get("size", 0, type=int), details=_details(own_question(db, public_id)), now=now(),
            )  # fmt: skip
            return jsonify(addresses_of(begun)), 201
    except HelpCenterError as error:
        return jsonify(detail=say(error.message)), error.status


@bp.post("/questions/<public_id>/record")
@require(Action.ANSWER)
def send_record(public_id: str) -> ResponseReturnValue:
    """Take the file in one go."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(public_id, gettext("Please choose the video, or take it now.")), 422
    with reading() as db:
        details = _details(own_question(db, public_id))
    try:
        take_file(file, details)
    except HelpCenterError as error:
        return _page(public_id, say(error.message)), error.status
    return redirect(url_for("workbench.answer", public_id=public_id, done="recorded"), 303)


def _details(found: Question) -> uploads.Details:
    return uploads.Details(
        title=found.title, language=found.language if found.language in LANGUAGE_NAMES else None,
        topic=found.topic.slug if found.topic else "", question=found.public_id,
        unlisted=request.form.get("unlisted") == "1",
    )  # fmt: skip


def _page(public_id: str, error: str = "") -> str:
    with reading() as db:
        found = own_question(db, public_id)
        return render_template("workbench/record.html", question=found, error=error, closed=found.state in CLOSED)

"""The desk: agenda, answers, marks, notes. Each deed is one form with a `key` of its own and `late`, how long it has waited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.console.frame import bp, own
from helpcenter.blueprints.console.showing import STEPS, desk_values, unless_seen, whole_page
from helpcenter.errors import HelpCenterError, NotFound
from helpcenter.models import DeskDeed, LiveSession, SessionQuestion
from helpcenter.permissions import Action
from helpcenter.services import console, live
from helpcenter.services.console import Press
from helpcenter.web import now, reading, require, say, signed_in_user, transaction

LATEST: Final = timedelta(hours=6)
"""How long a press may have waited for the network."""
_SINGLE: Final = {
    DeskDeed.DONE: console.done,
    DeskDeed.OFF_RECORD: console.off_record,
    DeskDeed.ON_RECORD: console.on_record,
}
_OF_QUESTION: Final = {DeskDeed.TAKE_ON: console.take_on, DeskDeed.DROP: console.drop}
Act = Callable[[Session, LiveSession], object]


@bp.get("/<public_id>/desk")
@require(Action.HOST)
def desk(public_id: str) -> ResponseReturnValue:
    """Agenda, inbox, answers; a fragment, or nothing where that is what the page shows already (`?seen=`)."""
    with reading() as db:
        return unless_seen(render_template("console/_desk.html", **desk_values(db, own(db, public_id))))


@bp.post("/<public_id>/desk/<deed>")
@require(Action.HOST)
def do_deed(public_id: str, deed: str) -> ResponseReturnValue:
    """Do it now, or as if it had been done `late` seconds ago; sending it twice does it once, by its key."""
    if deed not in list(DeskDeed):
        raise NotFound
    # Its instant is read before the database is asked for: a press may have to wait for other writers.
    press = _press()
    return change(public_id, lambda db, found: _do(db, found, DeskDeed(deed), press))


@bp.post("/<public_id>/notes")
@require(Action.HOST)
def keep_notes(public_id: str) -> ResponseReturnValue:
    """Keep the notes in place of those that were there; {"notes", "words"} as they are now, 409 where others had changed them."""
    words, status = "", 200
    try:
        with transaction() as db:
            text, was = request.form.get("notes", ""), request.form.get("was", "")
            console.write_notes(db, own(db, public_id), text, was=was, actor=signed_in_user(), now=now())
    except HelpCenterError as refused:
        words, status = _refusal(refused)
    with reading() as db:
        found = own(db, public_id)
        if not request.headers.get("HX-Request"):
            return whole_page(db, found, error=words), status
        return jsonify(notes=found.notes, words=words), status


def change(public_id: str, act: Act) -> ResponseReturnValue:
    """Do it in one transaction, and show the desk as it is then, with words where it could not be done."""
    words, status = "", 200
    try:
        with transaction() as db:
            act(db, own(db, public_id))
    except HelpCenterError as refused:
        words, status = _refusal(refused)
    if not request.headers.get("HX-Request") and not words:
        return redirect(url_for("console.console", public_id=public_id, _anchor="desk"), 303)
    with reading() as db:
        found = own(db, public_id)
        if request.headers.get("HX-Request"):
            return render_template("console/_desk.html", **desk_values(db, found, words)), status
        return whole_page(db, found, error=words), status


def _do(db: Session, found: LiveSession, deed: DeskDeed, press: Press) -> object:
    form = request.form
    if deed is DeskDeed.UNDO:
        return console.undo(db, found, press, target=form.get("target"))
    if deed is DeskDeed.TOPIC:
        return console.topic(db, found, press, title=form.get("title", ""))
    if deed in _SINGLE:
        return _SINGLE[deed](db, found, press)
    return _do_with(db, found, _item(db, found, form.get("question", "")), deed, press)


def _do_with(db: Session, found: LiveSession, item: SessionQuestion | None, deed: DeskDeed, press: Press) -> object:
    if deed is DeskDeed.ANSWER:
        return console.answer(db, found, item, press, title=request.form.get("title", ""))
    if deed is DeskDeed.SKIP:
        return console.skip(db, found, item, press)
    if item is None:
        raise NotFound
    if deed is DeskDeed.MOVE:
        steps = max(-STEPS, min(STEPS, request.form.get("steps", 0, type=int)))
        return console.move(db, found, item, press, steps=steps)
    return _OF_QUESTION[deed](db, found, item, press)


def _press() -> Press:
    form = request.form
    return Press(
        key=form.get("key", ""), at=now() - _late(), now=now(), actor=signed_in_user(), seen=form.get("seen"),
        after=form.get("after", ""),
    )  # fmt: skip


def _late() -> timedelta:
    # How long the press has waited counts, never the browser's clock.
    late = request.form.get("late", 0.0, type=float)
    return min(timedelta(seconds=late), LATEST) if 0 < late < LATEST.total_seconds() else timedelta()


def _item(db: Session, found: LiveSession, question_id: str) -> SessionQuestion | None:
    """The question as one of the session; one that waits elsewhere is taken in."""
    if not question_id:
        return None
    return console.find_item(db, found, question_id) or live.take_in(
        db, found, console.find_question(db, question_id), now=now(), actor=signed_in_user()
    )


def _refusal(refused: HelpCenterError) -> tuple[str, int]:
    if refused.status in {401, 403}:
        raise refused
    return say(refused.message), int(refused.status)

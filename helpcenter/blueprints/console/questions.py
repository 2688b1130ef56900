"""Moderation at the desk: what the audience sees of the questions."""

from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.console.desk import change
from helpcenter.blueprints.console.frame import bp
from helpcenter.errors import NotFound
from helpcenter.models import LiveSession, SessionQuestion
from helpcenter.permissions import Action
from helpcenter.services import console, live
from helpcenter.web import now, require, signed_in_user

_PLAIN: Final = {"show": live.show, "pin": live.pin, "unpin": live.unpin}


@bp.post("/<public_id>/questions/<question_id>/<step>")
@require(Action.HOST)
def moderate(public_id: str, question_id: str, step: str) -> ResponseReturnValue:
    """Show it, hide it with a `reason`, pin it, unpin it, or merge it `into` another. Sent twice, it is done once."""
    if step not in {*_PLAIN, "hide", "merge"}:
        raise NotFound

    def act(db: Session, found: LiveSession) -> None:
        item, actor = _must(db, found, question_id), signed_in_user()
        if step == "hide":
            live.hide(db, item, reason=request.form.get("reason", ""), actor=actor, now=now())
        elif step == "merge":
            into = _must(db, found, request.form.get("into", ""))
            if item.question.merged_into_id != into.question_id:
                live.merge(db, item, into, actor=actor, now=now())
        else:
            _PLAIN[step](db, item, actor=actor, now=now())

    return change(public_id, act)


def _must(db: Session, found: LiveSession, question_id: str) -> SessionQuestion:
    item = console.find_item(db, found, question_id)
    if item is None:
        raise NotFound
    return item

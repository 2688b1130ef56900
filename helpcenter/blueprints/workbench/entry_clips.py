"""The clips of an entry: added, ordered, taken out, one of them best."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.entries import entry_page
from helpcenter.blueprints.workbench.frame import bp
from helpcenter.errors import Conflict, HelpCenterError, NotFound
from helpcenter.models import Clip, ClipState, FaqEntry
from helpcenter.permissions import Action
from helpcenter.services import faq, workbench
from helpcenter.web import check, now, reading, require, transaction


@bp.post("/entries/<public_id>/clips")
@require(Action.EDIT_FAQ)
def entry_clips(public_id: str) -> ResponseReturnValue:
    """Do one thing to one clip: add, best, up, down, remove."""
    action = _ACTIONS.get(request.form.get("action", ""))
    if action is None:
        raise NotFound
    try:
        with transaction() as db:
            found = faq.find(db, public_id)
            if found.state in faq.VISIBLE:
                check(Action.PUBLISH)
            action(db, found, workbench.find_clip(db, request.form.get("clip", "")))
    except Conflict as error:
        return _refused(public_id, error)
    return redirect(url_for("workbench.entry", public_id=public_id, done="save", _anchor="clips"))


def _refused(public_id: str, error: HelpCenterError) -> ResponseReturnValue:
    with reading() as db:
        return entry_page(db, faq.find(db, public_id), error=error), error.status


def _add(db: Session, entry: FaqEntry, clip: Clip) -> None:
    # Proposals become public by being confirmed, not by the back door.
    if clip.state is not ClipState.CONFIRMED:
        raise Conflict
    faq.attach_clip(db, entry, clip, now=now())


def _best(db: Session, entry: FaqEntry, clip: Clip) -> None:
    faq.choose_best(db, entry, clip, now=now())


def _remove(db: Session, entry: FaqEntry, clip: Clip) -> None:
    faq.detach_clip(db, entry, clip, now=now())


def _moved(places: int) -> Callable[[Session, FaqEntry, Clip], None]:
    def move(db: Session, entry: FaqEntry, clip: Clip) -> None:
        names = [link.clip.public_id for link in entry.clips]
        if clip.public_id not in names:
            raise Conflict
        at = names.index(clip.public_id)
        names.insert(max(0, at + places), names.pop(at))
        faq.order_clips(db, entry, names, now=now())

    return move


_ACTIONS = {"add": _add, "best": _best, "remove": _remove, "up": _moved(-1), "down": _moved(1)}

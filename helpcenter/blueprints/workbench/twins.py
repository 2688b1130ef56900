"""Questions that several people asked in the same words: an editor says whether they are one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.workbench.frame import bp
from helpcenter.permissions import Action
from helpcenter.services import questions
from helpcenter.web import now, reading, require, signed_in_user, transaction


@bp.get("/twins")
@require(Action.MODERATE)
def twins() -> ResponseReturnValue:
    """Each question with those that say the same after it."""
    with reading() as db:
        return render_template("workbench/twins.html", found=questions.proposed_merges(db))


@bp.post("/twins/<public_id>")
@require(Action.MODERATE)
def decide_twins(public_id: str) -> ResponseReturnValue:
    """They are one, or they are not."""
    merged = request.form.get("action") == "merge"
    with transaction() as db:
        found = questions.twins_of(db, public_id)
        if merged:
            questions.merge_twins(db, found, now=now(), actor=signed_in_user())
        else:
            questions.keep_apart(db, found)
    return redirect(url_for("workbench.twins", done="merged" if merged else "apart"), 303)

"""Office hours: open the desk now."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES
from helpcenter.errors import HelpCenterError
from helpcenter.models import Topic
from helpcenter.permissions import Action
from helpcenter.services import topics
from helpcenter.services.sessions.desk import LENGTHS, open_desk
from helpcenter.web import language, now, reading, require, settings, signed_in_user, transaction
from helpcenter.web.sessions import template_words

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.context_processor(template_words)
USUAL: Final = 60


@bp.get("")
@require(Action.HOST)
def form() -> ResponseReturnValue:
    """About what, and for how long."""
    return _page(Form({"minutes": str(USUAL), "language": language(), "topics": []}))


@bp.post("")
@require(Action.HOST)
def open_now() -> ResponseReturnValue:
    """Open it, and go to the host's page."""
    typed = Form(request.form.to_dict())
    typed.values["topics"] = request.form.getlist("topics")
    minutes = int(typed.one_of("minutes", {str(length): str(length) for length in LENGTHS}) or USUAL)
    spoken = typed.one_of("language", {code: code for code in LANGUAGE_NAMES})
    if not typed.ok:
        return _page(typed), 422
    try:
        with transaction() as db:
            chosen = db.scalars(select(Topic).where(Topic.slug.in_(typed.values["topics"])).order_by(Topic.id)).all()
            opened = open_desk(
                db, host=signed_in_user(), topics=chosen, minutes=minutes, language=spoken, zone=settings().zone,
                title=typed.get("title"), now=now(),
            )  # fmt: skip
            public_id = opened.public_id
    except HelpCenterError as error:
        status = typed.refuse(error)
        return _page(typed), status
    return redirect(url_for("console.console", public_id=public_id), 303)


def _page(typed: Form) -> str:
    with reading() as db:
        return render_template(
            "desk/open.html", form=typed, topics=topics.flat(db), lengths=LENGTHS, languages=LANGUAGE_NAMES
        )

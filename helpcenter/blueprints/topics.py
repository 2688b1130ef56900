"""What a topic holds."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from helpcenter.services import pages
from helpcenter.web import cached_page, language, now, public, reading, visibilities

bp = Blueprint("topics", __name__)


@bp.get("/topics/<slug>")
@public
@cached_page
def topic(slug: str) -> ResponseReturnValue:
    """The topic's answers and what is below it."""
    with reading() as db:
        page = pages.find_topic(db, slug, language=language(), visibilities=visibilities(), now=now())
    return render_template("topics/topic.html", page=page)

"""The ask box for other sites: a page to be shown in a frame, which leads to our ask page in a window of its own."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.web import cached_page, public

bp = Blueprint("embed", __name__)
"""Its pages may be framed by the hosts of HELPCENTER_EMBED_HOSTS (web/headers.py) and set no cookie (web/languages.py)."""


@bp.get("/embed/ask")
@public
@cached_page
def ask() -> ResponseReturnValue:
    """The box alone, in `?lang=`, about `?topic=`."""
    return render_template("embed/ask.html", topic=request.args.get("topic", ""))

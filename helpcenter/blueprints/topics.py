"""What a topic holds."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("topics", __name__)


@bp.get("/topics/<slug>")
@public
def topic(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

"""Files."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("media", __name__)


@bp.get("/media/<path:key>")
@public
def file(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

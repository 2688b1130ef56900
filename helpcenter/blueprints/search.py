"""Finding."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("search", __name__)


@bp.get("/search")
@public
def search(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)


@bp.get("/search/suggest")
@public
def suggest(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

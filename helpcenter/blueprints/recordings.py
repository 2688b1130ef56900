"""Recordings."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("recordings", __name__)


@bp.get("/recordings/<public_id>")
@public
def recording(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

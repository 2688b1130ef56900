"""Asking."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("questions", __name__)


@bp.get("/ask")
@public
def ask(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)


@bp.get("/questions/<public_id>")
@public
def question(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)


@bp.get("/questions/<public_id>/confirm")
@public
def confirm(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

"""Entries of the FAQ."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from helpcenter.web import public

bp = Blueprint("faq", __name__)


@bp.get("/faq/<slug>")
@public
def entry(**_: str) -> ResponseReturnValue:
    """Comes next."""
    abort(404)

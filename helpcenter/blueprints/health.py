"""Whether this process answers; for load balancers."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from helpcenter.web import public, reading

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
def health() -> ResponseReturnValue:
    """200 and "ok" when the database answers."""
    with reading() as db:
        db.execute(text("SELECT 1"))
    return {"status": "ok"}

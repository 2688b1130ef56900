"""What all parts of the host's page share."""

from flask import Blueprint
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession
from helpcenter.permissions import Action
from helpcenter.services import sessions
from helpcenter.tokens import fingerprint
from helpcenter.web import check
from helpcenter.web.sessions import is_host, template_words

bp = Blueprint("console", __name__, url_prefix="/console")
bp.context_processor(template_words)
bp.context_processor(lambda: {"name_of": lambda body: fingerprint(str(body))[:16]})


def own(db: Session, public_id: str) -> LiveSession:
    """The session, which whoever asks may host. Raises NotFound, Forbidden."""
    found = sessions.find(db, public_id)
    check(Action.HOST, own=is_host(found))
    return found

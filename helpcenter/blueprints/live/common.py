"""What the views of a live session share: the session, whoever asks, and how often one may."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Response, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.blueprints.sessions import check_seen
from helpcenter.errors import N_, NotFound
from helpcenter.models import LiveSession, Question, SessionQuestion, Visibility
from helpcenter.services import pages
from helpcenter.tokens import signature
from helpcenter.web import limiter, settings
from helpcenter.web.limits import network
from helpcenter.web.voters import new_voter, voter

View = TypeVar("View", bound=Callable[..., Any])
OPEN_TO_ALL: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
# A whole company may watch behind one address; what a single browser may do is limited apart from that.
NEW_VOTERS: Final = "1000/hour"
_few_new_voters = limiter.shared_limit(NEW_VOTERS, scope="new voters", exempt_when=lambda: voter() is not None)


def seen_session(db: Session, public_id: str) -> LiveSession:
    """The session, for whoever may see it. Raises NotFound."""
    found = pages.find_live_session(db, public_id)
    check_seen(found)
    return found


def item_of(db: Session, session: LiveSession, question_id: str) -> SessionQuestion:
    """The question of this session with that public id. Raises NotFound."""
    found = (
        select(SessionQuestion)
        .join(Question, Question.id == SessionQuestion.question_id)
        .where(SessionQuestion.session_id == session.id, Question.public_id == question_id)
    )
    item = db.scalars(found).one_or_none()
    if item is None:
        raise NotFound(N_("This question is not shown here any more."))
    return item


def this_voter() -> tuple[str | None, str]:
    """The token that the browser is to remember (None where it has one), and the name under which it votes."""
    known = voter()
    return (None, known) if known else new_voter()


def this_network() -> str:
    """Where the request comes from, as votes keep it: a fingerprint that only we can make."""
    return signature(settings().secret, "network", network())


def limited(per_network: str, per_voter: str) -> Callable[[View], View]:
    """Let one network, and one voter, do this only so often; and one network be only so many new voters."""

    def guard(view: View) -> View:
        each = limiter.limit(per_voter, key_func=lambda: voter() or network(), exempt_when=lambda: voter() is None)
        limits = (limiter.limit(per_network), each, _few_new_voters)
        for limit in limits:
            view = limit(view)  # type: ignore[assignment]  # the decorators return what they get
        return view

    return guard


def wants_json() -> bool:
    """Whether our script asks, not a form."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def page_address(public_id: str, told: str, anchor: str = "questions") -> str:
    """The session's page, made for this browser alone, for whoever has no script."""
    return url_for("sessions.session", public_id=public_id, own=1, told=told, _anchor=anchor)


def private(answer: Response) -> Response:
    """Let nobody keep it."""
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

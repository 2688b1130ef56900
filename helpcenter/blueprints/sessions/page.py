"""One page for a session: before it, while it runs, and after it."""

from collections.abc import Mapping

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.sessions import bp, check_seen
from helpcenter.errors import HelpCenterError
from helpcenter.models import LiveSession, LiveSessionState, Visibility
from helpcenter.services import feeds, pages
from helpcenter.services.pages import SessionPage
from helpcenter.web import cached_page, current_user, language, now, public, reading, say, settings, visibilities
from helpcenter.web.players import Player, player_of_recording, second
from helpcenter.web.voters import voter


@bp.get("/sessions/<public_id>")
@public
@cached_page
def session(public_id: str) -> ResponseReturnValue:
    """The session: before it, live, and after it with its recording from the second `?t=`, or the answer to `?q=`.

    With `?own=` it is made for this very browser, with what it voted for: for those without our script.
    """
    return show_page(public_id)


def show_page(
    public_id: str, *, form: Mapping[str, str] | None = None, error: HelpCenterError | None = None
) -> Response:
    """The session's page, with what was typed into the ask box and what is wrong with it."""
    alone = "own" in request.args or current_user() is not None or form is not None
    with reading() as db:
        found = pages.find_live_session(db, public_id)
        check_seen(found)
        page = pages.show_session(db, found, voter=voter(), language=language(), visibilities=visibilities(), now=now())
        own = pages.read_own(db, found, voter()) if alone else pages.Own()
        data = feeds.structured_data(found, settings()) if _for_all(found) else None
    answer = make_response(
        render_template(
            "sessions/session.html", page=page, player=_player(page), data=data, told=request.args.get("told"), own=own,
            form=form or {}, error=say(error.message) if error else "", chosen=_chosen(page),
        )
    )  # fmt: skip
    if page.options or alone:
        answer.headers["Cache-Control"] = "private, no-store"  # it shows what this very browser voted for
    return answer


def _player(page: SessionPage) -> Player | None:
    """What is watched on the page: YouTube's live picture, or the recording; our own live picture is no file."""
    if page.youtube:
        poster = pages.media_address(page.card.picture_key) if page.card.picture_key else None
        return Player(
            title=page.card.title, start=0, end=None, source=None, youtube=page.youtube, poster=poster,
            audio_only=False, language=None, draft=False,
        )  # fmt: skip
    if page.recording is None:
        return None
    whole = page.recording.whole
    chosen = _chosen(page)
    at = second(request.args.get("t"), whole.duration) or (chosen.start if chosen and chosen.start else 0.0)
    return player_of_recording(whole, page.recording.text, page.recording.chapters, at=at)


def _chosen(page: SessionPage) -> pages.Item | None:
    """The question that `?q=` asks for: the page opens with its answer."""
    wanted = request.args.get("q")
    return next((item for item in page.board.items if item.id == wanted), None)


def _for_all(session: LiveSession) -> bool:
    return session.visibility is Visibility.PUBLIC and session.state is not LiveSessionState.DRAFT

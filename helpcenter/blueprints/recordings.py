"""Recordings to watch as a whole, with chapters and text."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.captions import Cue, to_vtt
from helpcenter.errors import NotFound
from helpcenter.models import RecordingState
from helpcenter.permissions import Action
from helpcenter.services import pages
from helpcenter.web import allowed, cached_page, check_visible, current_user, language, public, reading, visibilities
from helpcenter.web.players import player_of_recording, second, vtt

bp = Blueprint("recordings", __name__)


@bp.get("/recordings/<public_id>")
@public
@cached_page
def recording(public_id: str) -> ResponseReturnValue:
    """The player at `?t=`, the chapters, the text, and the answers made from it."""
    with reading() as db:
        page = pages.find_recording(db, public_id, language=language(), visibilities=visibilities())
    check_watchable(page.whole)
    ready = page.whole.state is RecordingState.READY
    at = second(request.args.get("t"), page.whole.duration)
    player = player_of_recording(page.whole, page.text, page.chapters, at=at) if ready else None
    return render_template("recordings/recording.html", page=page, player=player)


@bp.get("/recordings/<public_id>/captions.vtt")
@public
@cached_page
def captions(public_id: str) -> ResponseReturnValue:
    """The text in `?language=`, else the best one, as WebVTT for the player."""
    with reading() as db:
        whole = pages.find_whole(db, public_id)
        check_watchable(whole)
        text = pages.read_text(db, whole.id, whole.language, wanted=request.args.get("language"))
    return vtt(to_vtt(text.cues, language=text.language))


@bp.get("/recordings/<public_id>/chapters.vtt")
@public
@cached_page
def chapters(public_id: str) -> Response:
    """The chapters as WebVTT for the player."""
    with reading() as db:
        whole = pages.find_whole(db, public_id)
        check_watchable(whole)
        found = pages.read_chapters(db, whole.id)
    return vtt(to_vtt(Cue(chapter.start, chapter.end, chapter.title) for chapter in found))


def check_watchable(whole: pages.Whole) -> None:
    """Raise NotFound unless whoever asks may see the recording at its address."""
    user = current_user()
    own = user is not None and whole.created_by_id == user.id
    check_visible(whole.visibility, own=own)
    if whole.state is RecordingState.FAILED and not allowed(Action.READ_DRAFTS, own=own):
        raise NotFound

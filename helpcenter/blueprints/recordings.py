"""Recordings to watch as a whole, with chapters and text."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.faq import read_word, said
from helpcenter.captions import Cue, to_vtt
from helpcenter.errors import NotFound
from helpcenter.models import ClipState, RecordingState
from helpcenter.permissions import Action
from helpcenter.services import pages, ratings, workbench
from helpcenter.web import (
    allowed,
    cached_page,
    check,
    check_visible,
    current_user,
    language,
    limiter,
    now,
    public,
    reading,
    transaction,
    visibilities,
)
from helpcenter.web.players import player_of_recording, second, vtt
from helpcenter.web.voters import mark_of_day

bp = Blueprint("recordings", __name__)


@bp.get("/recordings/<public_id>")
@public
@cached_page
def recording(public_id: str) -> ResponseReturnValue:
    """The player at `?t=`, the chapters, the text, and the answers made from it."""
    with reading() as db:
        page = pages.find_recording(db, public_id, language=language(), visibilities=visibilities())
        at = second(request.args.get("t"), page.whole.duration)
        clip = pages.clip_at(db, page.whole.id, at) if "t" in request.args else None
    check_watchable(page.whole)
    ready = page.whole.state is RecordingState.READY
    player = player_of_recording(page.whole, page.text, page.chapters, at=at) if ready else None
    rated = request.args.get("rated")
    return render_template("recordings/recording.html", page=page, player=player, clip=clip, rated=rated)


@bp.post("/recordings/<public_id>/rating")
@public
@limiter.limit("40/hour")
def rate(public_id: str) -> ResponseReturnValue:
    """Keep whether a clip of the recording helped, or what is wrong with it, and go back to it."""
    check(Action.RATE)
    word = read_word()
    with transaction() as db:
        whole = pages.find_whole(db, public_id)
        check_watchable(whole)
        clip = workbench.find_clip(db, request.form.get("clip", ""))
        if clip.recording_id != whole.id or clip.state is not ClipState.CONFIRMED:
            raise NotFound
        ratings.rate(db, None, clip.id, **word, mark=mark_of_day(f"clip:{clip.id}"), now=now())
        at = int(clip.start) + (clip.start > int(clip.start))
    return redirect(
        url_for("recordings.recording", public_id=public_id, t=at, rated=said(word), _anchor="helpful"), 303
    )


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

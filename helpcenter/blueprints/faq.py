"""Entries of the FAQ: the answer, on video and in writing."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.captions import to_vtt
from helpcenter.errors import NotFound
from helpcenter.permissions import Action
from helpcenter.services import pages, ratings
from helpcenter.services.pages import EntryPage
from helpcenter.web import (
    allowed,
    cached_page,
    check,
    check_visible,
    language,
    limiter,
    now,
    public,
    reading,
    transaction,
    visibilities,
)
from helpcenter.web.players import player_of_clip, second, vtt

bp = Blueprint("faq", __name__)


@bp.get("/faq/<slug>")
@public
@cached_page
def entry(slug: str) -> ResponseReturnValue:
    """The entry; plays the clip `?clip=`, else the best one, from the second `?t=` of that clip."""
    with reading() as db:
        page = pages.find_entry(
            db, slug, language=language(), visibilities=visibilities(), clip=request.args.get("clip")
        )
    _check_readable(page)
    player = None
    if page.playing:
        at = second(request.args.get("t"), page.playing.seconds)
        player = player_of_clip(page.playing, page.text, slug=slug, at=at)
    return render_template("faq/entry.html", page=page, player=player, rated=request.args.get("rated"))


@bp.get("/faq/<slug>/captions.vtt")
@public
@cached_page
def captions(slug: str) -> ResponseReturnValue:
    """The captions of the clip `?clip=` in `?language=`, in seconds of its file."""
    with reading() as db:
        page = pages.find_entry(
            db, slug, language=language(), visibilities=visibilities(), clip=request.args.get("clip")
        )
        _check_readable(page)
        clip = page.playing
        if clip is None:
            abort(404)
        text = pages.read_text(
            db, clip.recording_id, clip.recording_language, clip.base, clip.end, wanted=request.args.get("language")
        )
    return vtt(to_vtt(text.cues, language=text.language, offset=clip.base, until=clip.end))


@bp.post("/faq/<slug>/rating")
@public
@limiter.limit("20/hour")
def rate(slug: str) -> ResponseReturnValue:
    """Keep whether the answer helped, and go back to it."""
    check(Action.RATE)
    helpful = request.form.get("helpful") == "yes"
    with transaction() as db:
        page = pages.find_entry(
            db, slug, language=language(), visibilities=visibilities(), clip=request.form.get("clip")
        )
        _check_readable(page)
        clip_id = page.playing.id if page.playing else None
        ratings.rate(db, page.id, clip_id, helpful=helpful, reason=request.form.get("reason", ""), now=now())
    return redirect(url_for("faq.entry", slug=slug, rated="yes" if helpful else "no", _anchor="helpful"), 303)


def _check_readable(page: EntryPage) -> None:
    if page.state not in pages.SHOWN and not allowed(Action.READ_DRAFTS):
        raise NotFound
    check_visible(page.visibility)

"""Entries of the FAQ: the answer, on video and in writing."""

from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.captions import to_vtt
from helpcenter.errors import NotFound
from helpcenter.models import RatingKind
from helpcenter.permissions import Action
from helpcenter.services import pages, ratings, searches
from helpcenter.services.pages import EntryPage
from helpcenter.web import (
    allowed,
    cached_page,
    check,
    check_visible,
    language,
    limiter,
    local_time,
    now,
    public,
    reading,
    transaction,
    visibilities,
)
from helpcenter.web.players import player_of_clip, second, vtt
from helpcenter.web.voters import mark_of_day

bp = Blueprint("faq", __name__)
LONGEST: Final = 200


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
@limiter.limit("40/hour")
def rate(slug: str) -> ResponseReturnValue:
    """Keep whether the answer helped, or what is wrong with it, and go back to it."""
    check(Action.RATE)
    word = read_word()
    with transaction() as db:
        page = pages.find_entry(
            db, slug, language=language(), visibilities=visibilities(), clip=request.form.get("clip")
        )
        _check_readable(page)
        clip_id = page.playing.id if page.playing else None
        ratings.rate(db, page.id, clip_id, **word, mark=mark_of_day(f"entry:{page.id}"), now=now())
        searched = searches.read(request.form.get("searched", "")[:LONGEST], language()) if word["helpful"] else None
        if searched:
            searches.note(db, searched, "solved", day=local_time(now()).date())
    clip = request.form.get("clip")
    return redirect(url_for("faq.entry", slug=slug, rated=said(word), clip=clip, _anchor="helpful"), 303)


def read_word() -> dict[str, Any]:
    """What the form says of an answer, for `ratings.rate`; FAILED is nothing that a form can say."""
    kinds = {kind.value: kind for kind in RatingKind if kind is not RatingKind.FAILED}
    kind = kinds.get(request.form.get("kind", ""), RatingKind.NONE)
    return {"helpful": request.form.get("helpful") == "yes", "kind": kind, "reason": request.form.get("reason", "")}


def said(word: dict[str, Any]) -> str:
    """The word for the address to go back to: yes, no, or told, where it was said what is wrong."""
    if word["helpful"]:
        return "yes"
    return "told" if word["kind"] is not RatingKind.NONE else "no"


def _check_readable(page: EntryPage) -> None:
    if page.state not in pages.SHOWN and not allowed(Action.READ_DRAFTS):
        raise NotFound
    check_visible(page.visibility)

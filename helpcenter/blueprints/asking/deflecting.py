"""Whoever finds his answer on the ask page: the clip in its place, and being counted, without a name."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.blueprints.questions import bp
from helpcenter.services import analytics, pages
from helpcenter.services.search import Hit
from helpcenter.web import cached_page, limiter, now, public, reading, transaction, visibilities
from helpcenter.web.players import player_of_clip


@bp.get("/ask/clip/<public_id>")
@public
@cached_page
def clip(public_id: str) -> ResponseReturnValue:
    """The clip's player, as a piece of the ask page."""
    with reading() as db:
        playing = pages.find_playing(db, public_id, visibilities=visibilities())
    player = player_of_clip(playing.clip, playing.text, slug=playing.slug, at=0.0)
    return render_template("questions/_clip.html", player=player, playing=playing)


@bp.post("/ask/solved")
@public
@limiter.limit("60/hour")
def say_solved() -> ResponseReturnValue:
    """Whoever was about to ask has found his answer; nothing of what he typed is read."""
    with transaction() as db:
        analytics.deflect(db, request.form.get("answer", ""), now=now())
    return redirect(url_for("questions.solved"), 303)


@bp.post("/ask/watched")
@public
@limiter.limit("60/hour")
def watched() -> ResponseReturnValue:
    """Whoever watched this on the ask page has left it without asking, says our script."""
    with transaction() as db:
        analytics.deflect(db, request.form.get("answer", ""), explicit=False, now=now())
    return "", 204


@bp.get("/ask/solved")
@public
@cached_page
def solved() -> ResponseReturnValue:
    """Good to hear, and where to go on."""
    return render_template("questions/solved.html")


@bp.app_template_global()
def name_answer(hit: Hit) -> str:
    """How the ask page names what somebody may say answers it: the entry or clip in which it is shown."""
    if hit.entry_id is not None:
        return analytics.name_answer("entry", hit.entry_id)
    if hit.clip_id is not None:
        return analytics.name_answer("clip", hit.clip_id)
    return analytics.name_answer(hit.kind, hit.thing_id)

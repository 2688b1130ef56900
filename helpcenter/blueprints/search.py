"""Finding what was said and written, and counting what was looked for."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.permissions import Action
from helpcenter.services import pages, searches
from helpcenter.services import search as finder
from helpcenter.tokens import is_signed, signature
from helpcenter.web import (
    allowed,
    language,
    limiter,
    local_time,
    now,
    public,
    reading,
    settings,
    transaction,
    visibilities,
)

bp = Blueprint("search", __name__)

LONGEST: Final = 200
SHORTEST: Final = 2
_MOST, _SUGGESTED = 40, 7
_PURPOSE: Final = "searched"
_TOLD: Final[dict[str, searches.What]] = {"made": "made", "clicked": "clicked"}
_ANSWERS: Final = frozenset({"entry", "question"})


@bp.get("/search")
@public
@limiter.limit("120/minute")
def search() -> ResponseReturnValue:
    """What answers `?q=`: answers first, then moments of recordings, the best of each first."""
    query = _query()
    found: list[pages.Found] = []
    if query:
        with reading() as db:
            found = pages.show_hits(db, finder.search(db, query, limit=_MOST, visibilities=visibilities()))
    answers = [one for one in found if one.hit.kind in _ANSWERS]
    moments = [one for one in found if one.hit.kind not in _ANSWERS]
    return render_template(
        "search/search.html", query=query, answers=answers, moments=moments, told=_told(query, found)
    )


@bp.get("/search/suggest")
@public
@limiter.limit("300/minute")
def suggest() -> ResponseReturnValue:
    """A few answers to what has been typed so far, as a list to be shown below the search box."""
    query = _query()
    found: list[pages.Found] = []
    if len(query) >= SHORTEST:
        with reading() as db:
            found = pages.show_hits(db, finder.suggest(db, query, limit=_SUGGESTED, visibilities=visibilities()))
    return render_template("search/_suggestions.html", query=query, found=found)


@bp.post("/search/count")
@public
@limiter.limit("120/hour")
def count() -> ResponseReturnValue:
    """Count a search that a page of ours has shown: that it was `made`, or that a hit was `clicked`. Nothing tells who.

    Told by our script, so that neither programs that follow links nor pages that are loaded again count.
    """
    form = request.form
    what, words, day = form.get("what", ""), form.get("words", ""), local_time(now()).date()
    found = form.get("found", "")
    signed = any(
        is_signed(settings().secret, _PURPOSE, _signed(words, found, one.isoformat()), form.get("key", ""))
        for one in (day, day - timedelta(days=1))
    )
    searched = searches.read(words, language())
    if signed and searched and what in _TOLD:
        with transaction() as db:
            searches.note(db, searched, _TOLD[what], day=day, without=found == "0")
    return "", 204


def _told(query: str, found: list[pages.Found]) -> dict[str, str] | None:
    """What the page's script tells `count`, signed so that only what was really found can be counted; None for staff's own."""
    if not query or allowed(Action.SEE_FIGURES) or searches.read(query, language()) is None:
        return None
    hits, day = str(len(found)), local_time(now()).date().isoformat()
    return {"words": query, "found": hits, "key": signature(settings().secret, _PURPOSE, _signed(query, hits, day))}


def _signed(words: str, found: str, day: str) -> str:
    return f"{day}|{language()}|{found}|{words}"


def _query() -> str:
    return " ".join(request.args.get("q", "")[:LONGEST].split())

"""Finding what was said and written."""

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from helpcenter.services import pages
from helpcenter.services import search as finder
from helpcenter.web import limiter, public, reading, visibilities

bp = Blueprint("search", __name__)

LONGEST: Final = 200
SHORTEST: Final = 2
_MOST, _SUGGESTED = 40, 7
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
    return render_template("search/search.html", query=query, answers=answers, moments=moments)


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


def _query() -> str:
    return " ".join(request.args.get("q", "")[:LONGEST].split())

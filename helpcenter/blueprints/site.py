"""The start page, and what every page's frame needs."""

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.markdown import render
from helpcenter.services import pages
from helpcenter.web import cached_page, language, now, public, reading, settings, visibilities
from helpcenter.web.languages import LANGUAGES
from helpcenter.web.people import safe_next

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.blueprints import BlueprintSetupState

bp = Blueprint("site", __name__)

NAMES = {"de": "Deutsch", "en": "English"}
HOUR, MINUTE = 3600, 60


@bp.get("/")
@public
@cached_page
def start() -> ResponseReturnValue:
    """Search, topics, the newest answers."""
    with reading() as db:
        page = pages.start(db, language=language(), visibilities=visibilities(), now=now())
    return render_template("site/start.html", page=page)


@bp.app_template_global()
def language_links() -> list[dict[str, str]]:
    """This page in each language: [{"code", "name", "address", "absolute"}]; `address` is a path of this site."""
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    path = quote(request.path) if request.method == "GET" else page_address("site.start")
    links = []
    for code in LANGUAGES:
        address = f"{path}?{urlencode([*rest, ('lang', code)])}"
        absolute = settings().site_url + address
        links.append({"code": code, "name": NAMES[code], "address": address, "absolute": absolute})
    return links


@bp.app_template_global()
def sign_in_address() -> str:
    """The sign-in page, which leads back to this page afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return f"{page_address('accounts.sign_in')}?{urlencode({'next': safe_next(here)})}"


bp.add_app_template_filter(render, "markdown")
# An address of ours costs a tenth of Flask's own way, and a page holds dozens of them.
for address in (pages.entry_address, pages.recording_address, pages.topic_address, pages.media_address):
    bp.add_app_template_global(address)


@bp.app_template_global()
def kept(name: str, caller: "Callable[[], str]") -> str:
    """A piece that is the same on all pages in a language, made once; for Jinja's `call` block."""
    pieces: dict[tuple[str, str], str] = current_app.extensions.setdefault("kept", {})
    if current_app.debug or (name, language()) not in pieces:
        pieces[name, language()] = caller()
    return pieces[name, language()]


@bp.app_template_global()
def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return url_for("static", filename=name) if current_app.debug else _asset(name)


@lru_cache
def _asset(name: str) -> str:
    return url_for("static", filename=name)


@bp.app_template_global()
@lru_cache
def page_address(endpoint: str) -> str:
    """The path of a page that needs no more to be named."""
    return url_for(endpoint)


@bp.app_template_filter()
def clock(seconds: float | None) -> str:
    """A place in a recording, or a length, as players write it: 1:23 or 1:02:03; nothing for None."""
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@bp.record_once
def share_macros(state: "BlueprintSetupState") -> None:
    """Let every template use the shared macros; an import of each is looked up anew for each page."""
    # The last of all, since what a template uses must be known when it is loaded.
    templates = state.app.jinja_env
    for name in ("ui", "public", "players"):
        templates.globals[name] = templates.get_template(f"_{name}.html").module

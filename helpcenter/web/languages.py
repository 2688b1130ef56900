"""German or English: chosen by the browser, changed by `?lang=`, remembered in a cookie."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, g, request
from flask_babel import Babel, force_locale, format_decimal, get_domain, gettext
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

from helpcenter.errors import Message
from helpcenter.web.context import settings

LANGUAGES = ("de", "en")
COOKIE = "language"
_WITHOUT_COOKIE = {"embed", "api"}
"""Blueprints whose answers stand on other sites, or are read by programs."""
YEAR = 365 * 24 * 3600

babel = Babel()


def choose(*, asked: str | None, remembered: str | None, accepted: str, fallback: str) -> str:
    """The language to answer in: the one asked for, else the remembered one, else the browser's best, else the fallback."""
    for wish in (asked, remembered):
        if wish in LANGUAGES:
            return wish
    return parse_accept_header(accepted, LanguageAccept).best_match(LANGUAGES) or fallback


def language_of_environ(environ: Mapping[str, Any], asked: str | None, fallback: str) -> str:
    """`choose` for a bare WSGI request."""
    remembered = parse_cookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return choose(asked=asked, remembered=remembered, accepted=accepted, fallback=fallback)


def language() -> str:
    """The language of this request."""
    if "language" not in g:
        asked = request.args.get("lang")
        g.language = language_of_environ(request.environ, asked, settings().default_language)
    return str(g.language)


def translate(text: str, **values: Any) -> str:
    """The text in the language of this request, for templates.

    Flask-Babel's own looks for the catalog at each string, and Jinja calls it in three layers: a fifth of a page's time. This
    one's result is plain text, so that a template escapes it like any other; translations hold no HTML.
    """
    if "catalog" not in g:
        g.catalog = get_domain().get_translations()
    translated = str(g.catalog.ugettext(text))
    return translated % values if values or "%%" in translated else translated


def say(message: Message | Mapping[str, Any] | None) -> str:
    """A message, or its JSON form, in the language of this request; nothing for None."""
    if message is None:
        return ""
    if not isinstance(message, Message):
        message = Message.from_json(message)
    return message.said(_translate, format_decimal)


def _translate(text: str) -> str:
    return str(gettext(text))


def say_in(spoken: str, text: str) -> str:
    """The text in this language, whoever reads it; in English where we do not speak it."""
    with force_locale(spoken if spoken in LANGUAGES else "en"):
        return _translate(text)


def local_time(at: datetime) -> datetime:
    """The instant on the site's own clock."""
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(settings().zone))


def remember(response: Response) -> Response:
    """Keep a language that was asked for by `?lang=`; after each request."""
    asked = request.args.get("lang")
    if asked in LANGUAGES and request.blueprint not in _WITHOUT_COOKIE and request.cookies.get(COOKIE) != asked:
        secure = settings().site_url.startswith("https://")
        response.set_cookie(COOKIE, asked, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response

"""The web application: Flask, wired."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request
from flask.sessions import SessionInterface
from flask_babel import format_date, format_datetime, format_decimal
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from helpcenter.blueprints import BLUEPRINTS
from helpcenter.db import SqlDatabase
from helpcenter.log import configure_logging
from helpcenter.permissions import Action
from helpcenter.ports import Ports
from helpcenter.settings import Settings
from helpcenter.web import allowed, csrf_token, current_user, language, local_time, role, say
from helpcenter.web.cache import PageCache, note_cacheable
from helpcenter.web.csrf import check_csrf
from helpcenter.web.events import Hub
from helpcenter.web.faults import register as register_faults
from helpcenter.web.headers import add_headers
from helpcenter.web.languages import LANGUAGES, babel, translate
from helpcenter.web.languages import remember as remember_language
from helpcenter.web.limits import limiter
from helpcenter.web.people import access_of, cookie_name, load_sign_in
from helpcenter.web.playlists import Playlists
from helpcenter.web.statics import version_static
from helpcenter.web.words import word
from helpcenter.wiring import wire

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
LARGEST_FORM = 2 * 1024 * 1024
PAGE_AGE = 300
"""Seconds after which a kept page is made anew, since what was still to come may have passed."""


class NoSession(SessionInterface):
    """Sign-ins are rows of ours (web/people.py): Flask's session cookie is neither read nor written."""

    def open_session(self, app: Flask, request: Request) -> None:
        """None: Flask then refuses whoever would use it."""


def create_app(ports: Ports | None = None) -> Flask:
    """The application for these ports, or for the settings of the environment."""
    configure_logging()
    ports = ports or wire()
    app = Flask("helpcenter", template_folder=str(TEMPLATES), static_folder=str(Path(__file__).parent / "static"))
    app.extensions["ports"] = ports
    app.extensions["hub"], app.extensions["playlists"] = Hub(app, ports), Playlists(ports)
    app.session_interface = NoSession()
    _configure(app, ports)
    babel.init_app(app, locale_selector=language, timezone_selector=lambda: ports.settings.zone)
    app.jinja_env.globals.update(_=translate, gettext=translate)
    limiter.init_app(app)
    _hooks(app)
    register_faults(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _middleware(app, ports)
    return app


def _configure(app: Flask, ports: Ports) -> None:
    settings = ports.settings
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        RATELIMIT_STORAGE_URI=settings.limits_url or "memory://",
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(say=say, word=word, decimal=format_decimal)
    app.jinja_env.globals.update(
        csrf_token=csrf_token, allowed=allowed, Action=Action, current_user=current_user, LANGUAGES=LANGUAGES
    )


def _trusted_hosts(settings: Settings) -> list[str]:
    named = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    return named or [urlsplit(settings.site_url).hostname or "localhost", "127.0.0.1", "localhost"]


def _hooks(app: Flask) -> None:
    app.before_request(load_sign_in)
    app.before_request(_deny_the_unguarded)
    app.before_request(check_csrf)
    app.after_request(remember_language)
    app.after_request(add_headers)
    app.after_request(_note_cacheable)
    app.url_defaults(version_static)
    app.context_processor(_page_context)


def _deny_the_unguarded() -> None:
    view = _view()
    if view is not None and request.endpoint != "static" and access_of(view) is None:
        abort(404)


def _view() -> Any:
    from flask import current_app

    return current_app.view_functions.get(request.endpoint or "")


def _note_cacheable(response: Response) -> Response:
    return note_cacheable(response, _view())


def _page_context() -> dict[str, Any]:
    from helpcenter.web.context import settings

    return {
        "lang": language(),
        "site_name": settings().site_name,
        "user": current_user(),
        "role": role(),
        "day": lambda at: format_date(local_time(at), "long", rebase=False),
        "local": lambda at, format="medium": format_datetime(local_time(at), format, rebase=False),  # noqa: A006 -- Babel's word
    }


def _middleware(app: Flask, ports: Ports) -> None:
    database, settings = ports.database, ports.settings
    assert isinstance(database, SqlDatabase)
    with app.app_context():
        cookie = cookie_name()

    def version() -> tuple[int, float]:
        return database.content_version(), ports.clock().timestamp() // PAGE_AGE

    app.wsgi_app = PageCache(  # type: ignore[method-assign]  # Flask's own way to add middleware
        app.wsgi_app, version=version, cookie=cookie, fallback=settings.default_language
    )
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # same

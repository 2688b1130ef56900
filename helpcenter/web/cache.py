"""Whole pages for visitors, kept until public content changes, or the next few minutes of the clock begin.

Each kept page carries the number of the content it was made from (models.ContentVersion); asking for that number is one
tiny query, so a page is right again at once after a change, in every process. Pages that say what is still to come grow old
by time alone, so the number comes with the part of the hour.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs

from flask import Response, request

from helpcenter.web.languages import language_of_environ

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[str, str, str, str, str]

_MARK = "cached_page"
_FLAG = "helpcenter.keep_page"
_MOST_BYTES = 512 * 1024


def cached_page(view: View) -> View:
    """Mark a public view whose page for visitors may be kept; it must depend on content, address and language alone."""
    setattr(view, _MARK, True)
    return view


def note_cacheable(response: Response, view: Callable[..., Any] | None) -> Response:
    """Tell the cache below that this answer may be kept, unless it says itself that it may not; after each request."""
    if (
        view is not None
        and getattr(view, _MARK, False)
        and response.status_code == HTTPStatus.OK
        and "Set-Cookie" not in response.headers
        and "no-store" not in response.headers.get("Cache-Control", "")
    ):
        request.environ[_FLAG] = True
    return response


@dataclass(frozen=True, slots=True)
class _Kept:
    version: Hashable
    status: str
    headers: list[tuple[str, str]]
    body: bytes
    making: Lock


def _answer(kept: _Kept, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(kept.status, kept.headers)
    return [kept.body]


class PageCache:
    """WSGI middleware: answers visitors from memory where it can, keeps what the application marked."""

    def __init__(
        self, app: "WSGIApplication", *, version: Callable[[], Hashable], cookie: str, fallback: str, pages: int = 500
    ) -> None:
        self._app, self._version, self._cookie, self._fallback, self._most = app, version, cookie + "=", fallback, pages
        self._pages: OrderedDict[Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from memory, else from the application."""
        if (
            environ["REQUEST_METHOD"] != "GET"
            or self._cookie in environ.get("HTTP_COOKIE", "")
            or "HTTP_RANGE" in environ
        ):
            return self._app(environ, start_response)
        version, key = self._version(), self._key(environ)
        kept = self._pages.get(key)
        if kept is None:
            return self._ask(environ, start_response, version, key)
        if kept.version == version:
            return _answer(kept, start_response)
        # After a change everybody asks for the same pages at once: one thread makes each, the others wait for it.
        with kept.making:
            newer = self._pages.get(key)
            if newer and newer.version == version:
                return _answer(newer, start_response)
            return self._ask(environ, start_response, version, key, making=kept.making)

    def _key(self, environ: "WSGIEnvironment") -> Key:
        query = environ.get("QUERY_STRING", "")
        asked = parse_qs(query).get("lang", [None])[0] if "lang=" in query else None
        language = language_of_environ(environ, asked, self._fallback)
        return environ.get("HTTP_HOST", ""), environ.get("wsgi.url_scheme", ""), environ["PATH_INFO"], query, language

    def _ask(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        version: Hashable,
        key: Key,
        *,
        making: "Lock | None" = None,
    ) -> Iterable[bytes]:
        answer: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            answer[:] = [status, headers]
            return start_response(status, headers, *rest)

        chunks = self._app(environ, cast("StartResponse", note))
        if not environ.get(_FLAG):
            return chunks
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        if len(body) <= _MOST_BYTES:
            self._keep(key, _Kept(version, answer[0], answer[1], body, making or Lock()))
        return [body]

    def _keep(self, key: Key, page: _Kept) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)

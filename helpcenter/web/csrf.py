"""Changes are made from our own pages only.

Every unsafe request must come from our own origin by the browser's word (Sec-Fetch-Site, else Origin, else Referer); whoever
is signed in must bring his sign-in's token besides. Visitors have no rights that a foreign page could misuse, so pages for
them carry no token and can be cached. Source: OWASP, Cross-Site Request Forgery Prevention (Fetch Metadata).
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app, request

from helpcenter.errors import N_, Forbidden
from helpcenter.tokens import is_same, signature
from helpcenter.web.context import settings
from helpcenter.web.people import current_sign_in

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FIELD, HEADER = "csrf_token", "X-CSRF-Token"
View = TypeVar("View", bound=Callable[..., Any])
_MARK = "from_anywhere"


def from_anywhere(view: View) -> View:
    """Mark a view that programs call from outside: a signed key lets them in, or nobody need be known; no sign-in may count there."""
    setattr(view, _MARK, True)
    return view


def csrf_token() -> str:
    """The token of this request's sign-in for forms and scripts; empty for visitors."""
    sign_in = current_sign_in()
    return signature(settings().secret, "csrf", sign_in.token_hash) if sign_in else ""


def _own_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return source is not None and urlsplit(source).netloc == request.host


def check_csrf() -> None:
    """Refuse a change that does not come from our own pages; before each request. Raises Forbidden."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or getattr(view, _MARK, False):
        return
    if not _own_origin():
        raise Forbidden(N_("This form was not sent from our own page. Please open the page here and send it again."))
    wanted = csrf_token()
    given = request.headers.get(HEADER) or (
        request.form.get(FIELD, "") if request.mimetype != "application/offset+octet-stream" else ""
    )
    if wanted and not is_same(wanted, given):
        raise Forbidden(N_("This form is too old. Please load the page again and send it once more."))

"""Who is asking, and whether he may: sign-in cookies and the guards of views."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpcenter.errors import Forbidden, NotFound, SignInNeeded
from helpcenter.models import SignIn, User, Visibility
from helpcenter.permissions import Action, Role, Scope, may, scope
from helpcenter.services import accounts
from helpcenter.web.context import now, reading, settings, transaction

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

PUBLIC = "public"
_MARK = "access"


def cookie_name() -> str:
    """The sign-in cookie's name; with the prefix that ties it to this host wherever HTTPS allows it."""
    return "__Host-signin" if settings().site_url.startswith("https://") else "signin"


def load_sign_in() -> None:
    """Find out who is asking; before each request."""
    g.sign_in = None
    if token := request.cookies.get(cookie_name()):
        with reading() as db:
            g.sign_in = accounts.current_sign_in(db, token, now=now())
        if g.sign_in and now() - g.sign_in.seen_at > accounts.SEEN_EVERY:
            with transaction() as db:
                accounts.note_seen(db, g.sign_in, now=now())


def current_sign_in() -> SignIn | None:
    """The sign-in of this request's browser."""
    return cast("SignIn | None", g.get("sign_in"))


def current_user() -> User | None:
    """The person who is signed in, if any."""
    sign_in = current_sign_in()
    return sign_in.user if sign_in else None


def signed_in_user() -> User:
    """The person who is signed in. Raises SignInNeeded."""
    user = current_user()
    if user is None:
        raise SignInNeeded
    return user


def role() -> Role:
    """The role of whoever asks."""
    user = current_user()
    return user.role if user else Role.ANONYMOUS


def allowed(action: Action, *, own: bool = False) -> bool:
    """Whether whoever asks may do this to a thing that is his own or not; for views and templates."""
    return may(role(), action, own=own)


def check(action: Action, *, own: bool = False) -> None:
    """Raise SignInNeeded or Forbidden unless whoever asks may do this to this one thing."""
    if allowed(action, own=own):
        return
    raise Forbidden if current_user() else SignInNeeded


def visibilities() -> tuple[Visibility, ...]:
    """What whoever asks may find in lists and in search."""
    found = [Visibility.PUBLIC]
    if allowed(Action.READ_CUSTOMERS_ONLY):
        found.append(Visibility.CUSTOMERS)
    if allowed(Action.READ_DRAFTS):
        found += [Visibility.STAFF, Visibility.UNLISTED]
    return tuple(found)


def check_visible(visibility: Visibility, *, own: bool = False) -> None:
    """Raise NotFound unless whoever asks may see a thing of this visibility at its address."""
    if visibility in {Visibility.PUBLIC, Visibility.UNLISTED} or visibility in visibilities():
        return
    if not allowed(Action.READ_DRAFTS, own=own):
        raise NotFound


def public(view: View) -> View:
    """Mark a view that everybody may use."""
    setattr(view, _MARK, PUBLIC)
    return view


def require(action: Action) -> Callable[[View], View]:
    """Guard a view: whoever has no scope for `action` is sent to sign in, or refused.

    Where the scope is "own", the view itself checks the one thing, with `check(action, own=…)`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if scope(role(), action) is Scope.NONE:
                raise Forbidden if current_user() else SignInNeeded
            return view(*args, **kwargs)

        setattr(guarded, _MARK, action)
        return cast("View", guarded)

    return guard


def access_of(view: Callable[..., Any]) -> Action | str | None:
    """The guard of a view: an action, "public", or None where somebody forgot."""
    return cast("Action | str | None", getattr(view, _MARK, None))


def safe_next(address: str | None) -> str:
    """`address` if it is a path of this site, else the start page."""
    if not address or any(ord(c) < 32 or c == "\\" for c in address):  # noqa: PLR2004 -- control characters
        return url_for("site.start")
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return url_for("site.start")
    return address


def ask_to_sign_in() -> Response:
    """Send a browser to the sign-in page and back afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return cast("Response", redirect(url_for("accounts.sign_in", next=here)))

"""Who votes and who rates: the account of whoever is signed in; else for votes a signed cookie, which nobody gets before he votes.

Ratings need none: a browser is known again for a day, by a fingerprint.
"""

from typing import Final

from flask import Response, request

from helpcenter.tokens import fingerprint, is_signed, new_token, signature
from helpcenter.web.context import now, settings
from helpcenter.web.languages import local_time
from helpcenter.web.limits import network
from helpcenter.web.people import current_user

COOKIE: Final = "voter"
_PURPOSE: Final = "voter"
_LIFE: Final = 180 * 24 * 3600


def voter() -> str | None:
    """The name under which whoever asks votes; None for a browser that never did."""
    if user := current_user():
        return fingerprint(f"user:{user.public_id}")
    token, _, signed = request.cookies.get(COOKIE, "").partition(".")
    return fingerprint(token) if token and is_signed(settings().secret, _PURPOSE, token, signed) else None


def mark_of_day(thing: str) -> str:
    """By what a browser is known again that says something else about `thing` on the same day: no cookie, and no name.

    A keyed fingerprint of the day and the account, else of the network and of how the browser calls itself; it can be told
    of no other thing and no other day.
    """
    user, agent = current_user(), request.headers.get("User-Agent", "")
    who = f"user:{user.public_id}" if user else f"{network()}|{agent}|{request.headers.get('Accept-Language', '')}"
    return signature(settings().secret, "rating", f"{local_time(now()).date()}|{thing}|{who}")


def new_voter() -> tuple[str, str]:
    """A new token for `remember_voter`, and the name under which it votes."""
    token = new_token()
    return token, fingerprint(token)


def remember_voter(response: Response, token: str | None) -> Response:
    """Let the browser keep the token for half a year, so that it can change its mind."""
    if token:
        value = f"{token}.{signature(settings().secret, _PURPOSE, token)}"
        secure = settings().site_url.startswith("https://")
        response.set_cookie(COOKIE, value, max_age=_LIFE, httponly=True, samesite="Lax", secure=secure)
    return response

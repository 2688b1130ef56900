"""The headers of every answer: what a browser may load and do with our pages."""

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Response, request

from helpcenter.web.context import settings
from helpcenter.web.people import current_user

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "https://www.youtube-nocookie.com",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FORBIDDEN = "geolocation=(), payment=(), usb=(), interest-cohort=()"
_CAMERA = ("camera", "microphone", "display-capture")
_WITH_CAMERA = {"console", "guests", "workbench.record", "workbench.send_record"}
"""Blueprints and pages that may ask for camera, microphone and screen: the host's, the guest's, and that of a recorded answer."""


_FRAMEABLE = "embed"
"""The blueprint whose pages other sites may show in a frame: those of the settings, and our own."""


@lru_cache
def content_security_policy(storage_url: str, framed_by: tuple[str, ...] = ()) -> str:
    """The policy for our pages; storage that serves media itself is let in. `framed_by` are origins that may frame the page."""
    policy = dict(_POLICY)
    if framed_by:
        policy["frame-ancestors"] = " ".join(framed_by)
    if endpoint := _storage_origin(storage_url):
        for directive in ("img-src", "media-src", "connect-src"):
            policy[directive] += f" {endpoint}"
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _storage_origin(storage_url: str) -> str:
    endpoint = storage_url.partition("endpoint=")[2].partition("&")[0]
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ("https:" if storage_url else "")


def permissions_policy(blueprint: str | None, endpoint: str | None) -> str:
    """What pages of this blueprint, or this page, may ask a browser for."""
    who = "(self)" if _WITH_CAMERA & {blueprint, endpoint} else "()"
    return ", ".join((_FORBIDDEN, *(f"{name}={who}" for name in _CAMERA)))


def add_headers(response: Response) -> Response:
    """Add what every answer carries; after each request."""
    framed_by = ("'self'", *settings().embed_origins) if request.blueprint == _FRAMEABLE else ()
    policy = content_security_policy(settings().storage_url, framed_by)
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Permissions-Policy", permissions_policy(request.blueprint, request.endpoint))
    if settings().site_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store" if current_user() else "no-cache"
        response.headers.add("Vary", "Cookie, Accept-Language")
    return response

"""What views are made of."""

from helpcenter.web.cache import cached_page
from helpcenter.web.context import now, ports, reading, settings, transaction
from helpcenter.web.csrf import csrf_token
from helpcenter.web.languages import language, local_time, say, say_in
from helpcenter.web.limits import limiter
from helpcenter.web.people import (
    allowed,
    check,
    check_visible,
    current_user,
    public,
    require,
    role,
    safe_next,
    signed_in_user,
    visibilities,
)

__all__ = [
    "allowed", "cached_page", "check", "check_visible", "csrf_token", "current_user", "language", "limiter", "local_time", "now",
    "ports", "public", "reading", "require", "role", "safe_next", "say", "say_in", "settings", "signed_in_user", "transaction",
    "visibilities",
]  # fmt: skip

"""What an answer of the API other than success means for us: which of `streaming.errors` it is.

The body is read by hand: googleapiclient's `HttpError.reason` is the message, and its details hide the list of reasons.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from googleapiclient.errors import HttpError

from streaming.errors import NotAllowed, NotFound, PlatformError, ReauthNeeded, Rejected, Retryable, Uncertain

EMPTY: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
"""Reasons that mean: nothing more today."""

_TOO_FAST: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "userRequestsExceedRateLimit"})
_ILL: Final = frozenset({"backendError", "internalError", "errorExecutingTransition", "processingFailure"})
_NOT_ALLOWED: Final = frozenset({
    "forbidden", "insufficientLivePermissions", "livePermissionBlocked", "liveStreamingNotEnabled",
    "youtubeSignupRequired", "channelClosed", "channelSuspended", "accountDelegationForbidden",
    "playlistItemsNotAccessible", "playlistForbidden",
})  # fmt: skip
_UNSCOPED: Final = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_GONE: Final = (404, 410)
_PAUSE: Final = 10.0
"""Seconds after "too fast" where the platform names none."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not success. `reason` is "" where the body is not the API's."""

    status: int
    reason: str
    message: str
    after: float | None

    @property
    def empty(self) -> bool:
        """Whether the bucket of the quota is empty."""
        return self.reason in EMPTY

    def error(self, method: str, *, repeatable: bool) -> PlatformError:
        """The error to raise; `repeatable`: making the call again does no harm even if it was carried out."""
        text = f"{method}: {self.status} {self.reason} {self.message}".rstrip()
        if self.status == 429 or self.reason in _TOO_FAST:  # noqa: PLR2004 -- Too Many Requests
            return Retryable(text, reason=self.reason, after=_PAUSE if self.after is None else self.after)
        if self._in_doubt:
            if repeatable:
                return Retryable(text, reason=self.reason, after=self.after or 0.0)
            return Uncertain(text, reason=self.reason)
        return self._kind(text, reason=self.reason)

    @property
    def _in_doubt(self) -> bool:
        # 3xx is no answer of this API; 408 comes from something in between that gave up waiting for it.
        return self.status >= 500 or self.status < 400 or self.status == 408 or self.reason in _ILL  # noqa: PLR2004

    @property
    def _kind(self) -> type[PlatformError]:
        if self.reason in _UNSCOPED:
            return ReauthNeeded
        if self.reason in _NOT_ALLOWED:
            return NotAllowed
        if self.status == 401:  # noqa: PLR2004 -- and the transport has renewed the token already
            return ReauthNeeded
        # Without a reason it is not the API that speaks, and nothing follows for the thing that was asked about.
        if self.reason and (self.status in _GONE or self.reason.endswith("NotFound")):
            return NotFound
        return Rejected


def refusal(error: HttpError, *, clock: Callable[[], datetime]) -> Refusal:
    """What the answer says, whatever its body looks like."""
    reason, message = _said(error.content)
    return Refusal(int(error.resp.status), reason, message, _retry_after(error.resp.get("retry-after"), clock))


def _said(content: bytes) -> tuple[str, str]:
    """Reason and message of `{"error": {"errors": [{"reason": …}], "message": …}}`; empty where it is something else."""
    try:
        told = json.loads(content)["error"]
        first: dict[str, Any] = (told.get("errors") or told.get("details") or [{}])[0]
        reason = str(first.get("reason") or told.get("status") or "")
        # Google puts links into some messages; they are shown as text.
        return reason, re.sub(r"<[^>]*>", "", str(told.get("message") or ""))[:300]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "", ""


def _retry_after(value: str | None, clock: Callable[[], datetime]) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), which is a number or a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value) if value.isdigit() else (parsedate_to_datetime(value) - clock()).total_seconds())
    except (ValueError, TypeError):
        return None

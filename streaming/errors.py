"""What can go wrong between us and a live platform, told apart by what is to be done about it.

PlatformError
├── Retryable       it surely did not happen; try again after `after` seconds
├── Uncertain       it may have happened: look before doing it again
├── Deferred        it cannot be paid for before the instant `until`
├── Rejected        the platform says no, and would say so again; `reason` is its word for why
│   ├── NotFound    the thing is not there, or not ours
│   └── NotAllowed  the channel may not do this (no live permission, somebody else's video)
└── ReauthNeeded    the channel's authorisation has ended; a person has to connect it again
"""

from datetime import datetime


class PlatformError(Exception):
    """A platform did not do what it was asked; `reason` is its own word where it gave one."""

    def __init__(self, text: str = "", *, reason: str = "") -> None:
        self.reason = reason
        super().__init__(text or (type(self).__doc__ or "").partition("\n")[0])


class Retryable(PlatformError):
    """It surely did not happen, and may well happen next time, in `after` seconds at the earliest."""

    def __init__(self, text: str = "", *, reason: str = "", after: float = 0.0) -> None:
        super().__init__(text, reason=reason)
        self.after = after


class Uncertain(PlatformError):
    """The answer was lost, so that it may have happened or not: look first, then decide."""


class Deferred(PlatformError):
    """The quota does not allow it before `until`."""

    def __init__(self, text: str = "", *, until: datetime, reason: str = "quotaExceeded") -> None:
        super().__init__(text, reason=reason)
        self.until = until


class Rejected(PlatformError):
    """The platform refused, and would refuse again."""


class NotFound(Rejected):
    """The platform knows no such thing, or does not show it to us."""


class NotAllowed(Rejected):
    """The channel may not do this."""


class ReauthNeeded(PlatformError):
    """The channel's authorisation has ended; a person has to connect it again."""

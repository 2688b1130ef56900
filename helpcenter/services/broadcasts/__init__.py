"""The broadcasts of a live session: our rows say what is wanted, a worker makes the platforms agree."""

from helpcenter.services.broadcasts.claims import due
from helpcenter.services.broadcasts.feeding import Relay, check_feeding, relays
from helpcenter.services.broadcasts.wanting import (
    carry_along,
    insist,
    of_session,
    relay_of,
    request_sync,
    start_over,
    try_again,
    want,
)

__all__ = [
    "Relay",
    "carry_along",
    "check_feeding",
    "due",
    "insist",
    "of_session",
    "relay_of",
    "relays",
    "request_sync",
    "start_over",
    "try_again",
    "want",
]

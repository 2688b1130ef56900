"""One press of a button at the desk."""

from dataclasses import dataclass
from datetime import datetime

from helpcenter.models import User


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, and when.

    `key` is the name that his browser gave it: sent twice, it is done once. `at` is the instant of the press by our clock,
    which may lie minutes before `now` where it waited for the network. `seen` is the key of the answer that he saw being
    given ("": none; None: he does not say), by which two who press at the same moment notice each other.
    """

    key: str
    at: datetime
    now: datetime
    actor: User | None = None
    seen: str | None = None
    after: str = ""

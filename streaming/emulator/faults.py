"""What goes wrong on purpose: which calls it hits, and how."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from streaming.emulator.journal import Entry


class Kind(StrEnum):
    """How a call goes wrong."""

    ERROR = "error"
    """An error of the API (status, reason) instead of doing it."""
    DELAY = "delay"
    """Done, and answered after `seconds`."""
    APPLY_TIMEOUT = "apply-then-timeout"
    """Done, never answered: the connection is held until the caller gives up or `seconds` have passed."""
    APPLY_CLOSE = "apply-then-close"
    """Done, and the connection closed without a word."""
    APPLY_503 = "apply-then-503"
    """Done, and answered 503 backendError."""
    CLOSE = "close"
    """Closed before doing it."""
    TRUNCATED = "truncated"
    """Done, and half of the body sent."""
    SLOW = "slow"
    """Done, and the body sent in two pieces, `seconds` apart."""
    NOT_JSON = "not-json"
    """Not done; 502 with a page of HTML."""
    UNAUTHORIZED = "unauthorized"
    """Not done; 401, as if the access token had just ended."""
    STUCK = "stuck"
    """Done, but the broadcast never leaves its *Starting state."""
    SAME_PAGE = "same-page"
    """Done, and the first page of the list given again, with the token of the next."""
    NO_NEXT = "no-next-page"
    """Done, and the token of the next page left out."""
    STUDIO_EDIT = "studio-edit"
    """Somebody changes the thing by hand just before it is done: `change` says what."""


@dataclass
class Fault:
    """Hits the calls of `method` ("*": of any) that `when` accepts: after `skip` of them, `times` in a row."""

    method: str
    kind: Kind
    times: int = 1
    skip: int = 0
    when: Callable[[Entry], bool] | None = None
    status: int = 503
    reason: str = "backendError"
    message: str = ""
    seconds: float = 60.0
    retry_after: int | None = None
    change: dict[str, str] = field(default_factory=dict)
    hits: int = 0

    def fits(self, entry: Entry) -> bool:
        """Whether it is about that call."""
        return self.method in {"*", entry.method} and (self.when is None or self.when(entry))


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Fault] = []

    def add(self, method: str, kind: str, **options: object) -> Fault:
        """Plan a fault; the options are those of Fault."""
        fault = Fault(method, Kind(kind), **options)  # type: ignore[arg-type]
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget what is still to come."""
        with self._lock:
            self._waiting.clear()

    def next_for(self, entry: Entry) -> Fault | None:
        """The fault that hits this call, used up once."""
        with self._lock:
            for fault in self._waiting:
                if not fault.fits(entry):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

"""What is done about each error of the platform: when the step is tried again, and what people read."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import structlog

from helpcenter.errors import HelpCenterError
from helpcenter.services.broadcasts.words import refusal
from streaming.errors import Deferred, NotFound, PlatformError, ReauthNeeded, Rejected, Retryable
from streaming.lifecycle import Action
from workers.live.work import GONE, Hold, Outcome, Work

log = structlog.get_logger(__name__)

BASE: Final = 2.0
MOST: Final = 300.0
"""Seconds between two tries at most, and at most LIVE seconds for what people are waiting for."""
LIVE: Final = 10.0
GIVE_UP: Final = 6
"""Tries of a picture or a playlist; the event goes on without."""
SET_UP_AGAIN: Final = timedelta(minutes=10)
PASSING: Final = frozenset(
    {"errorStreamInactive", "invalidTransition", "redundantTransition", "liveBroadcastBindingNotAllowed"}
)
"""Refusals that depend on a state that changes by itself: looked at again, and tried again."""
_URGENT: Final = frozenset({Action.GO_LIVE, Action.END, Action.REHEARSE, Action.LOOK})
_DRESSING: Final = frozenset({Action.THUMBNAIL, Action.PLAYLISTS})


def failed(work: Work, error: PlatformError | HelpCenterError, values: dict[str, Any] | None = None) -> Outcome:
    """The outcome of a step that ended with this error; `values` are kept in any case."""
    log.warning("a step failed", step=work.action.value, kind=type(error).__name__, error=str(error))
    outcome = _judged(work, error)
    return replace(outcome, values={**outcome.values, **(values or {})})


def _judged(work: Work, error: PlatformError | HelpCenterError) -> Outcome:
    why = refusal(error, thumbnail=work.action is Action.THUMBNAIL)
    now = work.ports.clock()
    if isinstance(error, ReauthNeeded):
        return Outcome(error=why, revoked=str(error) or "revoked")
    if isinstance(error, (HelpCenterError, Deferred)):
        return Outcome(hold=Hold(error.until if isinstance(error, Deferred) else now + SET_UP_AGAIN, why))
    if isinstance(error, NotFound) and error.reason == "liveBroadcastNotFound":
        return missing(work)
    given_up = work.action in _DRESSING and _tries(work) + 1 >= GIVE_UP
    if given_up or (isinstance(error, Rejected) and not _is_passing(work, error)):
        return Outcome(hold=Hold(None, why))
    # Looked at again before the next try: an answer that was lost may have been a yes.
    after = error.after if isinstance(error, Retryable) else 0.0
    patient = work.action is Action.LOOK and isinstance(error, Rejected)
    return Outcome({"refreshed_at": None}, Hold(now + _pause(work, after, patient=patient), why))


def missing(work: Work) -> Outcome:
    """The broadcast is not on the platform any more. It is looked for by its marker, then made anew; see lifecycle."""
    return Outcome({**GONE, "create_started_at": work.ports.clock()})


def _is_passing(work: Work, error: Rejected) -> bool:
    """Whether it may be otherwise soon. A video, say, is not to be found for some seconds after its broadcast was made.

    Looking is never given up: somebody has to see whether it is live.
    """
    passing = error.reason in PASSING or work.action is Action.LOOK
    return passing or (work.action in _DRESSING and isinstance(error, NotFound))


def _tries(work: Work) -> int:
    held = work.row.held.get(work.action.value)
    return int(held["attempts"]) if held and held["asked"] == work.row.asked else 0


def _pause(work: Work, after: float, *, patient: bool) -> timedelta:
    """Exponential with full jitter, so that many do not come back at once; never sooner than the platform asked."""
    most = LIVE if work.action in _URGENT and not patient else MOST
    wait = random.uniform(0.5, min(most, BASE * 2 ** _tries(work)))  # noqa: S311 -- no secret
    return max(work.ports.settings.live_wait(wait), timedelta(seconds=after))

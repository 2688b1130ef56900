"""One claimed broadcast on its way through one step: what is known of it, and what came of the step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from helpcenter.errors import Message
from helpcenter.models import Broadcast, Channel, LiveSession
from helpcenter.ports import Ports
from helpcenter.services.broadcasts.claims import Claim
from streaming.lifecycle import Action
from streaming.platform import Broadcast as RemoteBroadcast
from streaming.platform import BroadcastPlan, BroadcastStatus, LivePlatform, Priority

_BACKGROUND: Final = frozenset({Action.THUMBNAIL, Action.PLAYLISTS})
_NOW: Final = frozenset({BroadcastStatus.TESTING, BroadcastStatus.LIVE, BroadcastStatus.COMPLETE})
_FAR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Work:
    """The step and its rows, read when it was claimed; they are for reading only. `topics` are slugs with titles."""

    ports: Ports
    claim: Claim
    action: Action
    row: Broadcast
    session: LiveSession
    channel: Channel
    plan: BroadcastPlan
    topics: tuple[tuple[str, str], ...]
    now: datetime

    @property
    def remote_id(self) -> str:
        """The broadcast's id on the platform, for steps that need one."""
        assert self.row.remote_id is not None
        return self.row.remote_id

    def platform(self) -> LivePlatform:
        """The channel, paid for by how urgent the step is. Raises ReauthNeeded, NotConfigured."""
        return self.ports.platforms.of(self.row.channel_id, priority=self._priority, session_id=self.session.id)

    @property
    def _priority(self) -> Priority:
        if self.action in _BACKGROUND:
            return Priority.BACKGROUND
        # Watching what is live must not use up what ending it costs.
        watching = self.action is Action.LOOK and self.row.status is BroadcastStatus.LIVE is self.row.wanted
        if self.row.wanted in _NOW and not watching:
            return Priority.CRITICAL
        return Priority.NORMAL if self.session.starts_at - self.now < _FAR else Priority.BACKGROUND


@dataclass(frozen=True, slots=True)
class Hold:
    """The step is not tried again before `until` (None: until somebody asks), and why. `counts`: as a try that failed."""

    until: datetime | None
    why: Message
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be kept: columns of the row, a hold on the step where it failed, and what people should know."""

    values: dict[str, Any] = field(default_factory=dict)
    hold: Hold | None = None
    error: Message | None = None
    revoked: str = ""


GONE: Final[dict[str, Any]] = {
    "remote_id": None, "status": None, "status_since": None, "stream_id": None, "chat_id": None, "written": {}, "health": None,
    "health_at": None, "healthy_since": None, "refreshed_at": None, "create_looks": 0,
}  # fmt: skip
"""The row of a broadcast that is not there."""


def as_seen(work: Work, seen: RemoteBroadcast) -> dict[str, Any]:
    """The columns that hold what the platform said of the broadcast."""
    now = work.ports.clock()
    values = {
        "remote_id": seen.id, "status": seen.status, "stream_id": seen.stream_id, "actual_start": seen.actual_start,
        "actual_end": seen.actual_end, "refreshed_at": now,
    }  # fmt: skip
    if seen.chat_id:  # YouTube takes it away at the end
        values["chat_id"] = seen.chat_id
    if seen.status is not work.row.status:
        values["status_since"] = now
    return values

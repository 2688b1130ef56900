"""The channels that are connected, each as a platform that can be asked; see ports.Platforms."""

from collections.abc import Callable
from datetime import datetime

from helpcenter.errors import NotConfigured
from helpcenter.ports import Database
from helpcenter.settings import Settings
from streaming.platform import LivePlatform, Priority


class ConnectedChannels:
    """See ports.Platforms."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings, self._database, self._clock = settings, database, clock

    def of(self, channel_id: int, *, priority: Priority, session_id: int | None = None) -> LivePlatform:
        """See ports.Platforms."""
        del channel_id, priority, session_id
        raise NotConfigured

"""Sessions that are passed on to another platform while they run: which, and which of their segments."""

import time
from datetime import timedelta
from typing import Final

import structlog

from helpcenter.ports import Ports
from helpcenter.services import broadcasts, live
from streaming.local.archive import Archive
from streaming.rtmp.push import Target
from workers.media.ffmpeg import find_tools
from workers.studio.passing import LATE, Passing

log = structlog.get_logger(__name__)
LOOK: Final = 2.0
"""Seconds between two looks at which sessions are passed on."""
OFFER: Final = 0.5
"""Seconds between two looks at what has become segments."""
HELD: Final = timedelta(seconds=3)
"""So long every segment is held: a press of "off the record" needs its time to reach us, and nothing can be taken back there."""
PATIENCE: Final = 15.0


class Relaying:
    """Keeps one thread for each session that is passed on, and gives it what may be shown."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._passing: dict[broadcasts.Relay, Passing] = {}
        self._ended: list[Passing] = []
        self._look_at = self._offer_at = 0.0

    def start(self) -> None:
        """Nothing has to be ready."""

    def step(self) -> None:
        """Begin and end relays as sessions want them, and offer each what is new."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK
            self._look()
        if now >= self._offer_at:
            self._offer_at = now + OFFER
            for relay, passing in self._passing.items():
                self._offer(relay, passing)

    def stop(self) -> None:
        """End every relay, and wait until nothing of it runs."""
        for passing in self._passing.values():
            passing.end()
        for passing in [*self._passing.values(), *self._ended]:
            passing.join(PATIENCE)

    def _look(self) -> None:
        with self._ports.database.reading() as db:
            wanted = broadcasts.relays(db, self._ports.settings)
        for relay in self._passing.keys() - set(wanted):
            passing = self._passing.pop(relay)
            passing.end()
            self._ended.append(passing)
        self._ended = [passing for passing in self._ended if passing.is_alive()]
        for relay in wanted:
            if relay not in self._passing and self._archive(relay).current(self._ports.clock()):
                self._passing[relay] = self._begun(relay)

    def _begun(self, relay: broadcasts.Relay) -> Passing:
        settings = self._ports.settings
        tools = find_tools(ffmpeg_binary=settings.ffmpeg_binary or None, sandbox=settings.sandbox)
        target = Target(relay.address, relay.key)
        passing = Passing(tools, target, self._archive(relay).folder, clock=self._ports.clock)
        passing.start()
        return passing

    def _archive(self, relay: broadcasts.Relay) -> Archive:
        return Archive(self._ports.settings.live_root, relay.archive_id)

    def _offer(self, relay: broadcasts.Relay, passing: Passing) -> None:
        now = self._ports.clock()
        segments = self._archive(relay).segments()
        fresh = [
            one for one in segments if now - LATE < one.end <= now - HELD and (one.take_id, one.number) > passing.last
        ]
        if not fresh:
            return
        # Asked for each time anew: what was marked a moment ago counts.
        with self._ports.database.reading() as db:
            hidden = live.hidden_stretches(db, relay.session_id)
        passing.offer(fresh, hidden=hidden)
        passing.last = max((one.take_id, one.number) for one in fresh)

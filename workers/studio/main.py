"""`helpcenter live`: runs the parts until it is told to stop."""

import signal
import time
from collections.abc import Sequence
from typing import Final

import structlog

from helpcenter.ports import Ports
from workers.studio.part import Part
from workers.studio.relay import Relaying
from workers.studio.rtmp import Receiving
from workers.studio.segmenting import Segmenting

log = structlog.get_logger(__name__)
PAUSE: Final = 0.1
"""Seconds between two looks: what has come waits for no longer."""


def parts_of(ports: Ports) -> list[Part]:
    """All that the process does."""
    return [Segmenting(ports), Receiving(ports), Relaying(ports)]


class Live:
    """The process: its parts, one after the other, again and again. What one of them cannot do stops no other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._stopping = False

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        started: list[Part] = []
        try:
            for part in self._parts:
                part.start()
                started.append(part)
            while not self._stopping:
                for part in started:
                    self._step(part)
                time.sleep(PAUSE)
        finally:
            for part in started:
                part.stop()

    def stop(self, *_: object) -> None:
        """End after the present step."""
        self._stopping = True

    def _step(self, part: Part) -> None:
        try:
            part.step()
        except Exception:
            log.exception("a part of the live path failed", part=type(part).__name__)

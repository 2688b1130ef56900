"""The sign of life of a step in work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from helpcenter.ports import Ports
from helpcenter.services import steps
from helpcenter.services.steps import Claim
from workers import process
from workers.pipeline.job import LeaseLost, Stopped

log = structlog.get_logger(__name__)
LONGEST_PAUSE = 1.0  # seconds between two notes of progress


class Heartbeat:
    """Extends the lease and notes the progress from a thread of its own, while the step works in the calling one."""

    def __init__(self, ports: Ports, claim: Claim, *, lease: timedelta) -> None:
        self._ports = ports
        self._claim = claim
        self._lease = lease
        self._progress = 0.0
        self._lost = False
        self._over = Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat-{claim.step_id}", daemon=True)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beats during the block."""
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def report(self, done: float) -> None:
        """Note how far the step is, 0 to 1. Raises Stopped or LeaseLost when there is no point in going on."""
        self._progress = max(self._progress, min(done, 1.0))
        if process.stopping():
            raise Stopped
        if self._lost:
            raise LeaseLost

    def _beat(self) -> None:
        lease = self._lease.total_seconds()
        extended = time.monotonic()
        while not self._over.wait(min(LONGEST_PAUSE, lease / 3)):
            try:
                with self._ports.database.transaction() as db:
                    until = self._ports.clock() + self._lease
                    mine = steps.extend(db, self._claim, until=until, progress=self._progress)
                extended = time.monotonic()
            except SQLAlchemyError as error:
                log.warning("lease not extended", step=self._claim.step_id, error=str(error))
                mine = time.monotonic() - extended < lease
            if not mine:
                self._lost = True
                return

"""What one worker process has: its wired ports, and whether it has been asked to stop."""

import mmap
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from helpcenter.db import SqlDatabase
from helpcenter.ports import Ports
from helpcenter.wiring import wire

# One byte shared with the processes forked later: the parent hears SIGTERM, its children do the work.
_asked_to_stop = mmap.mmap(-1, 1)
_wired: list[Ports] = []
_busy: list[bool] = []


def ports() -> Ports:
    """The ports of this process; wired at first use."""
    if not _wired:
        _wired.append(wire())
    return _wired[0]


@contextmanager
def working() -> Iterator[None]:
    """While a task runs: SIGTERM does not end it in the middle, but lets it give back what it does."""
    _busy.append(True)
    try:
        yield
    finally:
        _busy.pop()


def after_fork() -> None:
    """Leave the parent's database connections to the parent, and end in good order when somebody says so."""
    # systemd sends SIGTERM to every process of a service. By default a pool's process dies of it at once, maybe
    # holding the lock on the pool's queue, and then the parent waits for ever.
    signal.signal(signal.SIGTERM, _end)
    if _wired and isinstance(_wired[0].database, SqlDatabase):
        _wired[0].database.engine.dispose(close=False)


def ask_to_stop() -> None:
    """Tell all processes forked from this one to give back what they are doing."""
    _asked_to_stop[0] = 1


def stopping() -> bool:
    """Whether somebody has asked us to stop."""
    return _asked_to_stop[0] == 1


def _end(_: int, __: FrameType | None) -> None:
    ask_to_stop()
    if not _busy:
        raise SystemExit

"""What one worker process has: its wired ports, and whether it has been asked to stop."""

import mmap
import signal

from helpcenter.db import SqlDatabase
from helpcenter.ports import Ports
from helpcenter.wiring import wire

# One byte shared with the processes forked later: the parent hears SIGTERM, its children do the work.
_asked_to_stop = mmap.mmap(-1, 1)
_wired: list[Ports] = []


def ports() -> Ports:
    """The ports of this process; wired at first use."""
    if not _wired:
        _wired.append(wire())
    return _wired[0]


def after_fork() -> None:
    """Leave the parent's database connections to the parent, and its signals, too."""
    # systemd sends SIGTERM to every process of a service. A pool's process that dies of it may take along what the
    # parent then waits for, for ever; so only the parent listens, and tells (see `ask_to_stop`).
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _wired and isinstance(_wired[0].database, SqlDatabase):
        _wired[0].database.engine.dispose(close=False)


def ask_to_stop() -> None:
    """Tell all processes forked from this one to give back what they are doing."""
    _asked_to_stop[0] = 1


def stopping() -> bool:
    """Whether somebody has asked us to stop."""
    return _asked_to_stop[0] == 1

"""How gunicorn runs our web process: one with threads, one for each viewer's stream of events and those that make pages.

A thread that waits costs next to nothing; a server without a free one stands still. Connections are kept open beyond that.
"""

import gc
import resource
import signal
from importlib import import_module
from types import FrameType
from typing import Any

from helpcenter.settings import Settings

_settings = Settings()
_KEPT_OPEN = 1000
"""Connections of browsers that ask for nothing at the moment, or that wait for a thread."""
worker_class = "gthread"
workers = 1
threads = _settings.web_threads + _settings.live_viewers
worker_connections = threads + _KEPT_OPEN
timeout = 120
graceful_timeout = 10


def on_starting(_: Any) -> None:
    """Load the application, and let it have as many open files as it may: each viewer is one, and systems begin with some thousand.

    This is before the port is bound, and each process begins with what is loaded here. So whoever comes while the server starts
    anew is refused and tries again, and does not wait a second unheard: a host's press says how late it is when it is sent.
    """
    import_module("helpcenter.app")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def post_worker_init(worker: Any) -> None:
    """Let the viewers' streams end as soon as the process is told to end: else it would wait for each of them.

    What has been loaded by now stays to the end, so the collector need not look through all of it again and again, which
    would keep everybody waiting for a fifth of a second each time.
    """
    gc.collect()
    gc.freeze()
    hub, before = worker.wsgi.extensions["hub"], signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        hub.stop()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, end)

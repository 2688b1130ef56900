"""What gunicorn is told about our web process that no flag can say."""

import resource
import signal
from types import FrameType
from typing import Any


def on_starting(_: Any) -> None:
    """Let it have as many open files as it may: each viewer is one, and systems begin with some thousand."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def post_worker_init(worker: Any) -> None:
    """Let the viewers' streams end as soon as the process is told to end: else it would wait for each of them."""
    hub, before = worker.wsgi.extensions["hub"], signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        hub.stop()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, end)

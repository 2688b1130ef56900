"""The Celery application: `celery -A workers.app worker` and `celery -A workers.app beat`."""

import logging
import time
from contextlib import suppress
from typing import Any

from celery import signals

from helpcenter.jobs import TICK
from helpcenter.log import configure_logging
from helpcenter.queue import celery_app
from helpcenter.settings import Settings
from workers import process
from workers.tasks import register

OLD_BELL = 60.0  # seconds

settings = Settings()
app = celery_app(settings)
app.conf.update(
    # One process more than steps are done at once, so that mail and ticks never wait behind a transcript.
    worker_concurrency=settings.worker_processes + 1,
    # The folder transport would keep a file for each remote command that nobody sends.
    worker_enable_remote_control=not settings.embedded_queue,
    beat_scheduler="celery.beat:Scheduler",  # keeps no file: after a restart a tick is due at once, which is right
    beat_schedule={
        # A tick that nobody took in time is replaced by the next one.
        "tick": {
            "task": TICK,
            "schedule": settings.tick_seconds,
            "options": {"expires": max(5.0, settings.tick_seconds)},
        },
    },
    beat_max_loop_interval=settings.tick_seconds,
)
register(app)


def _log(**_: Any) -> None:
    configure_logging()
    # Celery and the libraries speak to the standard log; without a handler, even why a worker ends would go unheard.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s [%(levelname)s] %(name)s: %(message)s")


def _wire_before_forking(**_: Any) -> None:
    # Migrates an embedded database once, instead of in each process at once.
    process.ports()
    if settings.embedded_queue:
        _forget_old_bells()


def _forget_old_bells() -> None:
    # A beat that ran without a worker has rung for nothing every two seconds; what is still due, the next tick finds.
    before = time.time() - OLD_BELL
    for path in (settings.queue_root / "messages").iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _after_fork(**_: Any) -> None:
    process.after_fork()


def _stop(**_: Any) -> None:
    process.ask_to_stop()


signals.setup_logging.connect(_log)
signals.worker_init.connect(_wire_before_forking)
signals.worker_process_init.connect(_after_fork)
signals.worker_shutting_down.connect(_stop)

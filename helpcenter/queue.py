"""The alarm clock: Celery, told by name which task should look at which row. Losing it loses time, never work."""

import json
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, filesystem

from helpcenter.jobs import Doorbell
from helpcenter.settings import Settings

log = structlog.get_logger(__name__)
AWAY = 10.0  # seconds


class FolderChannel(filesystem.Channel):
    """kombu's folder transport, but a file is there whole or not at all.

    kombu's own writes under the final name, and a worker that reads such a file before its end dies of it.
    """

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # its own base says `message`
        name = f"{time.time_ns():020d}_{uuid4().hex}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, json.dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 -- kombu's signature
        for path in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = Path(self.processed_folder) / path.name
            try:
                path.rename(taken)
                payload = taken.read_text()
                taken.unlink()
            except FileNotFoundError:
                continue  # another worker was faster
            return json.loads(payload)
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        kombu: Any = super()  # its methods have no types
        known = kombu.get_table(exchange)
        if bound not in known:
            _write(Path(self.control_folder) / f"{exchange}.exchange", json.dumps([bound, *known]))


class FolderTransport(filesystem.Transport):
    """See FolderChannel."""

    Channel = FolderChannel


TRANSPORT_ALIASES["folder"] = f"{__name__}:FolderTransport"


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    part.write_text(text)
    part.replace(path)


def celery_app(settings: Settings) -> Celery:
    """A Celery application for these settings: JSON, ids only, no results, no ETAs; the folder transport where no broker is set."""
    app = Celery("helpcenter", set_as_current=False)
    app.conf.update(
        broker_url=settings.broker_url or "folder://localhost/",
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=10,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        task_publish_retry=False,
        task_default_queue="helpcenter",
        timezone="UTC",
        enable_utc=True,
    )
    if settings.embedded_queue:
        folders = {name: settings.queue_root / name for name in ("messages", "processed", "control")}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        app.conf.broker_transport_options = {
            "data_folder_in": str(folders["messages"]),
            "data_folder_out": str(folders["messages"]),
            "processed_folder": str(folders["processed"]),
            "control_folder": str(folders["control"]),
            "store_processed": False,
            "polling_interval": 0.1,
        }
    elif settings.broker_url.startswith("redis"):
        app.conf.broker_transport_options = {
            "visibility_timeout": 3600,
            "socket_timeout": 5,
            "socket_connect_timeout": 3,
        }
    return app


class CeleryQueue:
    """See ports.Queue."""

    def __init__(self, settings: Settings) -> None:
        self._app = celery_app(settings)
        self._away_until = 0.0

    def ring(self, bell: Doorbell) -> None:
        """Send the task by its name; a broker that is away costs a tick, so it is only noted, and left alone for a while."""
        if time.monotonic() < self._away_until:
            return  # to find that out takes seconds, in which a visitor would wait for his page
        try:
            self._app.send_task(bell.task, args=[bell.row_id] if bell.row_id is not None else [])
        except (OperationalError, OSError) as error:
            self._away_until = time.monotonic() + AWAY
            log.warning("doorbell not rung", task=bell.task, row=bell.row_id, error=str(error))


def broker_answers(settings: Settings) -> str | None:
    """None when the broker answers within three seconds, else why not."""
    app = celery_app(settings)
    try:
        with app.connection_for_read(connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as error:
        return " ".join(str(error).split())
    return None


class SilentQueue:
    """A queue that only remembers; for tests and commands that do the work themselves."""

    def __init__(self) -> None:
        self.rung: list[Doorbell] = []

    def ring(self, bell: Doorbell) -> None:
        """Remember the bell."""
        self.rung.append(bell)

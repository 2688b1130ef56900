"""The alarm clock: Celery, told by name which task should look at which row. Losing it loses time, never work."""

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from helpcenter.jobs import Doorbell
from helpcenter.settings import Settings

log = structlog.get_logger(__name__)


def celery_app(settings: Settings) -> Celery:
    """A Celery application for these settings: JSON, ids only, no results, no ETAs; the folder transport where no broker is set."""
    app = Celery("helpcenter", set_as_current=False)
    app.conf.update(
        broker_url=settings.broker_url or "filesystem://",
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

    def ring(self, bell: Doorbell) -> None:
        """Send the task by its name; a broker that is away costs a tick, so it is only noted."""
        try:
            self._app.send_task(bell.task, args=[bell.row_id] if bell.row_id is not None else [])
        except (OperationalError, OSError) as error:
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

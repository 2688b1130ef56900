"""The one place that chooses the parts for a process, by its settings."""

from collections.abc import Callable
from datetime import datetime

from helpcenter.db import SqlDatabase, migrate
from helpcenter.mail import make_mailer
from helpcenter.platforms import ConnectedChannels
from helpcenter.ports import Platforms, Ports, Queue, utc_now
from helpcenter.queue import CeleryQueue
from helpcenter.settings import Settings
from helpcenter.storage import make_storage


def wire(
    settings: Settings | None = None,
    *,
    queue: Queue | None = None,
    platforms: Platforms | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Ports:
    """The parts of one process. The embedded default's database is made and migrated here."""
    settings = settings or Settings()
    queue = queue or CeleryQueue(settings)
    if settings.database.startswith("sqlite"):
        migrate(settings.database)
    database = SqlDatabase(settings.database, queue, pool_size=settings.web_threads)
    return Ports(
        settings=settings,
        database=database,
        queue=queue,
        storage=make_storage(settings),
        mailer=make_mailer(settings),
        platforms=platforms or ConnectedChannels(settings, database, clock),
        clock=clock,
    )

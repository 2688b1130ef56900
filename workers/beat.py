"""The tick: rings for what is due or was lost, and tidies up. Two at once do no harm."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.jobs import (
    ADVANCE_RECORDING,
    ASK_SOLVED,
    CHECK_CHANNEL,
    IMPORT_CHANNEL,
    MAKE_ATTACHMENT,
    PROJECT_BROADCAST,
    ROUTE_QUESTION,
    SEND_MAIL,
    SEND_REMINDER,
    TELL_NEWS,
    WARN_OF_SHIFT,
    WATCH_QUESTION,
    WATCH_VIDEO,
    Doorbell,
)
from helpcenter.models import Heartbeat
from helpcenter.ports import Ports
from helpcenter.services import attachments, broadcasts, channels, dispatch, fate, following, questions, steps, videos
from helpcenter.services.notifications.sending import due_mails
from helpcenter.services.rota import warnings
from helpcenter.services.sessions import reminders
from workers.janitor import tidy

_DUE: Final = (
    (ADVANCE_RECORDING, steps.due),
    (SEND_REMINDER, reminders.due),
    (PROJECT_BROADCAST, broadcasts.due),
    (WATCH_VIDEO, videos.due),
    (IMPORT_CHANNEL, videos.due_imports),
    (CHECK_CHANNEL, channels.due_checks),
    (MAKE_ATTACHMENT, attachments.due),
    (ROUTE_QUESTION, dispatch.due),
    (WATCH_QUESTION, fate.due),
    (WARN_OF_SHIFT, warnings.due),
)
"""Each task, and who says for which rows it is due."""


def tick(ports: Ports) -> None:
    """Note that beat and worker live, ring for every step, mail, reminder and question that is due, and now and then tidy up."""
    now = ports.clock()
    with ports.database.transaction() as db:
        for process in ("beat", "worker"):
            _alive(db, process, ports)
        if ports.settings.live_pace != 1:
            reminders.plan_all(db, now=now, pace=ports.settings.live_pace)
    # Looking takes a while, and changes nothing: nobody who writes has to wait for it.
    with ports.database.reading() as db:
        bells = list(dict.fromkeys(_bells(db, ports)))
    for bell in bells:
        ports.queue.ring(bell)
    tidy(ports)


def _bells(db: Session, ports: Ports) -> Iterator[Doorbell]:
    now = ports.clock()
    yield from (Doorbell(SEND_MAIL, mail_id) for mail_id in due_mails(db, now))
    for task, due in _DUE:
        yield from (Doorbell(task, row_id) for row_id in due(db, now=now))
    after = timedelta(days=ports.settings.solved_days)
    yield from (Doorbell(ASK_SOLVED, asker_id) for asker_id in questions.due_to_ask(db, now=now, after=after))
    yield from (Doorbell(TELL_NEWS, subscription_id) for subscription_id in following.due(db, now=now))


def _alive(db: Session, process: str, ports: Ports) -> None:
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"process": process, "name": socket.gethostname()[:120], "seen_at": ports.clock()}
    statement = insert(Heartbeat).values(**values)
    db.execute(statement.on_conflict_do_update(index_elements=["process", "name"], set_={"seen_at": values["seen_at"]}))

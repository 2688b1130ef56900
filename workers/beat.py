"""The tick: rings for what is due or was lost, and tidies up. Two at once do no harm."""

import socket
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
    defer,
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
        for mail_id in due_mails(db, now):
            defer(db, SEND_MAIL, mail_id)
        if ports.settings.live_pace != 1:
            reminders.plan_all(db, now=now, pace=ports.settings.live_pace)
        for task, due in _DUE:
            for row_id in due(db, now=now):
                defer(db, task, row_id)
        _ring_for_people(db, ports)
    tidy(ports)


def _ring_for_people(db: Session, ports: Ports) -> None:
    """Ring for those who are to be asked whether it is solved, and those who follow a topic in which something is new."""
    now = ports.clock()
    for asker_id in questions.due_to_ask(db, now=now, after=timedelta(days=ports.settings.solved_days)):
        defer(db, ASK_SOLVED, asker_id)
    for subscription_id in following.due(db, now=now):
        defer(db, TELL_NEWS, subscription_id)


def _alive(db: Session, process: str, ports: Ports) -> None:
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"process": process, "name": socket.gethostname()[:120], "seen_at": ports.clock()}
    statement = insert(Heartbeat).values(**values)
    db.execute(statement.on_conflict_do_update(index_elements=["process", "name"], set_={"seen_at": values["seen_at"]}))

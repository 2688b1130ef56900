"""The tick: rings for what is due or was lost, and tidies up. Two at once do no harm."""

import socket

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.jobs import (
    ADVANCE_RECORDING,
    CHECK_CHANNEL,
    IMPORT_CHANNEL,
    MAKE_ATTACHMENT,
    PROJECT_BROADCAST,
    SEND_MAIL,
    SEND_REMINDER,
    WATCH_VIDEO,
    defer,
)
from helpcenter.models import Heartbeat
from helpcenter.ports import Ports
from helpcenter.services import attachments, broadcasts, channels, steps, videos
from helpcenter.services.notifications.sending import due_mails
from helpcenter.services.sessions import reminders
from workers.janitor import tidy

_DUE = (
    (broadcasts.due, PROJECT_BROADCAST),
    (videos.due, WATCH_VIDEO),
    (videos.due_imports, IMPORT_CHANNEL),
    (channels.due_checks, CHECK_CHANNEL),
    (attachments.due, MAKE_ATTACHMENT),
)
"""What names the rows that are due, and the task that looks at one."""


def tick(ports: Ports) -> None:
    """Note that beat and worker live, ring for every step, mail and reminder that is due, and now and then tidy up."""
    now = ports.clock()
    with ports.database.transaction() as db:
        for process in ("beat", "worker"):
            _alive(db, process, ports)
        for recording_id in steps.due(db, now=now):
            defer(db, ADVANCE_RECORDING, recording_id)
        for mail_id in due_mails(db, now):
            defer(db, SEND_MAIL, mail_id)
        if ports.settings.live_pace != 1:
            reminders.plan_all(db, now=now, pace=ports.settings.live_pace)
        for reminder_id in reminders.due(db, now=now):
            defer(db, SEND_REMINDER, reminder_id)
        for due, task in _DUE:
            for row_id in due(db, now=now):
                defer(db, task, row_id)
    tidy(ports)


def _alive(db: Session, process: str, ports: Ports) -> None:
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"process": process, "name": socket.gethostname()[:120], "seen_at": ports.clock()}
    statement = insert(Heartbeat).values(**values)
    db.execute(statement.on_conflict_do_update(index_elements=["process", "name"], set_={"seen_at": values["seen_at"]}))

"""The tick: rings for what is due or was lost, and tidies up. Two at once do no harm."""

import socket
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.jobs import (
    ADVANCE_RECORDING,
    CHECK_CHANNEL,
    IMPORT_CHANNEL,
    PROJECT_BROADCAST,
    SEND_MAIL,
    SEND_REMINDER,
    WARN_OF_SHIFT,
    WATCH_VIDEO,
    defer,
)
from helpcenter.models import Heartbeat
from helpcenter.ports import Ports
from helpcenter.services import broadcasts, channels, steps, videos
from helpcenter.services.notifications.sending import due_mails
from helpcenter.services.rota import warnings
from helpcenter.services.sessions import reminders
from workers.janitor import tidy


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
        for broadcast_id in broadcasts.due(db, now=now):
            defer(db, PROJECT_BROADCAST, broadcast_id)
        for video_id in videos.due(db, now=now):
            defer(db, WATCH_VIDEO, video_id)
        for import_id in videos.due_imports(db, now=now):
            defer(db, IMPORT_CHANNEL, import_id)
        for channel_id in channels.due_checks(db, now=now):
            defer(db, CHECK_CHANNEL, channel_id)
        _ring_of_shifts(db, now)
    tidy(ports)


def _ring_of_shifts(db: Session, now: datetime) -> None:
    for shift_id in warnings.due(db, now=now):
        defer(db, WARN_OF_SHIFT, shift_id)


def _alive(db: Session, process: str, ports: Ports) -> None:
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"process": process, "name": socket.gethostname()[:120], "seen_at": ports.clock()}
    statement = insert(Heartbeat).values(**values)
    db.execute(statement.on_conflict_do_update(index_elements=["process", "name"], set_={"seen_at": values["seen_at"]}))

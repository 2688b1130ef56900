"""Reminders of live sessions, sent when their moment has come."""

from helpcenter.ports import Ports
from helpcenter.services.sessions import reminders


def send(ports: Ports, reminder_id: int) -> None:
    """Note the mails of the reminder, if it is still to be sent; claim and mails are one transaction."""
    with ports.database.transaction() as db:
        reminders.send(db, reminder_id, now=ports.clock())

"""The tasks: each looks at one row, does what is due there, and ends."""

from celery import Celery

from helpcenter.jobs import ADVANCE_RECORDING, SEND_MAIL, SEND_REMINDER, TICK
from workers import beat, mails, process, reminders
from workers.pipeline.advance import advance


def advance_recording(recording_id: int) -> None:
    """Do the recording's next step."""
    advance(process.ports(), recording_id)


def send_mail(mail_id: int) -> None:
    """Send the mail, if it is still to be sent."""
    mails.send(process.ports(), mail_id)


def send_reminder(reminder_id: int) -> None:
    """Remind the subscribers of a live session, if that is still to be done."""
    reminders.send(process.ports(), reminder_id)


def tick() -> None:
    """Ring for what is due, and tidy up."""
    beat.tick(process.ports())


def register(app: Celery) -> None:
    """Give the tasks the names by which the site rings them."""
    app.task(advance_recording, name=ADVANCE_RECORDING)
    app.task(send_mail, name=SEND_MAIL)
    app.task(send_reminder, name=SEND_REMINDER)
    app.task(tick, name=TICK)

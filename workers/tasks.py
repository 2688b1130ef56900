"""The tasks: each looks at one row, does what is due there, and ends."""

from celery import Celery

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
    TICK,
    WARN_OF_SHIFT,
    WATCH_QUESTION,
    WATCH_VIDEO,
)
from workers import attachments, beat, fate, mails, process, reminders, rota, routing, waiting
from workers.archive import importing
from workers.archive.watch import watch
from workers.live import channels
from workers.live.project import project
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


def route_question(question_id: int) -> None:
    """Find out who should answer the question, if that is still to be done."""
    routing.route(process.ports(), question_id)


def project_broadcast(broadcast_id: int) -> None:
    """Do the next thing with a broadcast."""
    project(process.ports(), broadcast_id)


def watch_video(video_id: int) -> None:
    """Look at a video on the platform, and do what follows from it."""
    watch(process.ports(), video_id)


def import_channel(import_id: int) -> None:
    """List the next page of a channel's videos."""
    importing.import_channel(process.ports(), import_id)


def check_channel(channel_id: int) -> None:
    """Look at a channel's authorisation, if that is due."""
    channels.check(process.ports(), channel_id)


def watch_question(question_id: int) -> None:
    """See to it that the question goes on, if that is due."""
    fate.watch(process.ports(), question_id)


def ask_solved(asker_id: int) -> None:
    """Ask somebody whether the answer solved his question, if that is still to be done."""
    waiting.ask(process.ports(), asker_id)


def tell_news(subscription_id: int) -> None:
    """Tell somebody who follows a topic what is new in it, if that is still to be done."""
    waiting.tell_news(process.ports(), subscription_id)


def make_attachment(attachment_id: int) -> None:
    """Make what an asker sent anew."""
    attachments.make(process.ports(), attachment_id)


def warn_of_shift(shift_id: int) -> None:
    """Tell planners and colleagues of a shift that is open, if that is still to be done."""
    rota.warn(process.ports(), shift_id)


def tick() -> None:
    """Ring for what is due, and tidy up."""
    beat.tick(process.ports())


def register(app: Celery) -> None:
    """Give the tasks the names by which the site rings them."""
    app.task(advance_recording, name=ADVANCE_RECORDING)
    app.task(send_mail, name=SEND_MAIL)
    app.task(send_reminder, name=SEND_REMINDER)
    app.task(project_broadcast, name=PROJECT_BROADCAST)
    app.task(watch_video, name=WATCH_VIDEO)
    app.task(import_channel, name=IMPORT_CHANNEL)
    app.task(check_channel, name=CHECK_CHANNEL)
    app.task(watch_question, name=WATCH_QUESTION)
    app.task(ask_solved, name=ASK_SOLVED)
    app.task(tell_news, name=TELL_NEWS)
    app.task(route_question, name=ROUTE_QUESTION)
    app.task(make_attachment, name=MAKE_ATTACHMENT)
    app.task(warn_of_shift, name=WARN_OF_SHIFT)
    app.task(tick, name=TICK)

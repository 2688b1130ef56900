"""Asks each configured part how it is, and says in words what is wrong and how to mend it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from helpcenter.db import pending_migrations
from helpcenter.errors import N_, HelpCenterError, Message
from helpcenter.models import Channel, ChannelState, Heartbeat
from helpcenter.platforms import api_root, oauth_client
from helpcenter.ports import Check, Ports
from helpcenter.queue import broker_answers
from helpcenter.services import channels
from helpcenter.settings import Settings

ALIVE = timedelta(seconds=30)


def checks(ports: Ports) -> list[Check]:
    """What every part says, in the order in which one would look; never raises."""
    found = [
        _database(ports),
        _queue(ports),
        _processes(ports),
        _storage(ports),
        _room(ports),
        _mail(ports),
        _secret(ports),
        _channels(ports),
    ]
    return [*found, *_of_other_packages(ports.settings)]


def _of_other_packages(settings: Settings) -> Iterator[Check]:
    # The media tools belong to the workers, whom we may not import; they announce their checks by name.
    for entry in entry_points(group="helpcenter.checks"):
        try:
            more: Callable[[Settings], list[Check]] = entry.load()
        except ImportError as error:
            yield Check(entry.name, False, Message(N_("This part is not installed: %(why)s"), {"why": str(error)}))
            continue
        yield from more(settings)


def _database(ports: Ports) -> Check:
    name = N_("database")
    try:
        with ports.database.reading() as db:
            db.execute(text("SELECT 1"))
        pending = pending_migrations(ports.settings.database)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        return Check(name, False, Message(N_("The database does not answer: %(why)s"), {"why": why}), _MEND_DATABASE)
    if pending:
        return Check(
            name,
            False,
            Message(N_("The database lacks %(count)d migrations."), {"count": len(pending)}),
            _MEND_MIGRATIONS,
        )
    kind = ports.settings.database.partition(":")[0].partition("+")[0]
    return Check(name, True, Message(N_("%(kind)s answers and is up to date."), {"kind": kind}))


_MEND_DATABASE = Message(N_("Look at HELPCENTER_DATABASE_URL, and whether the server runs and lets this user in."))
_MEND_MIGRATIONS = Message(N_("Run: helpcenter migrate"))


def _queue(ports: Ports) -> Check:
    name = N_("queue")
    if ports.settings.embedded_queue:
        return Check(
            name, True, Message(N_("The folder %(path)s serves as doorbell."), {"path": str(ports.settings.queue_root)})
        )
    why = broker_answers(ports.settings)
    if why is None:
        return Check(name, True, Message(N_("The broker answers.")))
    mend = Message(
        N_(
            "Look at HELPCENTER_BROKER_URL, and whether the broker runs. Until then jobs start a little later; none is lost."
        )
    )
    return Check(name, False, Message(N_("The broker does not answer: %(why)s"), {"why": why}), mend)


def _processes(ports: Ports) -> Check:
    name, since = N_("worker"), ports.clock() - ALIVE
    try:
        with ports.database.reading() as db:
            alive = set(db.scalars(select(Heartbeat.process).where(Heartbeat.seen_at > since)))
    except SQLAlchemyError:
        return Check(name, None, Message(N_("Unknown while the database does not answer.")))
    if missing := {"worker", "beat"} - alive:
        mend = Message(
            N_("Start everything with “helpcenter run”, or worker and beat as separate processes (see README).")
        )
        text_ = Message(N_("Not seen in the last half minute: %(names)s."), {"names": ", ".join(sorted(missing))})
        return Check(name, None, text_, mend)
    return Check(name, True, Message(N_("Worker and beat are alive.")))


def _storage(ports: Ports) -> Check:
    return _says(
        N_("media"), ports.storage.check, Message(N_("Look at HELPCENTER_MEDIA_ROOT or HELPCENTER_STORAGE_URL."))
    )


def _mail(ports: Ports) -> Check:
    return _says(N_("mail"), ports.mailer.check, Message(N_("Look at HELPCENTER_SMTP_URL or HELPCENTER_MAIL_ROOT.")))


def _says(name: str, ask: Callable[[], Message], mend: Message) -> Check:
    try:
        return Check(name, True, ask())
    except HelpCenterError as error:
        return Check(name, False, error.message, mend)
    except OSError as error:
        return Check(name, False, Message("%(why)s", {"why": str(error)}), mend)


def _room(ports: Ports) -> Check:
    settings, name = ports.settings, N_("room on the disk")
    try:
        settings.data_root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_root).free
    except OSError as error:
        return Check(name, False, Message("%(why)s", {"why": str(error)}), Message(N_("Look at HELPCENTER_DATA_ROOT.")))
    params: dict[str, Any] = {"free": round(free / 1e9, 1), "path": str(settings.data_root)}
    if free < settings.min_free_bytes:
        mend = Message(N_("Make room, or move HELPCENTER_DATA_ROOT to a larger disk. Uploads are refused until then."))
        return Check(name, False, Message(N_("Only %(free)s GB are free in %(path)s."), params), mend)
    return Check(name, True, Message(N_("%(free)s GB are free in %(path)s."), params))


def _secret(ports: Ports) -> Check:
    name = N_("secret key")
    if ports.settings.secret_key or ports.settings.database.startswith("sqlite"):
        return Check(name, True, Message(N_("Links and cookies are signed.")))
    mend = Message(N_("Set HELPCENTER_SECRET_KEY to the same long random text for every process."))
    return Check(
        name, False, Message(N_("Each machine makes a key of its own, so links of one fail at another.")), mend
    )


def _channels(ports: Ports) -> Check:
    name, settings = N_("channels"), ports.settings
    if not settings.youtube_client_id or not settings.youtube_client_secret:
        mend = Message(N_("Set HELPCENTER_YOUTUBE_CLIENT_ID and HELPCENTER_YOUTUBE_CLIENT_SECRET first."))
        return Check(name, None, Message(N_("Live sessions are not broadcast: no YouTube project is set up.")), mend)
    try:
        oauth_client(settings)
        api_root(settings)
        with ports.database.reading() as db:
            rows = [row for row in channels.all_channels(db) if row.token]
        for row in rows:
            channels.token_of(settings, row)
    except SQLAlchemyError:
        return Check(name, None, Message(N_("Unknown while the database does not answer.")))
    except HelpCenterError as error:
        return Check(name, False, error.message)
    return _connected(
        name, rows, Message(N_("Connect it at %(page)s"), {"page": f"{settings.site_url}/admin/channels"})
    )


def _connected(name: str, rows: list[Channel], mend: Message) -> Check:
    ended, soon = (
        ", ".join(row.title for row in rows if row.state is state)
        for state in (ChannelState.REVOKED, ChannelState.EXPIRING)
    )
    if not rows:
        return Check(name, None, Message(N_("No YouTube channel is connected.")), mend)
    if ended:
        return Check(name, False, Message(N_("The authorisation of %(names)s has ended."), {"names": ended}), mend)
    if soon:
        return Check(name, True, Message(N_("The authorisation of %(names)s ends within three days."), {"names": soon}))
    return Check(name, True, Message(N_("%(count)d connected."), {"count": len(rows)}))

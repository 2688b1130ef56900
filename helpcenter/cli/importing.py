"""`helpcenter import-channel`."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from helpcenter.cli.ingest import some_worker
from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Channel, ChannelImport, ImportState
from helpcenter.ports import Ports
from helpcenter.services import channels, videos
from helpcenter.services.videos.imports import OPEN
from helpcenter.wiring import wire

_PAUSE = 0.5


@click.command("import-channel")
@click.option(
    "--channel", "channel_id", default=None, metavar="ID", help="Channel; needed where several are connected."
)
@click.option("--playlist", default="", metavar="ID", help="Only the videos of this playlist.")
@click.option("--since", default=None, metavar="DATE", help="Only videos published on this day or later (2026-01-31).")
@click.option("--wait", is_flag=True, help="Wait until all is done; over days where the quota wants it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def import_channel(channel_id: str | None, playlist: str, since: str | None, *, wait: bool, as_json: bool) -> int:
    """Take in the videos of a connected channel, with chapters and captions. Run again, it goes on where it was."""
    ports = wire()
    first = _day(since, ports) if since else None
    with ports.database.transaction() as db:
        job = videos.start_import(
            db, _channel(db, channel_id), playlist=playlist, since=first, actor=None, now=ports.clock()
        )
        row_id = job.id
    if wait:
        _follow(ports, row_id)
    with ports.database.reading() as db:
        result = videos.summary(db, db.get_one(ChannelImport, row_id))
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else _told(result))
    if wait and result["state"] == "stopped":
        raise click.ClickException(result["note"] or "the import was stopped")
    return 0


def _channel(db: Session, public_id: str | None) -> Channel:
    if public_id:
        return channels.find(db, public_id)
    if (only := channels.only_channel(db)) is not None:
        return only
    if channels.all_channels(db):
        raise InvalidInput(N_("Several channels are connected, or none works. Name one with --channel."))
    raise InvalidInput(N_("No channel is connected. An admin connects one on the page “Channels”."))


def _day(text: str, ports: Ports) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(ports.settings.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter("--since takes a date such as 2026-01-31") from error


def _follow(ports: Ports, row_id: int) -> None:
    told = ""
    with some_worker(ports) as look_after:
        while True:
            look_after()
            with ports.database.reading() as db:
                job = db.get_one(ChannelImport, row_id)
                result = videos.summary(db, job)
            line, open_still = (
                _told(result),
                job.state in OPEN or (job.state is ImportState.DONE and result["processing"]),
            )
            if line != told:
                click.echo(line, err=True)
                told = line
            if not open_still:
                return
            time.sleep(_PAUSE)


def _told(result: dict[str, Any]) -> str:
    counts = ", ".join(
        f"{result[name]} {name.replace('_', ' ')}"
        for name in ("pulled", "waiting", "refused", "captions_waiting", "processing")
    )
    line = f"{result['import']}  {result['state']}: {result['found']} found, {counts}"
    return f"{line}. {result['note']}" if result["note"] else line

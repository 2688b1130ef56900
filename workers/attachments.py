"""What askers send with their questions: looked at by content and made anew, once, also when this process dies in the midst."""

import shutil
import time
from pathlib import Path

import structlog

from helpcenter.errors import HelpCenterError, UnusableMedia
from helpcenter.ports import Ports
from helpcenter.services import attachments
from helpcenter.services.attachments import Claim, Lost
from workers import failpoints
from workers.media import attachments as media
from workers.media.attachments import Made
from workers.media.ffmpeg import find_tools

log = structlog.get_logger(__name__)
_NOTED_EVERY = 2.0  # seconds


def make(ports: Ports, attachment_id: int) -> None:
    """Make the file anew if that is still to be done, and note what became of it."""
    with ports.database.transaction() as db:
        ours = attachments.claim(db, attachment_id, now=ports.clock())
    if ours is None:
        return
    failpoints.reach("attachment.claimed")
    arrived, folder = ports.settings.arrivals / ours.public_id, _work_folder(ports, ours)
    try:
        _keep(ports, ours, _made(ports, ours, arrived, folder))
    except UnusableMedia as error:
        with ports.database.transaction() as db:
            attachments.refuse(db, ours, error.message)
    except Lost:
        log.info("attachment taken over by another worker, or removed", attachment=ours.public_id)
        return
    except (HelpCenterError, OSError) as error:
        log.warning("attachment put off", attachment=ours.public_id, error=str(error))
        with ports.database.transaction() as db:
            attachments.put_off(db, ours, now=ports.clock())
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    arrived.unlink(missing_ok=True)


def _work_folder(ports: Ports, ours: Claim) -> Path:
    """An empty folder for this attempt; what a dead one left is removed."""
    for left in ports.settings.arrivals.glob(f"{ours.public_id}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = ports.settings.arrivals / f"{ours.public_id}-{ours.fence}"
    folder.mkdir(parents=True)
    return folder


def _made(ports: Ports, ours: Claim, arrived: Path, folder: Path) -> Made:
    settings = ports.settings
    tools = find_tools(ffmpeg_binary=settings.ffmpeg_binary or None, sandbox=settings.sandbox)
    noted = time.monotonic()

    def progress(done: float) -> None:
        nonlocal noted
        if time.monotonic() - noted > _NOTED_EVERY:
            noted = time.monotonic()
            with ports.database.transaction() as db:
                attachments.note_progress(db, ours, done, now=ports.clock())

    made = media.make(tools, arrived, folder, progress=progress)
    failpoints.reach("attachment.made")
    return made


def _keep(ports: Ports, ours: Claim, made: Made) -> None:
    """Put the files into the storage, then say so; where the row is not ours any more, they are not ours to remove either."""
    key = f"{ours.folder}/{ours.fence}{made.path.suffix}"
    poster_key = f"{ours.folder}/{ours.fence}{made.poster.suffix}" if made.poster else None
    ports.storage.put(key, made.path)
    if made.poster and poster_key:
        ports.storage.put(poster_key, made.poster)
    failpoints.reach("attachment.filed")
    with ports.database.transaction() as db:
        attachments.store(db, ours, key=key, poster_key=poster_key, seconds=made.seconds)
    failpoints.reach("attachment.stored")

"""Removes what interrupted work has left behind, and what may not be kept any longer."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from helpcenter.models import AttachmentState, Broadcast, LiveSession, QuestionAttachment, Recording, Step, StepState
from helpcenter.ports import Ports
from helpcenter.services import (
    attachments,
    guests,
    live,
    questions,
    quota,
    ratings,
    recordings,
    searches,
    uploads,
    videos,
)
from helpcenter.services.rota import proposals, warnings
from helpcenter.services.sessions import subscriptions

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=10)
OLD = timedelta(hours=1)
ARCHIVES = timedelta(days=1)
"""So long after its recording is there, what arrived of a session is kept beside it; rehearsals and what is off the record too."""


def tidy(ports: Ports, *, every: timedelta = EVERY, old: timedelta = OLD) -> None:
    """Remove dead work folders, half-written files older than `old`, and rows that are due to go; at most once in `every`."""
    mark = ports.settings.scratch / "tidied"
    now = ports.clock()
    if mark.exists() and _changed(mark) > now - every:
        return
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    os.utime(mark, (now.timestamp(), now.timestamp()))
    _work_folders(ports)
    _half_written(ports, before=now - old)
    _uploads(ports, now)
    _quota(ports, now)
    _told(ports, now)
    _archives(ports, now)
    _discarded(ports)
    with ports.database.transaction() as db:
        subscriptions.forget_old(db, now=now)
        guests.sweep(db)
        live.forget_old(db, now=now)
        ratings.forget_marks(db, now=now)
        searches.forget_old(db, today=now.date())
        questions.forget_old(db, now=now)
        attachments.sweep(db, ports.settings.arrivals, now=now)
        proposals.forget_old(db, now=now)
        warnings.free_of_gone(db, calendar=ports.settings.working_time, now=now)
    _arrivals(ports, now - old)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def _work_folders(ports: Ports) -> None:
    for folder in (path for path in ports.settings.scratch.glob("*/") if path.name != "slots"):
        with ports.database.reading() as db:
            rows = db.scalars(select(Step).join(Recording).where(Recording.public_id == folder.name)).all()
        # A folder is made after its claim has been committed, so the rows know of each that is alive.
        alive = {f"{step.id}-{step.fence}" for step in rows if step.state is StepState.DOING}
        alive |= {f"{step.id}-kept" for step in rows if step.state is not StepState.DONE}
        for work in folder.iterdir():
            if work.name not in alive:
                shutil.rmtree(work, ignore_errors=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _half_written(ports: Ports, *, before: datetime) -> None:
    for root in (ports.settings.media, ports.settings.mailbox):
        for pattern in ("*.part", ".part-*"):
            for path in root.rglob(pattern):
                if path.is_file() and _changed(path) < before:
                    path.unlink(missing_ok=True)
                    log.info("half-written file removed", name=path.name)


def _uploads(ports: Ports, now: datetime) -> None:
    with ports.database.transaction() as db:
        uploads.sweep(db, ports.settings.uploads, now=now)


def _quota(ports: Ports, now: datetime) -> None:
    with ports.database.transaction() as db:
        quota.tidy(db, now=now)


def _told(ports: Ports, now: datetime) -> None:
    with ports.database.transaction() as db:
        folders = videos.forget_old(db, now=now)
    for folder in folders:
        ports.storage.delete_tree(folder)


def _discarded(ports: Ports) -> None:
    with ports.database.transaction() as db:
        keys = recordings.take_discarded(db)
        for folder in {key.rpartition("/")[0] for key in keys}:
            ports.storage.delete_tree(folder)


def _arrivals(ports: Ports, before: datetime) -> None:
    """What arrived with questions and no row knows any more, such as what a dead worker or a broken request left."""
    for path in ports.settings.arrivals.glob("*"):
        if _changed(path) > before:
            continue
        wanted = select(QuestionAttachment.id).where(QuestionAttachment.public_id == path.name)
        with ports.database.reading() as db:
            known = db.scalar(wanted.where(QuestionAttachment.state == AttachmentState.WAITING)) is not None
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif not known:
            path.unlink(missing_ok=True)


def _archives(ports: Ports, now: datetime) -> None:
    """What arrived of sessions whose recording has long been there, and of those that nobody knows any more."""
    for folder in ports.settings.live_root.glob("*/"):
        if _changed(folder) > now - ARCHIVES:
            continue
        with ports.database.reading() as db:
            wanted = db.scalar(select(Broadcast.id).where(Broadcast.remote_id == folder.name)) is not None
            session = db.scalars(
                select(LiveSession).join(Recording).where(Recording.source_ref == folder.name)
            ).one_or_none()
            if session is not None and session.recording is not None:
                ready = session.recording.ready_at
                wanted = recordings.is_running(session.recording) or ready is None or ready > now - ARCHIVES
        if not wanted:
            shutil.rmtree(folder, ignore_errors=True)
            log.info("archive removed", archive=folder.name)

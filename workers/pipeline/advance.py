"""One step of one recording, from the claim to the last row."""

import errno
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpcenter.errors import N_, HelpCenterError, InvalidInput, Message, NotConfigured, NotFound, StorageFull, TooLarge
from helpcenter.jobs import ADVANCE_RECORDING, defer
from helpcenter.models import Recording
from helpcenter.ports import Ports
from helpcenter.services import recordings, steps, videos
from helpcenter.services.steps import Claim
from workers.failpoints import reach
from workers.pipeline.files import put_all, remove_folders, work_folders
from workers.pipeline.heartbeat import Heartbeat
from workers.pipeline.job import Job, Later, LeaseLost, Outcome, Stopped
from workers.pipeline.slots import slot
from workers.steps import WORK

log = structlog.get_logger(__name__)

HOPELESS = (InvalidInput, TooLarge, NotFound, NotConfigured)
"""Trying again changes nothing until a person has done something."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_UNEXPECTED = N_("Something went wrong here that was not foreseen. It has been noted in the log.")


def advance(ports: Ports, recording_id: int) -> bool:
    """Do the recording's next step; False where nothing could be done now, or this machine does enough already."""
    with slot(ports.settings) as free:
        if not free and not _waited_for(ports, recording_id):
            return False
        lease = timedelta(seconds=ports.settings.lease_seconds)
        with ports.database.transaction() as db:
            recording = db.get(Recording, recording_id)
            if recording is None:
                return False
            claim = steps.claim(db, recording_id, now=ports.clock(), lease=lease)
            recordings.refresh_state(db, recording, now=ports.clock())
            public_id = recording.public_id
        if claim is None:
            return False
        with structlog.contextvars.bound_contextvars(recording=public_id, step=claim.name, attempt=claim.attempt):
            _attempt(ports, recording_id, public_id, claim, lease)
        return True


def _waited_for(ports: Ports, recording_id: int) -> bool:
    """Whether its session runs: then its steps are short, and people look at the clock."""
    with ports.database.reading() as db:
        recording = db.get(Recording, recording_id)
        return recording is not None and recordings.is_running(recording) and not steps.chain_of(db, recording_id)


def _attempt(ports: Ports, recording_id: int, public_id: str, claim: Claim, lease: timedelta) -> None:
    reach(f"{claim.name}.claimed")
    heartbeat = Heartbeat(ports, claim, lease=lease)
    try:
        folder, kept = work_folders(ports, public_id, claim)
        job = Job(ports, claim, recording_id, public_id, folder, kept, heartbeat.report)
        with heartbeat.beating():
            heartbeat.report(0.0)
            outcome = WORK[claim.name](job)
            reach(f"{claim.name}.worked")
            keys = put_all(ports, public_id, claim.name, outcome.files, outcome.digest)
            reach(f"{claim.name}.filed")
        _store(job, outcome, keys)
        reach(f"{claim.name}.stored")
        remove_folders(ports, public_id, (folder, kept))
    except Exception as error:  # noqa: BLE001 -- the edge: whatever it was, its row has to say so
        _end_badly(ports, recording_id, claim, error)


def _store(job: Job, outcome: Outcome, keys: dict[str, str]) -> None:
    now = job.ports.clock()
    with job.ports.database.transaction() as db:
        outcome.lock(db)
        if not steps.finish(db, job.claim, now=now, note=outcome.note, result=outcome.result):
            raise LeaseLost
        recording = db.get_one(Recording, job.recording_id)
        outcome.store(db, recording, keys)
        db.flush()
        recordings.refresh_state(db, recording, now=now)
        videos.note_ready(db, recording, now=now)
        defer(db, ADVANCE_RECORDING, recording.id)
        db.flush()
        reach(f"{job.claim.name}.storing")
    log.info("step done")


def _end_badly(ports: Ports, recording_id: int, claim: Claim, error: Exception) -> None:
    if isinstance(error, LeaseLost):
        log.warning("step was taken over")
        return
    # The database itself may be what is away: then the lease runs out, and the step is found by a tick.
    with suppress(SQLAlchemyError), ports.database.transaction() as db:
        _note(db, ports, claim, error)
        recording = db.get_one(Recording, recording_id)
        recordings.refresh_state(db, recording, now=ports.clock())
        defer(db, ADVANCE_RECORDING, recording_id)


def _note(db: Session, ports: Ports, claim: Claim, error: Exception) -> None:
    now = ports.clock()
    if isinstance(error, OSError) and error.errno in _FULL:
        error = StorageFull()
    if isinstance(error, Stopped):
        steps.release(db, claim, due_at=now)
        log.info("step given back")
    elif isinstance(error, Later):
        steps.release(db, claim, due_at=now + error.wait)
    elif isinstance(error, StorageFull):
        steps.release(db, claim, due_at=now + steps.WAIT_FOR_ROOM, error=error.message)
        log.warning("step waits for room", error=str(error))
    elif isinstance(error, HelpCenterError):
        steps.fail(db, claim, error.message, now=now, hopeless=isinstance(error, HOPELESS))
        log.warning("step failed", error=str(error))
    else:
        steps.fail(db, claim, Message(_UNEXPECTED), now=now)
        log.error("step failed", exc_info=error)

"""fetch: the file comes into our storage, whole and once. What was uploaded is removed by the next step, when this one is kept."""

import re
from pathlib import Path, PurePath

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message, TooLarge
from helpcenter.models import Recording, Source
from helpcenter.services import recordings
from helpcenter.settings import GIB
from workers.media.fetch import Fetched, FetchLimits, fetch_url, store_local
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps import live, video
from workers.steps.media import ELSEWHERE, version_of

_ENDING = re.compile(r"\.[a-z0-9]{1,5}\Z")


def work(job: Job) -> Outcome:
    """Bring the file in from where it lies. Raises NotFound, TooLarge, Unavailable, StorageFull, UnusableMedia."""
    with job.reading() as (_, recording):
        source, version = recording.source, version_of(recording)
        running = recordings.is_running(recording)
        pending, name = version.pending_path, version.original_name
        here = version.original_key is not None
    if here:
        return Outcome(note=Message(N_("The file is here already.")))
    if running:
        return live.assemble(job)
    if source is Source.YOUTUBE and not pending:
        return Outcome(note=ELSEWHERE)
    if source is Source.YOUTUBE and "://" in pending:
        return video.work(job)
    fetched = _fetched(job, pending, is_url=source is Source.URL)
    stored = "original" + _ending(name or fetched.name)

    def store(_: Session, recording: Recording, keys: Keys) -> None:
        version = version_of(recording)
        version.original_key = keys[stored]
        version.original_name = version.original_name or fetched.name
        version.sha256, version.size = fetched.sha256, fetched.size

    return Outcome(files={stored: fetched.path}, digest=fetched.sha256, store=store)


def _fetched(job: Job, pending: str, *, is_url: bool) -> Fetched:
    settings = job.ports.settings
    if is_url:
        # What came before an attempt broke off is kept, and only the rest is asked for.
        limits = FetchLimits(max_bytes=settings.max_upload_bytes)
        allow = settings.fetch_private
        return fetch_url(pending, job.kept, limits=limits, progress=job.progress, allow_private=allow)
    path = Path(pending)
    if path.is_file() and path.stat().st_size > settings.max_upload_bytes:
        gigabytes = round(settings.max_upload_bytes / GIB, 1)
        raise TooLarge(N_("This file is larger than %(size)s GB, the most that is taken here."), size=gigabytes)
    return store_local(path, job.folder, progress=job.progress)


def _ending(name: str) -> str:
    ending = PurePath(name).suffix.lower()
    return ending if _ENDING.match(ending) else ""

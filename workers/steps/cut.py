"""cut: a confirmed clip becomes a file of its own, exact to the frame, with its poster."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Clip, ClipState, Recording
from helpcenter.services import steps
from workers.failpoints import reach
from workers.media.clips import cut, poster
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import ELSEWHERE, given, original

POSTER = "poster.jpg"


def work(job: Job) -> Outcome:
    """Cut the clip that the step is about. Raises UnusableMedia, StorageFull."""
    file = given(job)
    if file is None:
        return Outcome(note=ELSEWHERE)
    with job.reading() as (db, recording):
        clip = _clip(db, recording, job.claim.subject)
        wanted = (clip.start, clip.end) if clip and clip.state is ClipState.CONFIRMED else None
    if wanted is None:
        return Outcome(note=Message(N_("The clip is not public any more.")))

    def progress(done: float) -> None:
        reach("cut.working")
        job.progress(done)

    with original(job, file) as path:
        start, end = wanted
        done = cut(
            job.tools, path, file.probed, job.folder, start=start, end=end, mode="exact", name="clip", progress=progress
        )  # fmt: skip
        picture = poster(job.tools, path, file.probed, job.folder, at=start, name=POSTER)
    files = {done.path.name: done.path} | ({POSTER: picture} if picture else {})

    def store(db: Session, recording: Recording, keys: Keys) -> None:
        clip = _clip(db, recording, job.claim.subject)
        if clip is None:
            return
        if (clip.start, clip.end) != wanted:
            steps.add_cut(db, recording.id, clip.public_id, now=job.ports.clock())
            return
        clip.media_key, clip.media_start, clip.media_mode = keys[done.path.name], done.start, done.mode
        clip.poster_key = keys.get(POSTER)

    return Outcome(files=files, store=store)


def _clip(db: Session, recording: Recording, public_id: str) -> Clip | None:
    wanted = select(Clip).where(Clip.public_id == public_id, Clip.recording_id == recording.id)
    return db.scalars(wanted).one_or_none()

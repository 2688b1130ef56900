"""cut: a confirmed clip becomes a file of its own, exact to the frame, with its poster."""

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Clip, ClipState, Recording
from helpcenter.services import recordings, steps
from workers.failpoints import reach
from workers.media.clips import cut, poster
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps import live
from workers.steps.live import POSTER, clip_of
from workers.steps.media import ELSEWHERE, given, original

_GONE = N_("The clip is not public any more.")


def work(job: Job) -> Outcome:
    """Cut the clip that the step is about. Raises UnusableMedia, StorageFull, Later."""
    with job.reading() as (db, recording):
        running, clip = recordings.is_running(recording), clip_of(db, recording, job.claim.subject)
    if running:
        return live.cut(job, clip) if clip else Outcome(note=Message(_GONE))
    return _cut(job)


def _has_file(clip: Clip) -> bool:
    """Public clips have a file of their own, and those that were cut out of a running session keep one."""
    return clip.state is ClipState.CONFIRMED or clip.media_key is not None


def _cut(job: Job) -> Outcome:
    file = given(job)
    if file is None:
        return Outcome(note=ELSEWHERE)
    with job.reading() as (db, recording):
        clip = clip_of(db, recording, job.claim.subject)
        wanted = (clip.start, clip.end) if clip and _has_file(clip) else None
    if wanted is None:
        return Outcome(note=Message(_GONE))

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
        clip = clip_of(db, recording, job.claim.subject)
        if clip is None:
            return
        if (clip.start, clip.end) != wanted:
            steps.add_cut(db, recording.id, clip.public_id, now=job.ports.clock())
            return
        clip.media_key, clip.media_start, clip.media_mode = keys[done.path.name], done.start, done.mode
        clip.poster_key = keys.get(POSTER)

    return Outcome(files=files, store=store)

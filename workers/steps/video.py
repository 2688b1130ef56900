"""fetch, for a video on YouTube whose media the operator may load: through yt-dlp, and left there where that does not work."""

from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, HelpCenterError, Message, TooLarge, Unavailable
from helpcenter.models import Recording
from helpcenter.services import steps
from streaming import timeline
from workers.media.fetch import Fetched, FetchLimits
from workers.media.fetch_video import fetch_video, is_loopback
from workers.media.probe import probe
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import version_of

_STAYS: Final = N_("The video could not be loaded, so it stays at YouTube: %(why)s")
_NOT_WHOLE: Final = N_("What YouTube gave has %(there)s of %(expected)s minutes.")


def work(job: Job) -> Outcome:
    """Load the media; after the last try that failed, the video stays where it is. Raises Unavailable, StorageFull."""
    with job.reading() as (_, recording):
        video_id, expected = recording.source_ref, version_of(recording).duration
    try:
        fetched = _whole(job, video_id, expected)
    except (Unavailable, TooLarge) as error:
        if isinstance(error, Unavailable) and job.claim.attempt < steps.MAX_ATTEMPTS:
            raise
        return Outcome(note=Message(_STAYS, {"why": error.message}), store=_leave)

    def store(_: Session, recording: Recording, keys: Keys) -> None:
        version = version_of(recording)
        version.original_key, version.original_name = keys["original.mp4"], fetched.name
        version.sha256, version.size = fetched.sha256, fetched.size

    return Outcome(files={"original.mp4": fetched.path}, digest=fetched.sha256, store=store)


def _leave(_: Session, recording: Recording, __: Keys) -> None:
    version_of(recording).pending_path = ""


def _whole(job: Job, video_id: str, expected: float | None) -> Fetched:
    settings = job.ports.settings
    limits = FetchLimits(max_bytes=settings.max_upload_bytes)
    fetched = fetch_video(_address(job, video_id), job.kept, limits=limits, progress=job.progress)
    if expected is None:
        return fetched
    try:
        there = probe(job.tools, fetched.path, name=fetched.name).duration
    except HelpCenterError as error:
        fetched.path.unlink()
        raise Unavailable(error.message.text, **error.message.params) from error
    # A video that has just ended may be given in part, without a word about it.
    if abs(there - expected) > timeline.tolerance(expected):
        fetched.path.unlink()
        raise Unavailable(_NOT_WHOLE, there=round(there / 60, 1), expected=round(expected / 60, 1))
    return fetched


def _address(job: Job, video_id: str) -> str:
    """The watch page: YouTube's own, or that of the emulator that stands for it."""
    root = job.ports.settings.youtube_api_root.rstrip("/")
    return f"{root if root and is_loopback(root) else 'https://www.youtube.com'}/watch?v={video_id}"

"""play: what browsers can play, made where the original is not it."""

from pathlib import Path

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Recording
from workers.failpoints import reach
from workers.media.fetch import mime_of
from workers.media.play import make_playable
from workers.media.probe import MediaInfo
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import ELSEWHERE, given, original, version_of

_CONTAINERS = {"mov": "mp4", "matroska": "webm", "ogg": "ogg", "mp3": "mpeg", "wav": "wav", "flac": "flac"}


def work(job: Job) -> Outcome:
    """Make the playable version, or find that the original is one. Raises UnusableMedia, StorageFull."""
    file = given(job)
    if file is None:
        return Outcome(note=ELSEWHERE)

    def progress(done: float) -> None:
        reach("play.working")
        job.progress(done)

    with original(job, file) as path:
        made = make_playable(job.tools, path, file.probed, job.folder, progress=progress)
        as_it_is = made == path
    if as_it_is:
        return _played(file.key, _type_of(file.probed), note=Message(N_("Browsers can play the recording as it is.")))
    return _made(made)


def _played(key: str, content_type: str, *, note: Message) -> Outcome:
    def store(_: Session, recording: Recording, __: Keys) -> None:
        version = version_of(recording)
        version.play_key, version.play_type = key, content_type

    return Outcome(note=note, store=store)


def _made(made: Path) -> Outcome:
    def store(_: Session, recording: Recording, keys: Keys) -> None:
        version = version_of(recording)
        version.play_key, version.play_type = keys[made.name], mime_of(made.name)

    return Outcome(
        note=Message(N_("A version that every browser plays was made.")), files={made.name: made}, store=store
    )


def _type_of(info: MediaInfo) -> str:
    """What browsers are told about a file that they can play as it is."""
    return f"{'video' if info.video else 'audio'}/{_CONTAINERS.get(info.format, 'mp4')}"

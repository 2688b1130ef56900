"""scan: one pass over the file, and all that is learnt from it."""

from typing import Final

from sqlalchemy.orm import Session

from helpcenter.models import Recording
from helpcenter.services import recordings
from workers.failpoints import reach
from workers.media.scan import scan
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import ELSEWHERE, given, original, version_of

# Kinds of assets, and what browsers are told about them; each is also the file's name.
KINDS: Final = {
    "storyboard.jpg": "image/jpeg",
    "storyboard.json": "application/json",
    "storyboard.vtt": "text/vtt",
    "waveform.json": "application/json",
    "poster.jpg": "image/jpeg",
}
SPEECH: Final = "speech"
"""The kind of the sound for the recogniser; it is deleted when there is a transcript."""


def work(job: Job) -> Outcome:
    """Scan the file. Raises UnusableMedia, StorageFull."""
    file = given(job)
    if file is None:
        return Outcome(note=ELSEWHERE)

    def progress(done: float) -> None:
        reach("scan.working")
        job.progress(done)

    with original(job, file) as path:
        found = scan(job.tools, path, file.probed, job.folder, progress=progress)
    names = [
        found.storyboard and "storyboard.jpg",
        found.storyboard,
        found.storyboard_vtt,
        found.waveform,
        found.poster,
    ]
    files = {name: job.folder / name for name in names if name}
    if found.speech:
        files[f"{SPEECH}/{found.speech}"] = job.folder / found.speech

    def store(db: Session, recording: Recording, keys: Keys) -> None:
        version = version_of(recording)
        version.scan = found.as_json()
        version.poster_key = keys.get(found.poster or "")
        for name, content_type in KINDS.items():
            if name in keys:
                recordings.put_asset(db, recording, kind=name, key=keys[name], content_type=content_type)
        if found.speech:
            key = keys[f"{SPEECH}/{found.speech}"]
            recordings.put_asset(db, recording, kind=SPEECH, key=key, content_type="audio/wav")

    return Outcome(files=files, store=store)

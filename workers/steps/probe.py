"""probe: what is in the file, or why it cannot be a recording."""

from pathlib import Path

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message, UnusableMedia
from helpcenter.models import Recording
from workers.media.probe import MediaInfo, probe
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps.media import ELSEWHERE, given, original, version_of


def work(job: Job) -> Outcome:
    """Look into the file. Raises UnusableMedia."""
    file = given(job)
    if file is None:
        return Outcome(note=ELSEWHERE)
    with original(job, file) as path:
        info = probe(job.tools, path, name=file.name)
    _remove_upload(job)
    hours = job.ports.settings.max_recording_hours
    if info.duration > hours * 3600:
        raise UnusableMedia(
            N_("%(name)s is longer than %(hours)s hours. Please split it."), name=file.name, hours=hours
        )

    def store(_: Session, recording: Recording, __: Keys) -> None:
        version = version_of(recording)
        version.media, version.duration, version.pending_path = info.as_json(), info.duration, ""

    return Outcome(note=_note(info), store=store)


def _remove_upload(job: Job) -> None:
    with job.reading() as (_, recording):
        pending = Path(version_of(recording).pending_path)
    if pending.is_relative_to(job.ports.settings.uploads):
        pending.unlink(missing_ok=True)


def _note(info: MediaInfo) -> Message | None:
    if info.truncated:
        there, declared = round(info.duration / 60, 1), round((info.declared or 0) / 60, 1)
        text = N_("The file breaks off: %(there)s of %(declared)s minutes are there, and they are used.")
        return Message(text, {"there": there, "declared": declared})
    if info.audio is None:
        return Message(N_("There is no sound."))
    if info.video is None:
        return Message(N_("There is sound, but no picture."))
    return None

"""The recording's file, for the steps that look into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpcenter.errors import N_, Message, NotFound
from helpcenter.models import Recording, RecordingVersion
from workers.media.probe import MediaInfo
from workers.media.scan import Scan
from workers.pipeline.job import Job

ELSEWHERE = Message(N_("The media stays at YouTube."))


@dataclass(frozen=True, slots=True)
class Given:
    """What the rows know of the file: its key, its name, what probing and scanning found so far."""

    key: str
    name: str
    info: MediaInfo | None
    scan: Scan | None

    @property
    def probed(self) -> MediaInfo:
        """What probing found; the steps' order makes sure that it has."""
        assert self.info is not None
        return self.info


def version_of(recording: Recording) -> RecordingVersion:
    """The version that the pipeline works on. Raises NotFound for a recording that has none."""
    if recording.version is None:
        raise NotFound(N_("This recording has no file."))
    return recording.version


def given(job: Job) -> Given | None:
    """What is known of the recording's file; None where the media stays elsewhere."""
    with job.reading() as (_, recording):
        version = version_of(recording)
        if version.original_key is None:
            return None
        return Given(
            key=version.original_key,
            name=version.original_name or recording.title,
            info=MediaInfo.from_json(version.media) if version.media else None,
            scan=Scan.from_json(version.scan) if version.scan else None,
        )


@contextmanager
def original(job: Job, file: Given) -> Iterator[Path]:
    """The original as a local file. Raises NotFound."""
    with job.ports.storage.local(file.key) as path:
        yield path

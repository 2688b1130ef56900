"""outline: the first chapters and clips, found at once, so that nothing has to wait for the transcript."""

from sqlalchemy.orm import Session

from helpcenter.models import Recording
from helpcenter.services import clips, recordings, search
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps import structure


def work(job: Job) -> Outcome:
    """Chapters and clips from markers, the file's own chapters, the description and captions that came along."""
    found = structure.find(structure.known(job))
    now = job.ports.clock()

    def store(db: Session, recording: Recording, _: Keys) -> None:
        recordings.replace_chapters(db, recording, found.chapters)
        clips.replace_proposals(db, recording, found.clips, now=now)
        search.index_recording(db, recording.id)

    return Outcome(note=found.note, store=store)

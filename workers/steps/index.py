"""index: everything about the recording can be found."""

from sqlalchemy.orm import Session

from helpcenter.models import Recording
from helpcenter.services import search
from workers.pipeline.job import Job, Keys, Outcome


def work(job: Job) -> Outcome:
    """Bring the search index up to date; that is work for the database alone, so it is done while storing."""
    job.progress(0.0)

    def store(db: Session, recording: Recording, _: Keys) -> None:
        search.index_recording(db, recording.id)

    return Outcome(store=store)

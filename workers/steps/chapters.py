"""chapters: once more, now with the transcript."""

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Recording
from helpcenter.services import recordings
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps import structure
from workers.steps.scan import SPEECH
from workers.steps.transcript import let_go_of_speech


def work(job: Job) -> Outcome:
    """Chapters from all that is known now; those that a person edited stay."""
    let_go_of_speech(job)
    found = structure.find(structure.known(job))

    def store(db: Session, recording: Recording, _: Keys) -> None:
        recordings.drop_asset(db, recording, SPEECH)
        recordings.replace_chapters(db, recording, found.chapters)

    return Outcome(note=Message(N_("Chapters: %(chapters)d."), {"chapters": len(found.chapters)}), store=store)

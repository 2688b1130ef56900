"""clips: proposals for the editor, now with the transcript."""

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Recording
from helpcenter.services import clips
from workers.pipeline.job import Job, Keys, Outcome
from workers.steps import structure


def work(job: Job) -> Outcome:
    """Each chapter that answers something becomes a proposal; what a person decided or edited stays."""
    found = structure.find(structure.known(job))
    now = job.ports.clock()

    def store(db: Session, recording: Recording, _: Keys) -> None:
        clips.replace_proposals(db, recording, found.clips, now=now, final=True)

    return Outcome(note=Message(N_("Clips proposed: %(clips)d."), {"clips": len(found.clips)}), store=store)

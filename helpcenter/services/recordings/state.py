"""What a person needs to know of a recording's pipeline, told by its steps."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpcenter.errors import Message, NotFound
from helpcenter.models import Recording, RecordingState, Step, StepState
from helpcenter.services import steps


def find(db: Session, public_id: str) -> Recording:
    """The recording with this public id. Raises NotFound."""
    recording = db.scalars(select(Recording).where(Recording.public_id == public_id)).one_or_none()
    if recording is None:
        raise NotFound
    return recording


def refresh_state(db: Session, recording: Recording, *, now: datetime) -> None:
    """Ready as soon as it can be watched and has its first chapters; failed while a step that it needs has failed for good.

    While its session runs it has none of these steps yet, and is on its way.
    """
    needed = [step for step in steps.of_recording(db, recording.id) if step.name in steps.NEEDED]
    states = {step.state for step in needed}
    state = RecordingState.PROCESSING
    if StepState.QUARANTINED in states:
        state = RecordingState.FAILED
    elif needed and states <= {StepState.DONE}:
        state = RecordingState.READY
        recording.ready_at = recording.ready_at or now
    if recording.state is not state:
        recording.state = state


def settled(db: Session, recording_id: int) -> bool:
    """Whether nothing more will happen by itself: every step is done, given up, or waits behind one that was given up."""
    open_states = (StepState.TODO, StepState.DOING, StepState.FAILED)
    given_up = exists().where(
        Step.recording_id == recording_id, Step.state == StepState.QUARANTINED, Step.name.in_(steps.NEEDED)
    )
    working = exists().where(Step.recording_id == recording_id, Step.state.in_(open_states))
    still_doing = exists().where(Step.recording_id == recording_id, Step.state == StepState.DOING)
    if db.scalar(select(given_up)):
        return not db.scalar(select(still_doing))
    return not db.scalar(select(working))


def complaint(db: Session, recording: Recording) -> Message | None:
    """Why it is stuck, in the words of the first step that was given up; None where none was."""
    for step in steps.of_recording(db, recording.id):
        if step.state is StepState.QUARANTINED and step.error:
            return Message.from_json(step.error)
    return None

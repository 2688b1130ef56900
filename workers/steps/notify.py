"""notify: questions that the host answered by name are answered, those who asked hear of it, and editors of what waits."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Clip, ClipState, Question, QuestionState, Recording, Visibility
from helpcenter.services import answers, notifications, questions, recordings
from workers.pipeline.job import Job, Keys, Outcome

SETTLED: Final = frozenset({QuestionState.ANSWERED, QuestionState.CONFIRMED, QuestionState.DECLINED})
OPEN_TO_ASKERS: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


def work(job: Job) -> Outcome:
    """Answer the questions that markers name, and tell editors what waits; the mails are rows that are written while storing."""
    with job.reading() as (db, recording):
        may_see = recording.visibility in OPEN_TO_ASKERS
        count = len(_answered(db, recording))
    now = job.ports.clock()

    def store(db: Session, recording: Recording, _: Keys) -> None:
        answers.arrived(db, recording, now=now)
        for question, clip in _answered(db, recording) if may_see else []:
            questions.answer(db, question, clip=clip, entry=None, now=now)
        notifications.mail_proposals(db, recording, now=now)

    return Outcome(note=_note(count, may_see=may_see), store=store)


def _note(count: int, *, may_see: bool) -> Message:
    if not count:
        return Message(N_("No marker names a question that is still open."))
    if not may_see:
        return Message(N_("Those who asked may not see this recording; they hear of it when an answer is published."))
    return Message(N_("Questions answered: %(questions)d."), {"questions": count})


def _answered(db: Session, recording: Recording) -> list[tuple[Question, Clip]]:
    """The open questions that the recording's clips answer, each with the first clip that does.

    Where the session waits for an editor's word, only what he has confirmed is an answer.
    """
    session = recordings.session_of(db, recording)
    patient = session is not None and not session.answers_at_once
    states = [ClipState.CONFIRMED] if patient else [ClipState.PROPOSED, ClipState.CONFIRMED]
    wanted = (
        select(Question, Clip)
        .join(Clip, Clip.question_id == Question.id)
        .where(
            Clip.recording_id == recording.id,
            Clip.state.in_(states),
            Question.state.not_in(SETTLED),
        )
        .order_by(Clip.start.desc())
    )
    # A question that was merged meanwhile is answered as the one that it is part of.
    found = [(questions.root_of(db, question), clip) for question, clip in db.execute(wanted)]
    return list({question.id: (question, clip) for question, clip in found if question.state not in SETTLED}.values())

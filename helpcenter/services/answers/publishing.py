"""From an answer to one to an entry for all, with one click."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.models import Answer, AnswerState, ClipState, FaqEntry, User
from helpcenter.services import faq, questions
from helpcenter.services.answers import states


def make_entry(db: Session, answer: Answer, *, editor: User, publish: bool, now: datetime) -> FaqEntry:
    """The entry of the answer: its question as the title, its text, its clip. The same one at each later call.

    With `publish` it is public at once; without, it waits for an editor. Raises Conflict for an answer that does not hold.
    """
    if answer.entry is not None:
        return answer.entry
    if answer.state is not AnswerState.GIVEN:
        raise Conflict
    question = answer.question
    entry = faq.create_entry(
        db, topic=question.topic, language=answer.language, title=question.title, body=answer.body, editor=editor, now=now
    )  # fmt: skip
    if answer.clip is not None and answer.clip.state is ClipState.CONFIRMED:
        faq.attach_clip(db, entry, answer.clip, now=now)
    if publish:
        faq.publish(db, entry, editor=editor, now=now)
    else:
        faq.submit(db, entry, editor=editor, now=now)
    answer.entry = entry
    states.note(db, answer, "make entry", now=now, actor=editor)
    db.flush()
    if question.entry_id is None:
        questions.answer(db, question, clip=answer.clip, entry=entry, now=now, actor=editor)
    return entry

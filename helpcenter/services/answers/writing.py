"""Writing an answer: one draft per person and question, kept as often as his browser likes."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Answer, AnswerState, Clip, FaqEntry, Question, User, new_public_id
from helpcenter.services.answers.finding import draft_of
from helpcenter.services.notifications import insert_once

LONGEST: Final = 20_000


def keep_draft(
    db: Session,
    question: Question,
    *,
    author: User,
    body: str,
    clip: Clip | None,
    entry: FaqEntry | None,
    now: datetime,
) -> Answer:
    """What the person has written so far, the only draft that he has of this question. Raises InvalidInput for the text."""
    body = checked(body)
    draft = draft_of(db, question, author)
    if draft is None:
        values = {
            "public_id": new_public_id(), "question_id": question.id, "author_id": author.id, "state": AnswerState.DRAFT,
            "language": question.language, "body": "", "created_at": now, "updated_at": now,
        }  # fmt: skip
        insert_once(db, Answer, values)  # two windows that begin at once share the one draft
        draft = draft_of(db, question, author)
        assert draft is not None
    draft.body, draft.clip, draft.entry, draft.updated_at = body, clip, entry, now
    db.flush()
    return draft


def checked(body: str) -> str:
    """The text as it is kept. Raises InvalidInput."""
    body = body.replace("\r\n", "\n").strip()
    if "\0" in body:  # PostgreSQL cannot keep it
        raise InvalidInput(N_("This text holds signs that cannot be kept. Please type it again."))
    if len(body) > LONGEST:
        raise InvalidInput(N_("Please answer in at most %(most)s letters; longer texts are entries."), most=LONGEST)
    return body

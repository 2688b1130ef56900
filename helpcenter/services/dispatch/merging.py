"""Questions into which another can be merged."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Question, QuestionState, Visibility
from helpcenter.services import live, questions

MOST: Final = 5
_NEVER: Final = (QuestionState.MERGED, QuestionState.DECLINED)


def alike(db: Session, question: Question, words: str) -> list[Question]:
    """Questions that hold such words: open ones first, then answered ones; never itself, nor one that was held back."""
    open_ = live.waiting(db, words, visibilities=frozenset(Visibility), limit=MOST)
    hits = questions.find_similar(db, words, language=question.language, limit=4 * MOST)
    found = select(Question).where(Question.id.in_([hit.thing_id for hit in hits if hit.kind == "question"]))
    every = {one.id: one for one in (*open_, *db.scalars(found))}
    return [one for one in every.values() if one.id != question.id and not one.held_for and one.state not in _NEVER][
        : 2 * MOST
    ]

"""What came of a super-user's suggestions. For his own eyes: nobody is ranked."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, HelperSuggestion, Question, Solved, SuggestionState, User

LATEST: Final = 100


@dataclass(frozen=True, slots=True)
class Record:
    """His suggestions, the newest first (at most 100), how many experts confirmed, and how many people say that they helped."""

    suggestions: list[HelperSuggestion]
    confirmed: int
    helped: int


def record_of(db: Session, user: User) -> Record:
    """The super-user's record."""
    mine = HelperSuggestion.helper_id == user.id
    confirmed = mine & (HelperSuggestion.state == SuggestionState.CONFIRMED)
    helped = (
        select(func.count())
        .select_from(HelperSuggestion)
        .join(Question, Question.id == HelperSuggestion.question_id)
        .join(Asker, Asker.question_id == Question.id)
        .where(confirmed, HelperSuggestion.number == Question.answers, Asker.solved == Solved.YES)
    )
    latest = select(HelperSuggestion).where(mine).order_by(HelperSuggestion.id.desc()).limit(LATEST)
    return Record(
        list(db.scalars(latest)), db.scalar(select(func.count()).where(confirmed)) or 0, db.scalar(helped) or 0
    )

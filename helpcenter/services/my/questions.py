"""What somebody asked, or asks with others, and how it stands."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from helpcenter.models import Asker, Question, User
from helpcenter.services.questions.states import ANSWERED

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class MyQuestion:
    """A question with the one who is written to about it; `merged_into` is the public id of the question it became part of."""

    question: Question
    asker: Asker
    merged_into: str | None

    @property
    def answered(self) -> bool:
        """Whether there is an answer to be read."""
        return self.question.state in ANSWERED


def questions_of(db: Session, user: User) -> list[MyQuestion]:
    """The person's questions, by his account or his confirmed address, the newest first, at most 100."""
    other = aliased(Question)
    mine = or_(Asker.user_id == user.id, and_(Asker.email == user.email, Asker.confirmed_at.is_not(None)))
    found = (
        select(Question, Asker, other.public_id)
        .join(Asker, Asker.question_id == Question.id)
        .outerjoin(other, other.id == Question.merged_into_id)
        .where(mine)
        .order_by(Question.created_at.desc(), Question.id.desc())
        .limit(MOST)
    )
    return [MyQuestion(question, asker, merged) for question, asker, merged in db.execute(found)]

"""A person leaves: what is his goes, what others need stays without him, and he is told which is which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Forbidden
from helpcenter.models import (
    Asker,
    AuditRow,
    MailState,
    OutgoingMail,
    Question,
    QuestionAttachment,
    QuestionState,
    Rating,
    SessionQuestion,
    Solved,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services import recordings, search
from helpcenter.services.privacy.places import FILES, PLACES, UNSENT, Fate, Person, Place, person_of, written_by
from helpcenter.services.questions.states import ANSWERED

_BY_THEMSELVES: Final = (Role.CUSTOMER, Role.SUPER_USER)
_ALONE = N_("Your questions that nobody else waits for")
_STAYS = N_("Your questions that were answered, or that others ask, too")
_NO_USE = N_("Nobody but you waited for the answer.")
_PUBLIC = N_("The question itself stays with its answer; what else you wrote, and that it was you, is gone.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the receipt: so many of `what` went, or stay without the person, and why. Words to be translated."""

    what: str
    number: int
    fate: Fate
    why: str


def forget(db: Session, user: User, *, now: datetime) -> list[Line]:
    """Forget the person at once; the receipt. Nothing of it can be undone.

    Raises Forbidden for staff, whose work hangs on their accounts: an admin makes them customers first.
    """
    if user.role not in _BY_THEMSELVES:
        raise Forbidden(N_("Your account belongs to your work here. Please ask an admin to end that first."))
    person = person_of(user)
    db.flush()
    recordings.discard(db, [key for find in FILES for _, key in find(db, person)], now=now)
    receipt = [*_forget_questions(db, person), *(_forget_place(db, place, person) for place in PLACES)]
    # SQLite gives the number of the last account to the next one: the record must not name that one.
    db.execute(update(AuditRow).where(AuditRow.kind == "user", AuditRow.thing_id == person.id).values(thing_id=0))
    db.add(AuditRow(at=now, actor_id=None, action="account deleted", kind="user", thing_id=0))
    db.flush()
    db.expire_all()
    return [line for line in receipt if line.number]


def _forget_place(db: Session, place: Place, person: Person) -> Line:
    mine = place.mine(person)
    if place.fate is Fate.DELETED:
        number = _number(db, delete(place.model).where(mine).returning(*place.model.__table__.primary_key))
        return Line(place.what, number, place.fate, place.why)
    if place.model is OutgoingMail:
        unsent = update(OutgoingMail).where(mine, OutgoingMail.state.in_(UNSENT))
        db.execute(unsent.values(state=MailState.FAILED, leased_until=None))
    values: dict[str, Any] = place.cleared or dict.fromkeys(place.columns)
    changed = update(place.model).where(mine).values(values).returning(*place.model.__table__.primary_key)
    return Line(place.what, _number(db, changed), place.fate, place.why)


def _forget_questions(db: Session, person: Person) -> list[Line]:
    """What he asked first: gone where it is his alone, else without all that only he wrote."""
    mine = written_by(person)
    here = Asker.question_id.in_((Question.id, Question.merged_into_id))
    others = exists().where(here, Asker.email != person.email, Asker.confirmed_at.is_not(None)) | exists().where(
        SessionQuestion.question_id == Question.id
    )
    part_of_it = select(Question.merged_into_id).where(Question.merged_into_id.is_not(None))
    needed = Question.state.in_(ANSWERED) | others | Question.id.in_(part_of_it)
    alone = list(db.scalars(select(Question.id).where(and_(mine, ~needed))))
    stay = list(db.scalars(select(Question.id).where(and_(mine, needed))))
    _forget_words(db, person, [*alone, *stay])
    for question_id in alone:
        search.remove(db, f"question:{question_id}")
    # Files without a question are deleted by the janitor.
    files = update(QuestionAttachment).where(QuestionAttachment.question_id.in_([*alone, *stay]))
    db.execute(files.values(question_id=None, name="–").execution_options(synchronize_session=False))
    db.execute(delete(Question).where(Question.id.in_(alone)))
    emptied = {"body": "", "product": "", "circle": False, "reason": ""}
    db.execute(update(Question).where(Question.id.in_(stay)).values(emptied))
    return [Line(_ALONE, len(alone), Fate.DELETED, _NO_USE), Line(_STAYS, len(stay), Fate.ANONYMOUS, _PUBLIC)]


def _forget_words(db: Session, person: Person, questions: list[int]) -> None:
    """What he wrote when an answer did not help him, to the question and in what editors read of the answer."""
    his = (Asker.user_id == person.id) | (Asker.email == person.email)
    unhelped = list(db.scalars(select(Asker.question_id).where(his, Asker.solved == Solved.NO)))
    rated = update(Rating).where(Rating.question_id.in_([*questions, *unhelped])).values(reason="")
    db.execute(rated.execution_options(synchronize_session=False))
    said = update(Question).where(Question.id.in_(unhelped), Question.state != QuestionState.DECLINED)
    db.execute(said.values(reason="").execution_options(synchronize_session=False))


def _number(db: Session, changing: Any) -> int:
    """How many rows a statement with RETURNING changed."""
    return len(db.execute(changing.execution_options(synchronize_session=False)).all())

"""What experts do with suggestions: one click makes them the answer, or says no; and what everybody reads then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Helper, HelperState, HelperSuggestion, Question, SuggestionState, User
from helpcenter.permissions import Action, Scope, scope
from helpcenter.services import answers, questions
from helpcenter.services.circle.suggesting import decide
from helpcenter.services.questions.states import ANSWERED, CLOSED

REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Given:
    """A suggestion with the name of its super-user, "" where he wants none or is none any more."""

    suggestion: HelperSuggestion
    name: str


def suggestions_for(db: Session, question: Question) -> list[Given]:
    """What waits for an expert about this question, oldest first; nothing where it is closed."""
    if question.state in CLOSED:
        return []
    mine = select(HelperSuggestion).where(HelperSuggestion.question_id == question.id)
    return _named(
        db,
        list(db.scalars(mine.where(HelperSuggestion.state == SuggestionState.PROPOSED).order_by(HelperSuggestion.id))),
    )


def waiting(db: Session, user: User, *, limit: int = 100) -> list[tuple[Question, list[Given]]]:
    """The open questions with suggestions that this person may decide about, the oldest suggestion first."""
    found = (
        select(HelperSuggestion)
        .join(Question, Question.id == HelperSuggestion.question_id)
        .where(HelperSuggestion.state == SuggestionState.PROPOSED, Question.state.not_in(CLOSED))
        .order_by(HelperSuggestion.id)
        .limit(limit)
    )
    grouped: dict[int, tuple[Question, list[Given]]] = {}
    everything = scope(user.role, Action.ANSWER) is Scope.ALL
    for one in _named(db, list(db.scalars(found))):
        question = one.suggestion.question
        if everything or question.id in grouped or questions.is_theirs(db, question, user):
            grouped.setdefault(question.id, (question, []))[1].append(one)
    return list(grouped.values())


def confirm(db: Session, suggestion: HelperSuggestion, *, expert: User, now: datetime) -> None:
    """The suggestion becomes the answer, or brings the two questions together; whoever waits is written to.

    Raises Conflict where the question is closed by now, or somebody else decided.
    """
    question = suggestion.question
    if question.state in CLOSED:
        raise Conflict(N_("This question has been closed meanwhile, so there is nothing left to confirm."))
    decide(db, suggestion, SuggestionState.CONFIRMED, by=expert, now=now)
    if suggestion.other is not None:
        questions.merge(db, question, suggestion.other, now=now, actor=expert)
        return
    _give(db, suggestion, expert=expert, now=now)
    suggestion.number = question.answers


def reject(db: Session, suggestion: HelperSuggestion, *, expert: User, reason: str = "", now: datetime) -> None:
    """It is not taken; the super-user reads the reason. Raises InvalidInput for the reason, Conflict."""
    reason = " ".join(reason.split())
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise InvalidInput(N_("Please write at most %(most)s letters."), most=REASON_LENGTH)
    decide(db, suggestion, SuggestionState.REJECTED, by=expert, now=now, reason=reason)


def given_answer(db: Session, question: Question) -> Given | None:
    """The super-user's suggestion that is the question's present answer, if it is one."""
    if question.state not in ANSWERED:
        return None
    found = select(HelperSuggestion).where(
        HelperSuggestion.question_id == question.id,
        HelperSuggestion.state == SuggestionState.CONFIRMED,
        HelperSuggestion.number == question.answers,
    )
    return next(iter(_named(db, list(db.scalars(found.limit(1))))), None)


def _give(db: Session, suggestion: HelperSuggestion, *, expert: User, now: datetime) -> None:
    """The suggestion answers the question; its words are read on the question's page."""
    question = suggestion.question
    if not (suggestion.body or suggestion.entry_id or suggestion.clip_id):
        raise Conflict(N_("What was suggested is not there any more."))
    answers.give(
        db, question, author=expert, body=suggestion.body, clip=suggestion.clip, entry=suggestion.entry, now=now
    )  # fmt: skip


def _named(db: Session, suggestions: list[HelperSuggestion]) -> list[Given]:
    helpers = {one.helper_id for one in suggestions}
    active = select(Helper.user_id, Helper.name).where(Helper.user_id.in_(helpers), Helper.state == HelperState.ACTIVE)
    names = dict(db.execute(active).all())
    return [Given(one, names.get(one.helper_id or 0, "")) for one in suggestions]

"""What a super-user suggests: an answer in his words, an entry or clip that answers it, or that it was asked before."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, Forbidden, InvalidInput, TooMany
from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqEntry,
    HelperSuggestion,
    Question,
    QuestionState,
    SuggestionState,
    User,
    Visibility,
)
from helpcenter.permissions import Action, may
from helpcenter.services import live
from helpcenter.services.circle.seeing import find_question, stands

BODY_LENGTH: Final = 5000
PER_DAY: Final = 50
PER_QUESTION: Final = 3
_NAMED: Final = re.compile(r"(entry|clip|question):([0-9]{1,9})\Z")


def suggest(
    db: Session, question: Question, *, helper: User, body: str, answer: str = "", language: str, now: datetime
) -> HelperSuggestion:
    """The new suggestion, which waits for an expert.

    `answer` names what answers it ("entry:12", "clip:3"; see analytics.name_answer) or the question that it is again ("question:7").
    Raises Forbidden where his rights ended meanwhile, NotFound where he may not see the question any more, InvalidInput, TooMany.
    """
    _check_rights(db, helper)
    find_question(db, helper, question.public_id)
    body = body.strip()
    if len(body) > BODY_LENGTH or "\0" in body:
        raise InvalidInput(N_("Please write at most %(most)s letters."), most=BODY_LENGTH)
    chosen = _read(db, question, answer) if answer else {}
    if not body and not chosen:
        raise InvalidInput(N_("Please write an answer, or choose one that is here already."))
    _check_number(db, question, helper, now)
    suggestion = HelperSuggestion(
        question_id=question.id, helper_id=helper.id, body=body, language=language, created_at=now, **chosen
    )
    db.add(suggestion)
    db.flush()
    return suggestion


def take_back(db: Session, suggestion: HelperSuggestion, *, helper: User, now: datetime) -> None:
    """The super-user takes his suggestion back. Raises Conflict where an expert has decided about it."""
    decide(db, suggestion, SuggestionState.WITHDRAWN, by=helper, now=now)


def decide(
    db: Session, suggestion: HelperSuggestion, to: SuggestionState, *, by: User, now: datetime, **values: Any
) -> None:
    """The guarded change of a suggestion that waits. Raises Conflict where somebody was faster."""
    db.flush()
    guarded = update(HelperSuggestion).where(
        HelperSuggestion.id == suggestion.id, HelperSuggestion.state == SuggestionState.PROPOSED
    )
    values = {"state": to, "decided_at": now, "decided_by_id": by.id, **values}
    if db.execute(guarded.values(values).returning(HelperSuggestion.id)).first() is None:
        raise Conflict
    db.refresh(suggestion)


def _check_rights(db: Session, helper: User) -> None:
    """His role as it is now, whatever it was when his request began; whoever takes it away waits for us, or we see it."""
    role = db.scalar(select(User.role).where(User.id == helper.id, User.disabled_at.is_(None)).with_for_update())
    if role is None or not may(role, Action.SUGGEST):
        raise Forbidden


def _read(db: Session, question: Question, answer: str) -> dict[str, int]:
    named = _NAMED.match(answer)
    kind, number = (named[1], int(named[2])) if named else ("", 0)
    wanted = {
        "entry": select(FaqEntry.id).where(
            FaqEntry.id == number,
            FaqEntry.state.in_((EntryState.PUBLISHED, EntryState.STALE)),
            FaqEntry.visibility == Visibility.PUBLIC,
        ),
        "clip": select(Clip.id).where(
            Clip.id == number,
            Clip.state == ClipState.CONFIRMED,
            Clip.recording.has(visibility=Visibility.PUBLIC),
        ),
        "question": select(Question.id).where(
            Question.id == number,
            Question.id != question.id,
            Question.state.not_in((QuestionState.MERGED, QuestionState.DECLINED)),
            *stands(),
        ),
    }.get(kind)
    other = db.get(Question, number) if kind == "question" else None
    unseen = other is not None and not _is_seen(db, other)
    if wanted is None or db.scalar(wanted) is None or unseen:
        raise InvalidInput(N_("What you chose is not there any more. Please search again."))
    return {{"question": "other_id"}.get(kind, f"{kind}_id"): number}


def _is_seen(db: Session, question: Question) -> bool:
    """Whether customers see the question's own page, as far as live sessions are concerned: numbers can be guessed."""
    audiences = live.audiences_of(db, question)
    return audiences is None or not audiences.isdisjoint({Visibility.PUBLIC, Visibility.CUSTOMERS})


def _check_number(db: Session, question: Question, helper: User, now: datetime) -> None:
    mine = select(func.count()).where(HelperSuggestion.helper_id == helper.id)
    here = mine.where(HelperSuggestion.question_id == question.id, HelperSuggestion.state == SuggestionState.PROPOSED)
    if (db.scalar(here) or 0) >= PER_QUESTION:
        raise TooMany(N_("There are several suggestions of yours for this question already. An expert looks at them."))
    if (db.scalar(mine.where(HelperSuggestion.created_at > now - timedelta(days=1))) or 0) >= PER_DAY:
        raise TooMany(N_("You have suggested a great deal today. Thank you; please come back tomorrow."))

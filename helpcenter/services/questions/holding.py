"""What a person looks at before anybody else sees it: spam, abuse, and what is in a language that nobody here speaks."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.models import Asker, AskTrace, AuditRow, Question, User
from helpcenter.services import search
from helpcenter.services.questions.asking import ask_to_confirm


class Held(StrEnum):
    """Why a question is held back: `Question.held_for`."""

    SPAM = "spam"
    ABUSIVE = "abusive"
    LANGUAGE = "language"


REPEATED: Final = 3
"""So often the same text may come from one network within a day; a further one is held back."""
LINKS: Final = 3
_DAY: Final = timedelta(days=1)
_LINK: Final = re.compile(r"https?://|\bwww\.|\[url|<a\s", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LIST: Final = Path(__file__).parent / "words" / "abusive.txt"
_SPOKEN: Final = ("de", "en")
_FEWEST_WORDS, _FEWEST_LETTERS = 5, 30
_SURE, _NOT_OURS = 0.7, 0.01


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question came: from which `network` and with which `words`, as fingerprints.

    `trapped`: a field was filled in that people do not see. `quick`: sent faster than anybody types. `stamped`: from our own form.
    """

    network: str
    words: str
    trapped: bool = False
    quick: bool = False
    stamped: bool = True


def reason_to_hold(db: Session, text: str, manner: Manner, *, now: datetime) -> str:
    """Why a person should look at it first, "" where nobody need; the first line of `text` is its title."""
    links = len(_LINK.findall(text))
    hasty = manner.quick or (links > 0 and not manner.stamped)
    mailed = _LINK.search(text.partition("\n")[0])  # the title: it would reach whoever's address was typed, in our name
    if manner.trapped or hasty or mailed or links >= LINKS or _is_repeated(db, manner, now):
        return Held.SPAM
    if is_abusive(text):
        return Held.ABUSIVE
    return Held.LANGUAGE if is_foreign(text) else ""


def is_abusive(text: str) -> bool:
    """Whether one of its words, as a whole, is on the list."""
    return not _abusive().isdisjoint(word.casefold() for word in _WORD.findall(text))


def is_foreign(text: str) -> bool:
    """Whether it is surely neither German nor English; a short text, or a list of part numbers, never is."""
    words = [word for word in _WORD.findall(text) if len(word) > 1]
    if len(words) < _FEWEST_WORDS or sum(map(len, words)) < _FEWEST_LETTERS:
        return False
    ranked: dict[str, float] = dict(_identifier().rank(" ".join(words).lower()))
    return max(ranked.values()) >= _SURE and sum(ranked.get(code, 0.0) for code in _SPOKEN) < _NOT_OURS


def is_shown() -> ColumnElement[bool]:
    """The condition under which others than its asker and the editors may come across a question."""
    return Question.held_for == ""


def release(db: Session, question: Question, *, now: datetime, actor: User | None) -> None:
    """A person has looked at it: from here on it is a question like any other. Raises Conflict where it is not held."""
    db.flush()
    # The row is locked, not updated past the session: what public pages show of it changes, which the session notices.
    held = select(Question).where(Question.id == question.id, Question.held_for != "")
    if db.scalars(held.with_for_update().execution_options(populate_existing=True)).one_or_none() is None:
        raise Conflict
    before, question.held_for = question.held_for, ""
    db.flush()
    db.add(
        AuditRow(
            at=now, actor_id=actor.id if actor else None, action="released", kind="question", thing_id=question.id,
            detail={"held_for": before},
        )
    )  # fmt: skip
    unasked = select(Asker).where(Asker.question_id == question.id, Asker.confirmed_at.is_(None))
    for asker in db.scalars(unasked):
        ask_to_confirm(db, question, asker, now=now)
    search.index_question(db, question.id)


def _is_repeated(db: Session, manner: Manner, now: datetime) -> bool:
    same = select(func.count()).where(
        AskTrace.network == manner.network, AskTrace.words == manner.words, AskTrace.at > now - _DAY
    )
    return (db.scalar(same) or 0) >= REPEATED


@lru_cache(maxsize=1)
def _abusive() -> frozenset[str]:
    lines = (line.strip().casefold() for line in _LIST.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The recogniser of languages; half a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

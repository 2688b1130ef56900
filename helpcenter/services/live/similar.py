"""What is like the question that somebody types: open ones of this session to join, then what has been answered."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from rapidfuzz import fuzz
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, LiveSession, Question, Visibility
from helpcenter.services import pages, questions
from helpcenter.services.live.asking import audiences_of
from helpcenter.services.pages import Board, Found, Item
from helpcenter.services.questions import states
from helpcenter.services.search.words import STOP_WORDS, fold, terms

MOST: Final = 3
SHORTEST: Final = 4
_ALIKE: Final = 55
_LOOKED_AT: Final = 500
"""So many of the questions that wait are compared, the newest ones."""
_Titled = TypeVar("_Titled", Item, Question)


@dataclass(frozen=True, slots=True)
class Similar:
    """Questions of this session that can be joined, those answered in it, and answers from elsewhere, each best first."""

    open: list[Item]
    answered: list[Item]
    elsewhere: list[Found]

    def __bool__(self) -> bool:
        return bool(self.open or self.answered or self.elsewhere)


def similar(db: Session, session: LiveSession, text: str, *, language: str, board: Board | None = None) -> Similar:
    """What is like `text`, at most three of each; nothing for some letters. `board` where the caller has it at hand."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return Similar([], [], [])
    found = _alike((board or pages.read_board(db, session)).items, text)
    answered = [item for item in found if item.place == "answered"][:MOST]
    hits = pages.show_hits(db, questions.find_similar(db, text, language=language, limit=MOST))
    return Similar([item for item in found if item.place != "answered"][:MOST], answered, hits)


def waiting(db: Session, text: str, *, visibilities: Container[Visibility], limit: int = MOST) -> list[Question]:
    """Questions like `text` that wait for their answer, whose pages people of these visibilities may see, best first."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return []
    behind = exists().where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None))
    wanted = (
        select(Question)
        .where(Question.state.not_in(states.CLOSED), questions.is_shown(), behind)
        .order_by(Question.id.desc())
    )
    found = _alike(db.scalars(wanted.limit(_LOOKED_AT)), text)
    return list(islice((one for one in found if _may_be_seen(db, one, visibilities)), limit))


def _may_be_seen(db: Session, question: Question, visibilities: Container[Visibility]) -> bool:
    audiences = audiences_of(db, question)
    return audiences is None or any(one in visibilities for one in audiences)


def _alike(things: Iterable[_Titled], text: str) -> list[_Titled]:
    asked = _stems(text)
    if not asked:
        return []
    scored = [(fuzz.token_set_ratio(asked, _stems(one.title)), one) for one in things]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score >= _ALIKE]


def _stems(text: str) -> str:
    """The stems of the words that say something; of all words where none does."""
    words = text.split()
    telling = [word for word in words if not any(fold(word) in stop for stop in STOP_WORDS.values())]
    return terms(" ".join(telling or words), None)

"""What is like the question that somebody types: open ones of this session to join, then what has been answered."""

from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession
from helpcenter.services import pages, questions
from helpcenter.services.pages import Board, Found, Item
from helpcenter.services.search.words import STOP_WORDS, fold, terms

MOST: Final = 3
SHORTEST: Final = 4
_ALIKE: Final = 55


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
    found = _alike(board or pages.read_board(db, session), text)
    answered = [item for item in found if item.place == "answered"][:MOST]
    hits = pages.show_hits(db, questions.find_similar(db, text, language=language, limit=MOST))
    return Similar([item for item in found if item.place != "answered"][:MOST], answered, hits)


def _alike(board: Board, text: str) -> list[Item]:
    asked = _stems(text)
    if not asked:
        return []
    scored = [(fuzz.token_set_ratio(asked, _stems(item.title)), item) for item in board.items]
    return [item for score, item in sorted(scored, key=lambda one: -one[0]) if score >= _ALIKE]


def _stems(text: str) -> str:
    """The stems of the words that say something; of all words where none does."""
    words = text.split()
    telling = [word for word in words if not any(fold(word) in stop for stop in STOP_WORDS.values())]
    return terms(" ".join(telling or words), None)

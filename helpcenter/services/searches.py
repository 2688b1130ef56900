"""What is searched for, counted by day: words and numbers, and nobody behind them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.models import SearchCount
from helpcenter.services.questions import personal
from helpcenter.services.search.words import COMPOUND, base_language, clean, is_stop_word, parts, stem, terms

What = Literal["made", "clicked", "solved"]
NEEDED: Final = 3
"""Words that fewer searches held are shown to nobody: they may say who searched."""
RARE_FOR: Final = timedelta(days=30)
YEAR: Final = timedelta(days=365)
_LONGEST: Final = 200
_MOST_WORDS: Final = 12
_LONG_NUMBER: Final = re.compile(r"(?:\d[ ./()+-]*){6}")
_FORGOTTEN: Final = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """A search as it is counted: its language, the stems of its telling words in alphabetical order, and the words."""

    language: str
    key: str
    words: str


class Figures(NamedTuple):
    """Searches with the same key: how many were made, without a hit, had a hit opened, were solved; on which day the last."""

    language: str
    key: str
    words: str
    made: int
    without: int
    clicked: int
    solved: int
    last: date

    @property
    def unopened(self) -> int:
        """How many had hits, none of which was opened (or by somebody without our script)."""
        return max(0, self.made - self.without - self.clicked)


def read(query: str, language: str) -> Searched | None:
    """The search as it is counted; None for one that is not: without a word, with too many, or with personal data."""
    words = clean(query)[:_LONGEST].strip()
    if is_personal(words) or len(words.split()) > _MOST_WORDS:
        return None
    key = " ".join(sorted(telling(words, language)))[:_LONGEST].strip()
    return Searched(language, key, words) if key else None


def is_personal(text: str) -> bool:
    """Whether it tells of a person, or holds a number that is long enough to."""
    return bool(personal.find(text) or _LONG_NUMBER.search(text))


def telling(text: str, language: str) -> frozenset[str]:
    """The stems of the words that say something, in this language; of all words where none does."""
    known = base_language(language)
    folded = [word for compound in COMPOUND.findall(text) for word in parts(compound)]
    said = [word for word in folded if not is_stop_word(word, known)]
    return frozenset(one for word in said or folded for one in _stems(word, known))


def _stems(word: str, language: str) -> Iterator[str]:
    yield stem(word, language) if language in {"de", "en"} else terms(word, None).split()[0]


def note(db: Session, searched: Searched, what: What, *, day: date, without: bool = False) -> None:
    """Count one search that was made (`without` any hit), or a hit that was opened, or one that helped, after a search."""
    if what != "made":
        there = (SearchCount.language == searched.language, SearchCount.key == searched.key, SearchCount.day == day)
        column = getattr(SearchCount, what)
        db.execute(
            update(SearchCount)
            .where(*there, column < SearchCount.made)
            .values({what: column + 1})
            .execution_options(synchronize_session=False)
        )
        return
    _add(db, day, searched, {"made": 1, "without": int(without), "clicked": 0, "solved": 0})


def figures(db: Session, *, first: date) -> list[Figures]:
    """The searches since that day, by language and key; those of which at least NEEDED were made, most first."""
    made = func.sum(SearchCount.made)
    wanted = (
        select(
            SearchCount.language, SearchCount.key, func.max(SearchCount.words), made, func.sum(SearchCount.without),
            func.sum(SearchCount.clicked), func.sum(SearchCount.solved), func.max(SearchCount.day),
        )
        .where(SearchCount.day >= first, SearchCount.key != _FORGOTTEN)
        .group_by(SearchCount.language, SearchCount.key)
        .having(made >= NEEDED)
        .order_by(made.desc(), SearchCount.language, SearchCount.key)
    )  # fmt: skip
    return [Figures(*row) for row in db.execute(wanted)]


def totals(db: Session, *, first: date) -> Figures:
    """All searches since that day together, those among them that are kept without words."""
    sums = [func.coalesce(func.sum(getattr(SearchCount, name)), 0) for name in ("made", "without", "clicked", "solved")]
    wanted: Any = select(*sums)
    made, without, clicked, solved = db.execute(wanted.where(SearchCount.day >= first)).one()
    return Figures("", "", "", made, without, clicked, solved, first)


def forget_old(db: Session, *, today: date) -> None:
    """Keep only numbers of what is older than a year, and of words older than a month that were searched for too seldom."""
    frequent = (
        select(SearchCount.language, SearchCount.key)
        .group_by(SearchCount.language, SearchCount.key)
        .having(func.sum(SearchCount.made) >= NEEDED)
    )
    kept = {tuple(row) for row in db.execute(frequent)}
    old = select(SearchCount).where(SearchCount.day < today - RARE_FOR, SearchCount.key != _FORGOTTEN)
    for row in db.scalars(old.order_by(SearchCount.id)).all():
        if row.day >= today - YEAR and (row.language, row.key) in kept:
            continue
        counts = {name: getattr(row, name) for name in ("made", "without", "clicked", "solved")}
        _add(db, row.day.replace(day=1), Searched(row.language, _FORGOTTEN, ""), counts)
        db.execute(delete(SearchCount).where(SearchCount.id == row.id))


def _add(db: Session, day: date, searched: Searched, counts: dict[str, int]) -> None:
    insert: Any = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"day": day, "language": searched.language, "key": searched.key, "words": searched.words, **counts}
    statement = insert(SearchCount).values(values)
    grown = {name: getattr(SearchCount, name) + getattr(statement.excluded, name) for name in counts}
    db.execute(statement.on_conflict_do_update(index_elements=["day", "language", "key"], set_=grown))


__all__ = [
    "NEEDED", "Figures", "Searched", "figures", "forget_old", "is_personal", "note", "read", "telling", "totals",
]  # fmt: skip

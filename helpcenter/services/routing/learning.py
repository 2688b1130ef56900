"""What is learned from each decision: counts of stems and of questions, for and against, added up in the database.

Counts are aged by forward decay: what happens at the instant t adds 2 ** ((t - LANDMARK) / HALF_LIFE), and who reads divides by
that of his own instant. So an old decision fades, a new one is one addition, and two that are learned at once only add up.
Source: Cormode, Shkapenyuk, Srivastava, Xu, Forward decay: a practical time decay model for streaming systems (2009).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.models import Question, RoutingTerm
from helpcenter.services.routing.words import read

LANDMARK: Final = datetime(2026, 1, 1, tzinfo=UTC)
HALF_LIFE: Final = timedelta(days=365)
SUM: Final = ""
"""Stands for all stems together."""


def aged(now: datetime) -> float:
    """What one decision at this instant adds, and by what counts are divided that are read at it."""
    return float(2 ** ((now - LANDMARK) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Word:
    """How much speaks for and against an expert, or a topic, with such a question."""

    expert_id: int | None
    topic_id: int | None
    good: float = 0.0
    bad: float = 0.0


def learn_all(db: Session, question: Question, words: Iterable[Word], *, now: datetime) -> None:
    """Learn several things of one decision, in one order over all of them: two who name each other at once wait for one another."""
    stems = _stems(db, question)
    _add(db, [row for word in words for row in _of(word, stems, 0, now)])


def learn(  # noqa: PLR0913 -- who, about what, and how much for and against
    db: Session,
    question: Question,
    *,
    expert_id: int | None,
    topic_id: int | None,
    good: float = 0.0,
    bad: float = 0.0,
    times: int = 0,
    now: datetime,
) -> None:
    """Count that this speaks for or against the expert with such a question, and what words go with the topic."""
    _add(db, _of(Word(expert_id, topic_id, good, bad), _stems(db, question), times, now))


def _of(word: Word, stems: list[str], times: int, now: datetime) -> list[dict[str, Any]]:
    expert_id, topic_id, good, bad = word.expert_id, word.topic_id, word.good, word.bad
    weight = aged(now)
    rows: list[dict[str, Any]] = []
    if expert_id is not None and topic_id is not None:
        rows.append(
            _row(f"expert:{expert_id}/topic:{topic_id}", SUM, expert_id, topic_id, good * weight, bad * weight, times)
        )
    if expert_id is not None:
        rows += _rows(f"expert:{expert_id}", stems, expert_id, None, good * weight, bad * weight)
    if topic_id is not None and good:
        rows += _rows(f"topic:{topic_id}", stems, None, topic_id, good * weight, 0.0)
    return rows


def _stems(db: Session, question: Question) -> list[str]:
    """The stems of the title, and of the private part those that are known from anywhere else: no name is kept from there."""
    title = read(question.title, question.language)
    private = [stem for stem in read(question.body, question.language) if stem not in title]
    known = set(db.scalars(select(RoutingTerm.term).where(RoutingTerm.term.in_(private)))) if private else set()
    return [*title, *(stem for stem in private if stem in known)]


def _rows(
    owner: str, stems: list[str], expert_id: int | None, topic_id: int | None, good: float, bad: float
) -> Iterable[dict[str, Any]]:
    count = len(stems)
    yield _row(owner, SUM, expert_id, topic_id, good * count, bad * count, 0)
    for stem in stems:
        yield _row(owner, stem, expert_id, topic_id, good, bad, 0)


def _row(
    owner: str, term: str, expert_id: int | None, topic_id: int | None, good: float, bad: float, times: int
) -> dict[str, Any]:
    return {
        "owner": owner, "term": term, "expert_id": expert_id, "topic_id": topic_id, "good": good, "bad": bad, "times": times,
    }  # fmt: skip


def _add(db: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    # Always in the same order: two who learn the same words at once wait instead of holding each other up for ever.
    rows = sorted(rows, key=lambda row: (row["owner"], row["term"]))
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    table: Any = RoutingTerm.__table__
    new = dialect.insert(table)
    more = {name: table.c[name] + new.excluded[name] for name in ("good", "bad", "times")}
    db.execute(new.on_conflict_do_update(index_elements=["owner", "term"], set_=more), rows)

"""The terms of the index with their counts: what is known, what a beginning may become, what a typo may mean."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

MAX_EXPANSIONS = 16
_MAX_MEANT = 3
_MIN_OTHER_FIRST = 4
_MAX_COMPARED = 20_000
_MOST_FREQUENT = 5_000
_LAST = "\U0010ffff"
_ALL = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents hold a term: cues, and answers of any kind."""

    cues: int = 0
    answers: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.cues + other.cues, self.answers + other.answers)

    @property
    def both(self) -> int:
        """Documents of any kind."""
        return self.cues + self.answers


@lru_cache(maxsize=8)
def _select(condition: str) -> TextClause:
    statement = text(f"SELECT term, cues, answers FROM search_terms WHERE {condition}")  # noqa: S608 -- conditions below
    return statement.bindparams(bindparam("terms", expanding=True)) if ":terms" in condition else statement


def counts(db: Session, terms: Collection[str]) -> dict[str, Count]:
    """The counts of those terms that the index knows, and of all documents under the empty term."""
    rows = db.execute(_select("term IN :terms"), {"terms": [_ALL, *terms]})
    return {term: _count(cues, answers) for term, cues, answers in rows if cues + answers > 0}


def total(known: Mapping[str, Count]) -> Count:
    """How many documents there are, by what `counts` gave."""
    return known.get(_ALL, Count(1, 1))


def beginning_with(db: Session, prefix: str) -> dict[str, Count]:
    """The most frequent terms that begin with `prefix`, at most MAX_EXPANSIONS."""
    rows = db.execute(
        _select("term >= :first AND term < :last AND cues + answers > 0 ORDER BY cues + answers DESC, term LIMIT :n"),
        {"first": prefix, "last": prefix + _LAST, "n": MAX_EXPANSIONS},
    )
    return {term: _count(cues, answers) for term, cues, answers in rows}


def meant_by(db: Session, spellings: Collection[str]) -> dict[str, tuple[float, Count]]:
    """The known terms nearest to any spelling of one word, each with its likeness (0 to 1): the likeliest three.

    Looks among 20,000 terms with the same first letter, then among the 5,000 that are said most.
    """
    length = min(map(len, spellings))
    allowed = _typos_forgiven(length)
    if not allowed:
        return {}
    window = {"shortest": length - allowed, "longest": max(map(len, spellings)) + allowed}
    first = min(spellings)[0]
    begun = _terms(
        db, "term >= :first AND term < :last", _MAX_COMPARED, {"first": first, "last": first + _LAST, **window}
    )
    found = _nearest(spellings, begun, allowed)
    if not found and length >= _MIN_OTHER_FIRST:
        found = _nearest(spellings, _terms(db, "cues > 0 ORDER BY cues DESC", _MOST_FREQUENT, window), allowed)
    known = counts(db, found)
    likeliest = sorted(found, key=lambda term: (found[term], known.get(term, Count()).both), reverse=True)[:_MAX_MEANT]
    return {term: (found[term][1], known[term]) for term in likeliest if found[term][0] == found[likeliest[0]][0]}


def _terms(db: Session, condition: str, most: int, values: dict[str, Any]) -> list[str]:
    # As one string: thousands of rows would make thousands of objects, and the collector walk over all there are.
    joined = "string_agg" if db.get_bind().dialect.name == "postgresql" else "group_concat"
    near = "length(term) BETWEEN :shortest AND :longest AND cues + answers > 0"
    chosen = f"SELECT term FROM search_terms WHERE {near} AND {condition} LIMIT {most}"  # noqa: S608 -- constants
    found = db.scalar(text(f"SELECT {joined}(term, ' ') FROM ({chosen}) AS chosen"), values)  # noqa: S608 -- constants
    return (found or "").split()


def _typos_forgiven(length: int) -> int:
    if length < 3:  # noqa: PLR2004 -- two letters with one wrong may be anything
        return 0
    return 1 if length <= 5 else 2  # noqa: PLR2004 -- as Elasticsearch's AUTO fuzziness


def _nearest(spellings: Collection[str], terms: list[str], allowed: int) -> dict[str, tuple[int, float]]:
    """The terms that differ in at most `allowed` letters: (distance, negated, and likeness), the greater the nearer."""
    found: dict[str, tuple[int, float]] = {}
    for spelling in spellings:
        for term, distance, _ in process.extract(spelling, terms, scorer=OSA.distance, score_cutoff=allowed, limit=20):
            alike = (-int(distance), JaroWinkler.similarity(spelling, term))
            found[term] = max(alike, found.get(term, alike))
    return found


def _count(cues: int, answers: int) -> Count:
    return Count(max(cues, 0), max(answers, 0))


def learn(db: Session, cues: Counter[str], answers: Counter[str]) -> None:
    """Add to the counts of terms; what is gone comes as negative numbers."""
    changed = sorted(term for term in cues.keys() | answers.keys() if cues[term] or answers[term])
    if not changed:
        return
    upsert = "ON CONFLICT (term) DO UPDATE SET cues = t.cues + excluded.cues, answers = t.answers + excluded.answers"
    if db.get_bind().dialect.name == "postgresql":
        db.execute(
            text(
                "INSERT INTO search_terms AS t (term, cues, answers) SELECT * FROM unnest("  # noqa: S608 -- constants
                f"CAST(:terms AS text[]), CAST(:cues AS int[]), CAST(:answers AS int[])) {upsert}"
            ),
            {
                "terms": changed,
                "cues": [cues[term] for term in changed],
                "answers": [answers[term] for term in changed],
            },
        )
    else:
        db.execute(
            text(f"INSERT INTO search_terms AS t (term, cues, answers) VALUES (:term, :cues, :answers) {upsert}"),  # noqa: S608 -- constants
            [{"term": term, "cues": cues[term], "answers": answers[term]} for term in changed],
        )


def learn_documents(changes: Iterable[Sequence[str]], sign: int, cues: Counter[str], answers: Counter[str]) -> None:
    """Count the documents, given as kind and terms, into the two counters; `sign` is -1 for those that go."""
    for kind, terms in changes:
        counter = cues if kind == "cue" else answers
        for term in {*terms.split(), _ALL} - {"|"}:
            counter[term] += sign

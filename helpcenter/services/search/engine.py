"""The one place that speaks to the full-text index: FTS5 on SQLite, tsvector on PostgreSQL.

Ranking reads every match, and a word in a third of a million cues takes a second. So the index ranks only where few
documents can match; else it gives the newest matches, and rank.py puts those in order.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, TextClause, bindparam, text
from sqlalchemy.orm import Session

from helpcenter.models import Visibility
from helpcenter.services.search.plan import Alternative, Group

SPEECH_KINDS = frozenset({"cue"})
ANSWER_KINDS = frozenset({"entry", "clip", "chapter", "question"})
_CHAPTERS = frozenset({"chapter"})
# Up to so many matches the index ranks; FTS5 takes 2 ms for a thousand, ts_rank 5
# and far more for long texts. (answers, cues)
_RANKED = {"sqlite": (2_000, 3_000), "postgresql": (300, 4_000)}
# On PostgreSQL, the newest matches are sought among so many of the newest documents first.
_NEWEST = 20_000
_COLUMNS = 'd.id, d.kind, d.thing_id, d.language, d.title, d.body, d.terms, d.recording_id, d.start, d."end", d.lift'  # as Document


class Document(NamedTuple):
    """A row of search_documents, as it was found."""

    id: int
    kind: str
    thing_id: int
    language: str
    title: str
    body: str
    terms: str
    recording_id: int | None
    start: float | None
    end: float | None
    lift: float = 1.0


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be found at all."""

    visibilities: tuple[Visibility, ...]
    language: str | None = None
    kinds: frozenset[str] = ANSWER_KINDS | SPEECH_KINDS
    recording_id: int | None = None


def every(db: Session, groups: Collection[Group], reach: Reach, limit: tuple[int, int]) -> list[Document]:
    """Documents that hold all groups, the likeliest, at most `limit` (answers, cues)."""
    return [one for speech in _indexes(reach) for one in _every(db, groups, reach, limit[speech], speech=speech)]


def some(db: Session, groups: Collection[Group], reach: Reach, limit: tuple[int, int]) -> list[Document]:
    """Documents that hold at least one of the rarer groups, the likeliest, at most `limit` (answers, cues)."""
    return [one for speech in _indexes(reach) for one in _some(db, groups, reach, limit[speech], speech=speech)]


def _indexes(reach: Reach) -> Iterator[bool]:
    if reach.kinds & ANSWER_KINDS:
        yield False
    if reach.kinds & SPEECH_KINDS:
        yield True


def _count(group: Group, *, speech: bool) -> int:
    return group.count.cues if speech else group.count.answers


def _every(db: Session, groups: Collection[Group], reach: Reach, limit: int, *, speech: bool) -> list[Document]:
    at_most = min(_count(group, speech=speech) for group in groups)
    if not at_most:
        return []
    parts = [_or(db, (_written(db, one) for one in group.alternatives)) for group in groups]
    return _run(db, _and(db, parts), reach, limit, at_most, speech=speech)


def _some(db: Session, groups: Collection[Group], reach: Reach, limit: int, *, speech: bool) -> list[Document]:
    """Rare groups first, as many as can be ranked: what only holds the frequent ones says little."""
    rare_first = sorted(
        (group for group in groups if _count(group, speech=speech)), key=lambda g: _count(g, speech=speech)
    )
    at_most = 0
    taken: list[Group] = []
    for group in rare_first:
        at_most += _count(group, speech=speech)
        if taken and at_most > _ranked(db, speech=speech):
            at_most -= _count(group, speech=speech)
            break
        taken.append(group)
    if not taken:
        return []
    written = (_written(db, one) for group in taken for one in group.alternatives)
    return _run(db, _or(db, dict.fromkeys(written)), reach, limit, at_most, speech=speech)


def _dialect(db: Session) -> str:
    return db.get_bind().dialect.name


def _written(db: Session, one: Alternative) -> str:
    """The alternative in the index's own language. Terms are letters and digits only, so nothing in them is syntax."""
    if _dialect(db) == "sqlite":
        return f'"{" ".join(one.terms)}"'
    return "(" + " <-> ".join(f"'{term}'" for term in one.terms) + ")"


def _or(db: Session, parts: Iterable[str]) -> str:
    return "(" + (" OR " if _dialect(db) == "sqlite" else " | ").join(parts) + ")"


def _and(db: Session, parts: Iterable[str]) -> str:
    return (" AND " if _dialect(db) == "sqlite" else " & ").join(parts)


def _run(db: Session, query: str, reach: Reach, limit: int, at_most: int, *, speech: bool) -> list[Document]:
    """What matches `query`: by the index's rank where that is quick, else the newest; other answers before chapters."""
    if limit < at_most <= _ranked(db, speech=speech):
        return _fetch(db, query, reach, limit, _shape(reach, "rank", speech=speech))
    if speech or at_most <= limit:
        return _fetch(db, query, reach, limit, _shape(reach, "all" if at_most <= limit else "newest", speech=speech))
    shelves = (reach.kinds & (ANSWER_KINDS - _CHAPTERS), reach.kinds & _CHAPTERS)
    narrowed = [replace(reach, kinds=kinds) for kinds in shelves if kinds]
    return [one for reach in narrowed for one in _fetch(db, query, reach, limit, _shape(reach, "newest", speech=False))]


def _ranked(db: Session, *, speech: bool) -> int:
    return _RANKED[_dialect(db)][speech]


def _fetch(db: Session, query: str, reach: Reach, limit: int, shape: "_Shape") -> list[Document]:
    values: dict[str, Any] = {"query": query, "limit": limit, "visibilities": [one.value for one in reach.visibilities]}
    values |= {"language": reach.language} if shape.language else {}
    values |= {"recording": reach.recording_id} if shape.recording else {}
    values |= {"kinds": sorted(reach.kinds & ANSWER_KINDS)} if shape.kinds else {}
    if _dialect(db) == "sqlite":
        if shape.order != "rank":
            # Here a filter in the join would read the document of every match; as terms, the index applies them.
            facets = [_or(db, (f'"v_{one.value}"' for one in reach.visibilities))]
            facets += [f'"l_{reach.language}"'] if shape.language else []
            facets += [_or(db, (f'"k_{kind}"' for kind in values["kinds"]))] if shape.kinds else []
            values["query"] = _and(db, [f"({query})", *facets])
        return [Document(*row) for row in db.execute(_sqlite(shape), values)]
    if shape.speech and shape.order == "newest":
        found = [Document(*row) for row in db.execute(_postgresql_newest(shape), values)]
        if len(found) >= limit:
            return found
    return [Document(*row) for row in db.execute(_postgresql(shape), values)]


def _shape(reach: Reach, order: str, *, speech: bool) -> "_Shape":
    narrow = not speech and not reach.kinds >= ANSWER_KINDS
    return _Shape(speech, order, reach.language is not None, reach.recording_id is not None, narrow)


class _Shape(NamedTuple):
    """Which of the few statements is wanted; `order` is rank, newest or all."""

    speech: bool
    order: str
    language: bool
    recording: bool
    kinds: bool


def _bound(statement: str) -> TextClause:
    lists: list[BindParameter[Any]] = [
        bindparam(name, expanding=True) for name in ("visibilities", "kinds") if f":{name}" in statement
    ]
    return text(statement).bindparams(*lists)


def _filters(shape: _Shape) -> str:
    conditions = ["d.visibility IN :visibilities"]
    conditions += ["d.language = :language"] if shape.language else []
    conditions += ["d.recording_id = :recording"] if shape.recording else []
    conditions += ["d.kind IN :kinds"] if shape.kinds else []
    return " AND ".join(conditions)


@lru_cache(maxsize=64)
def _sqlite(shape: _Shape) -> TextClause:
    index = "search_index_speech" if shape.speech else "search_index_answers"
    # A recording's documents were written together: their range of ids lets the index skip all others.
    span = "SELECT {}(id) FROM search_documents WHERE recording_id = :recording"
    ids = f"AND f.rowid BETWEEN ({span.format('min')}) AND ({span.format('max')})" if shape.recording else ""
    return _bound(
        f"SELECT {_COLUMNS} FROM {index} AS f CROSS JOIN search_documents AS d ON d.id = f.rowid "  # noqa: S608 -- constants
        f"WHERE f.{index} MATCH :query {ids} AND {_filters(shape)} "
        f"ORDER BY {'f.rank' if shape.order == 'rank' else 'f.rowid DESC'} LIMIT :limit"
    )


@lru_cache(maxsize=64)
def _postgresql(shape: _Shape) -> TextClause:
    order = ""  # sorting cues would read all of them
    if shape.order == "rank":
        order = "ORDER BY ts_rank(d.search_index_vector, CAST(:query AS tsquery)) DESC, d.id DESC"
    elif not shape.speech:
        order = "ORDER BY d.id DESC"
    return _bound(
        f"SELECT {_COLUMNS} FROM search_documents AS d "  # noqa: S608 -- constants
        f"WHERE d.kind {'=' if shape.speech else '<>'} 'cue' AND d.search_index_vector @@ CAST(:query AS tsquery) "
        f"AND {_filters(shape)} {order} LIMIT :limit"
    )


@lru_cache(maxsize=64)
def _postgresql_newest(shape: _Shape) -> TextClause:
    # OFFSET 0 keeps the planner from gathering all matches first: it is to walk back from the newest until it has enough.
    newest = f"(SELECT max(id) FROM search_documents) - {_NEWEST}"  # noqa: S608 -- a constant
    return _bound(
        f"SELECT {_COLUMNS} FROM (SELECT * FROM search_documents WHERE kind = 'cue' AND id > {newest} "  # noqa: S608 -- constants
        f"ORDER BY id DESC OFFSET 0) AS d "
        f"WHERE d.search_index_vector @@ CAST(:query AS tsquery) AND {_filters(shape)} LIMIT :limit"
    )

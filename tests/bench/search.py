"""How much our search costs beside the bare full-text query of the same terms, on the same database, in the same run.

`python -m tests.bench.search [--postgresql] [SIZE …]` prints it; `bench_search` is called by `make bench`.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from helpcenter.db import SqlDatabase, migrate
from helpcenter.models import (
    Chapter,
    CueRow,
    EntryState,
    FaqEntry,
    FaqText,
    Recording,
    RecordingState,
    Source,
    Transcript,
)
from helpcenter.services.search import index_entry, index_recording, search, suggest
from helpcenter.services.search.plan import Plan, make_plan
from tests import servers

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CUES, WORDS, SECONDS, CHAPTERS = 1500, 15, 4.0, 25
VOCABULARY, ZIPF = 60_000, 1.05
ENTRIES = 500
QUERIES = 400
COMMON = ["the", "to", "and", "of", "is", "it", "you", "in", "that", "we", "so", "what"]
FREQUENT = ["battery", "motor", "bike", "display", "brake", "charge", "ride", "wheel", "light", "cable"]
ONSETS = ["b", "bl", "d", "dr", "f", "g", "h", "k", "kr", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "v", "w"]
ENDS = ["", "n", "r", "l", "st", "ck"]
SHARES = np.cumsum(1 / np.arange(1, VOCABULARY + 1) ** ZIPF)
LIMIT = 20
Case = tuple[str, str]


def make_vocabulary(rng: np.random.Generator) -> list[str]:
    """Words by rank: stop words, the words of the trade, then syllables in any order."""
    syllables = [onset + vowel for onset in ONSETS for vowel in "aeiou"]
    seen = dict.fromkeys([*COMMON, *FREQUENT])
    while len(seen) < VOCABULARY:
        drawn = rng.integers(0, len(syllables), size=int(rng.integers(1, 5)))
        seen["".join(syllables[one] for one in drawn) + ENDS[int(rng.integers(0, len(ENDS)))]] = None
    return list(seen)


def make_cues(rng: np.random.Generator, vocabulary: list[str], count: int) -> list[str]:
    """Cues of 15 words drawn by Zipf's law."""
    drawn = np.searchsorted(SHARES, rng.random((count, WORDS)) * SHARES[-1])
    return [" ".join(vocabulary[word] for word in row) for row in drawn.tolist()]


def add_recordings(database: SqlDatabase, rng: np.random.Generator, vocabulary: list[str], cues: int) -> float:
    """Add recordings with so many cues and 25 chapters each; returns the seconds that indexing took."""
    spent = 0.0
    for _ in range(0, cues, CUES):
        with database.transaction() as db:
            recording = Recording(
                title="Questions", language="en", source=Source.FILE, state=RecordingState.READY, created_at=NOW
            )
            db.add(recording)
            db.flush()
            transcript = Transcript(recording_id=recording.id, language="en", provider="file", created_at=NOW)
            db.add(transcript)
            db.flush()
            texts = make_cues(rng, vocabulary, min(CUES, cues))
            table: Any = CueRow.__table__
            assert isinstance(table, Table)
            db.execute(insert(table), [
                {"transcript_id": transcript.id, "start": i * SECONDS, "end": i * SECONDS + SECONDS, "text": words, "edited": False}
                for i, words in enumerate(texts)
            ])  # fmt: skip
            edges = np.linspace(0, len(texts) * SECONDS, CHAPTERS + 1)
            db.add_all(
                Chapter(recording_id=recording.id, start=start, end=end, title=texts[n][:40], source="file")
                for n, (start, end) in enumerate(pairwise(edges.tolist()))
            )
            began = time.perf_counter()
            index_recording(db, recording.id)
            spent += time.perf_counter() - began
    return spent


def add_entries(database: SqlDatabase, rng: np.random.Generator, vocabulary: list[str]) -> None:
    """Add published entries with a title of five words and an answer of sixty."""
    texts = make_cues(rng, vocabulary, ENTRIES * 5)
    with database.transaction() as db:
        for number in range(ENTRIES):
            entry = FaqEntry(slug=f"e{number}", state=EntryState.PUBLISHED, created_at=NOW, updated_at=NOW)
            body = " ".join(texts[number * 5 + 1 : number * 5 + 5])
            entry.texts.append(FaqText(language="en", title=texts[number * 5][:40], body=body, updated_at=NOW))
            db.add(entry)
            db.flush()
            index_entry(db, entry.id)


def make_queries(rng: np.random.Generator, vocabulary: list[str], count: int) -> list[Case]:
    """What people type, as (kind, query): words of one cue, phrases, beginnings, typos, words that no cue holds together."""
    made = []
    for words in (cue.split() for cue in make_cues(rng, vocabulary, count)):
        kind = str(rng.choice(["words", "phrase", "beginning", "typo", "apart"], p=[0.6, 0.1, 0.1, 0.1, 0.1]))
        at, many = int(rng.integers(0, WORDS - 4)), int(rng.integers(1, 5))
        taken = words[at : at + many]
        if kind == "phrase":
            query = '"' + " ".join(words[at : at + 2]) + '"'
        elif kind == "beginning":
            query = " ".join([*taken[:-1], taken[-1][: max(3, len(taken[-1]) - 2)]])
        elif kind == "typo":
            longest = max(words, key=len)
            query = longest[:2] + longest[3] + longest[2] + longest[4:]
        else:
            query = " ".join(words[at : at + 4] if kind == "apart" else taken) + " "
        made.append((kind, query))
    return made


WORST = [
    "the ", "the and of to is it", "battery ", "battery motor bike display", '"the battery"', '"of the motor"', "b", "st", "ba",
    "the bat", "battery " * 10_000, "x" * 100_000, " ".join([f"wrt{n}x" for n in range(5000)]), " ".join([*FREQUENT, "blabla"]),
]  # fmt: skip


def bare_query(db: Session, plan: Plan, query: str, *, any_word: bool) -> tuple[str, str]:
    """The statement that ranks cues by the same terms as the index itself would, and its query."""
    sqlite = db.get_bind().dialect.name == "sqlite"
    parts = []
    for group in plan.groups:
        terms = group.alternatives[0].terms
        begun = group is plan.groups[-1] and query[-1:].isalnum() and len(terms) == 1
        if sqlite:
            parts.append(f'"{" ".join(terms)}"' + ("*" if begun else ""))
        else:
            parts.append(" <-> ".join(f"'{term}'" for term in terms) + (":*" if begun else ""))
    if sqlite:
        written = (" OR " if any_word else " AND ").join(parts)
        return "SELECT rowid FROM search_index_speech WHERE search_index_speech MATCH ? ORDER BY rank LIMIT 20", written
    written = (" | " if any_word else " & ").join(f"({part})" for part in parts)
    return (
        (
            "SELECT id FROM search_documents, CAST(%s AS tsquery) AS q WHERE kind = 'cue' AND search_index_vector @@ q "
            "ORDER BY ts_rank(search_index_vector, q) DESC LIMIT 20"
        ),
        written,
    )


def timed(do: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def run_bare(db: Session, query: str) -> Callable[[], object]:
    """The bare query of the same terms through the bare driver; of any term where no cue holds all, as our search does."""
    plan = make_plan(db, query, None)
    if not plan.groups:
        return lambda: None
    cursor = db.connection().connection.cursor()
    statement, written = bare_query(db, plan, query, any_word=False)
    if not cursor.execute(statement, (written,)).fetchall():
        statement, written = bare_query(db, plan, query, any_word=True)
    return lambda: cursor.execute(statement, (written,)).fetchall()


def measure(database: SqlDatabase, queries: list[Case]) -> dict[str, Any]:
    """p50, p95 and the slowest of ours, p50 and p95 of the bare query, all in ms; each query's better of two rounds."""
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    worst: list[list[float]] = []
    with database.reading() as db:
        bares = [run_bare(db, query) for _, query in queries]
        for _ in range(2):
            ours.append([timed(lambda query=query: search(db, query, limit=LIMIT)) for _, query in queries])
            bare.append([timed(do) for do in bares])
            worst.append([timed(lambda query=query: search(db, query, limit=LIMIT)) for query in WORST])
        typing = [timed(lambda query=query: suggest(db, query)) for kind, query in queries if kind == "beginning"]
    best, best_bare, best_worst = (np.min(np.array(rounds), axis=0) for rounds in (ours, bare, worst))
    slowest = [
        *((ms, query) for ms, (_, query) in zip(best, queries, strict=True)),
        *zip(best_worst, WORST, strict=True),
    ]
    by_kind = {
        kind: [round(float(np.percentile([ms for ms, (k, _) in zip(times, queries, strict=True) if k == kind], 95)), 2)
               for times in (best, best_bare)]
        for kind in sorted({kind for kind, _ in queries})
    }  # fmt: skip
    return {
        "ours": np.percentile(best, [50, 95]).round(2).tolist(),
        "bare": np.percentile(best_bare, [50, 95]).round(2).tolist(),
        "ratio": float(np.percentile(best, 95) / np.percentile(best_bare, 95)),
        "suggest": np.percentile(typing, [50, 95]).round(2).tolist(),
        "p95 by kind (ours, bare)": by_kind,
        "slowest": [(round(float(ms), 1), query[:40]) for ms, query in sorted(slowest, reverse=True)[:5]],
    }


@contextmanager
def database_of(*, postgresql: bool) -> Iterator[SqlDatabase]:
    """A fresh database."""
    if postgresql:
        with servers.postgres() as server:
            url = f"{server}/postgres"
            migrate(url)
            database = SqlDatabase(url)
            yield database
            database.dispose()
        return
    with tempfile.TemporaryDirectory(prefix="hc-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'search.db'}"
        migrate(url)
        database = SqlDatabase(url)
        yield database
        database.dispose()


def bench_search(
    sizes: tuple[int, ...] = (100_000, 1_000_000), *, postgresql: bool = False
) -> dict[str, dict[str, Any]]:
    """The ratios at each number of cues, as {NAME: {"value", "unit", "how"}}; prints what they are made of."""
    rng = np.random.default_rng(7)
    vocabulary = make_vocabulary(rng)
    queries = make_queries(rng, vocabulary, QUERIES)
    results, there = {}, 0
    with database_of(postgresql=postgresql) as database:
        add_entries(database, rng, vocabulary)
        for size in sizes:
            spent = add_recordings(database, rng, vocabulary, size - there)
            print(f"{size} cues: indexing {size - there} took {spent:.1f} s")
            there = size
            if postgresql:
                with database.transaction() as db:
                    db.execute(text("ANALYZE"))
            found = measure(database, queries)
            for name, value in found.items():
                print(f"  {name}: {value}")
            label = f"{size // 1_000_000}m" if size >= 1_000_000 else f"{size // 1000}k"
            results[f"search_p95_vs_fts_{label}"] = {
                "value": round(found["ratio"], 3),
                "unit": "ratio",
                "how": (
                    f"p95 of search() over {QUERIES} queries at {size} cues ({found['ours'][1]} ms) / p95 of the bare ranked "
                    f"top 20 of the same stems on the cues' index alone ({found['bare'][1]} ms), better of two rounds; "
                    f"slowest query, bad ones included: {found['slowest'][0][0]} ms"
                ),
            }
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    for name, result in bench_search(tuple(asked.sizes), postgresql=asked.postgresql).items():
        print(name, result)


if __name__ == "__main__":
    main()

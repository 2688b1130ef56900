"""The piece of a text that shows why it was found, with the words that were."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from helpcenter.services.search.words import COMPOUND_REST, languages_of, part_spans, parts, stem

WIDTH = 200
_BEFORE = 40
# How a letter of a stem may stand in the text.
_WRITTEN = {
    "a": "aàáâãäå", "c": "cç", "e": "eèéêë", "i": "iìíîïy", "n": "nñ", "o": "oòóôõöø", "s": "sß", "u": "uùúûü", "y": "yi",
}  # fmt: skip
_MORE = "…"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet; `hit` when it is what was looked for."""

    text: str
    hit: bool


def snippet(text: str, terms: frozenset[str], language: str, *, width: int = WIDTH) -> list[Fragment]:
    """About `width` characters of the text around its most telling words, cut at words; the beginning where it has none."""
    spans = list(_spans(text, terms, language))
    start, end = _window(text, spans, width)
    fragments = [Fragment(_MORE, hit=False)] if start else []
    at = start
    for first, last, _ in spans:
        if first < at or last > end:
            continue
        fragments += [Fragment(text[at:first], hit=False)] if first > at else []
        fragments.append(Fragment(text[first:last], hit=True))
        at = last
    fragments += [Fragment(text[at:end], hit=False)] if end > at else []
    return fragments + ([Fragment(_MORE, hit=False)] if end < len(text) else [])


def _spans(text: str, terms: frozenset[str], language: str) -> Iterator[tuple[int, int, str]]:
    """Where words of the text stand whose stem is wanted, and the stem."""
    stemmed = languages_of(language)
    for compound in _likely(frozenset(term[:2] for term in terms)).finditer(text):
        words = parts(compound[0])
        if len(words) > 1 and (found := _wanted("".join(words), terms, stemmed)):
            yield compound.start(), compound.end(), found
            continue
        for start, end, folded in part_spans(compound):
            if found := _wanted(folded, terms, stemmed):
                yield start, end, found


def _wanted(folded: str, terms: Collection[str], languages: tuple[str, ...]) -> str | None:
    return next((root for one in languages if (root := stem(folded, one)) in terms), None)


@lru_cache(maxsize=1024)
def _likely(begins: frozenset[str]) -> re.Pattern[str]:
    """Compounds that begin as a stem does: stemming every word of a long text would be slow."""
    written = "|".join("[-‐‑]?".join(f"[{_WRITTEN.get(letter, letter)}]" for letter in two) for two in sorted(begins))
    return re.compile(rf"(?<![^\W_])(?:{written})(?<=[^\W_]){COMPOUND_REST}", re.IGNORECASE)


def _window(text: str, spans: list[tuple[int, int, str]], width: int) -> tuple[int, int]:
    """The stretch with the most different stems, from a little before the first of them."""
    if len(text) <= width:
        return 0, len(text)
    best, start = 0, 0
    for index, (first, _, _) in enumerate(spans[:200]):
        within = {
            root
            for begin, last, root in spans[index : index + 50]
            if last - first <= width - _BEFORE and begin >= first
        }
        if len(within) > best:
            best, start = len(within), first
    start = _word_start(text, max(0, start - _BEFORE))
    return start, _word_end(text, min(len(text), start + width))


def _word_start(text: str, at: int) -> int:
    if not at:
        return 0
    blank = text.find(" ", at, at + _BEFORE)
    return blank + 1 if blank >= 0 else at


def _word_end(text: str, at: int) -> int:
    if at == len(text):
        return at
    blank = text.rfind(" ", at - _BEFORE, at)
    return blank if blank > 0 else at

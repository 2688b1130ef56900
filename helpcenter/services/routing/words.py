"""The words of a question as routing counts them: stems of what says something, and the parts of long compounds."""

from collections.abc import Container, Mapping
from typing import Final

from helpcenter.services.search.words import COMPOUND, MAX_TERM, is_stop_word, languages_of, parts, stem

MOST: Final = 80
"""So many different stems of a question are looked at, those of its title first."""
_LONG, _SHORTEST_PART, _WORTH = 8, 4, 0.5
_FEWEST_LETTERS: Final = 2


def read(text: str, language: str | None) -> dict[str, str]:
    """Each stem of the text with the word as it was typed, in order; without stop words and numbers."""
    found: dict[str, str] = {}
    for compound in COMPOUND.findall(text):
        words = parts(compound)
        joined = ["".join(words)[:MAX_TERM]] if len(words) > 1 else []
        for folded in (*words, *joined):
            if len(folded) < _FEWEST_LETTERS or not folded.isalpha() or is_stop_word(folded, language):
                continue
            for one in languages_of(language):
                found.setdefault(stem(folded, one), compound)
    return dict(list(found.items())[:MOST])


def pieces(stems: Mapping[str, str]) -> dict[str, str]:
    """What long stems begin and end with, which may be a word of its own (Akkutausch: Akku, Tausch), with the stem."""
    return {
        piece: whole
        for whole in stems
        if len(whole) >= _LONG
        for at in range(_SHORTEST_PART, len(whole) - _SHORTEST_PART + 1)
        for piece in (whole[:at], whole[at:])
    }


def weigh(stems: Mapping[str, str], known: Container[str]) -> dict[str, float]:
    """The stems, and those pieces of them that are known as words, with their weight.

    Source for taking apart by a vocabulary: Koehn, Knight, Empirical methods for compound splitting (2003).
    """
    return dict.fromkeys(stems, 1.0) | {
        piece: _WORTH for piece in pieces(stems) if piece in known and piece not in stems
    }

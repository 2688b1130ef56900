"""What a query asks for: groups of terms, each with its alternatives, most telling first."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from helpcenter.services.search import vocabulary
from helpcenter.services.search.vocabulary import Count
from helpcenter.services.search.words import COMPOUND, clean, is_stop_word, languages_of, parts, stem

MAX_CHARACTERS = 400
MAX_WORDS = 12
_MAX_PHRASE = 8
_MAX_MENDED = 3
_MIN_PREFIX = 2
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
_BEGUN_WEIGHT = 0.6
_TYPO_WEIGHT = 0.7
_CUT_OFF = 3
_MIN_CUT_OFF = 4


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way in which documents may say it: a term, or several in a row."""

    terms: tuple[str, ...]
    count: Count
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """One word or phrase of the query; a document holds it when it holds any of the alternatives."""

    alternatives: tuple[Alternative, ...]
    weight: float

    @property
    def count(self) -> Count:
        """At most so many documents hold it."""
        return sum((one.count for one in self.alternatives), Count())


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups that can be found at all; none when nothing can. `unknown` counts the words that no document holds."""

    groups: tuple[Group, ...]
    unknown: int = 0

    @property
    def terms(self) -> frozenset[str]:
        """Every term of every alternative, for highlighting."""
        return frozenset(term for group in self.groups for one in group.alternatives for term in one.terms)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A word or phrase as it was typed: folded words; `begun` when it may go on."""

    words: tuple[str, ...]
    phrase: bool = False
    begun: bool = False

    def spellings(self, language: str | None) -> list[tuple[str, ...]]:
        """Its stems in each language, and written as one word."""
        found = [tuple(stem(word, one) for word in self.words) for one in languages_of(language)]
        if len(self.words) > 1 and not self.phrase:
            found += [(stem("".join(self.words), one),) for one in languages_of(language)]
        return list(dict.fromkeys(found))


def make_plan(db: Session, query: str, language: str | None) -> Plan:
    """What to look for: stop words dropped unless nothing is left, typos mended, the last word taken as a beginning, too."""
    asked = list(_asked(query))
    telling = [one for one in asked if one.phrase or not all(is_stop_word(word, language) for word in one.words)]
    asked = (telling or asked)[:MAX_WORDS]
    spellings = {one: one.spellings(language) for one in asked}
    known = vocabulary.counts(db, {term for several in spellings.values() for terms in several for term in terms})
    groups, mended = [], 0
    for one in asked:
        alternatives = [found for terms in spellings[one] if (found := _alternative(terms, known))]
        if one.begun:
            alternatives += _begun(db, one.words[0], alternatives)
        if not alternatives and not one.phrase and mended < _MAX_MENDED:
            mended += 1
            alternatives = _mended(db, spellings[one])
        if alternatives:
            groups.append(_group(alternatives, vocabulary.total(known)))
    return Plan(tuple(groups), len(asked) - len(groups))


def _asked(query: str) -> Iterator[_Asked]:
    """What was typed, each once, in order."""
    short = query[:MAX_CHARACTERS]
    begun = short[-1:].isalnum()
    found: list[_Asked] = []
    for index, part in enumerate(_QUOTED.split(clean(short))):
        if index % 2:
            words = [word for compound in COMPOUND.findall(part) for word in parts(compound)]
            found += [_Asked(tuple(words[:_MAX_PHRASE]), phrase=True)] if words else []
        else:
            found += [
                _Asked(tuple(words[:_MAX_PHRASE])) for compound in COMPOUND.findall(part) if (words := parts(compound))
            ]
    if (
        begun
        and found
        and not found[-1].phrase
        and len(found[-1].words) == 1
        and len(found[-1].words[0]) >= _MIN_PREFIX
    ):
        found[-1] = replace(found[-1], begun=True)
    yield from dict.fromkeys(found)


def _alternative(terms: tuple[str, ...], known: dict[str, Count], weight: float = 1.0) -> Alternative | None:
    if not all(term in known for term in terms):
        return None
    return Alternative(terms, min((known[term] for term in terms), key=lambda count: count.both), weight)


def _begun(db: Session, word: str, exact: list[Alternative]) -> list[Alternative]:
    """What the word may become; where the index holds nothing that long, also the stem that it has grown beyond."""
    known = vocabulary.beginning_with(db, word)
    if not known and not exact:
        shorter = [word[:-cut] for cut in range(1, _CUT_OFF + 1) if len(word) - cut >= _MIN_CUT_OFF]
        known = {term: count for term, count in vocabulary.counts(db, shorter).items() if term}
    there = {one.terms for one in exact}
    return [Alternative((term,), count, _BEGUN_WEIGHT) for term, count in known.items() if (term,) not in there]


def _mended(db: Session, spellings: list[tuple[str, ...]]) -> list[Alternative]:
    single = [terms[0] for terms in spellings if len(terms) == 1]
    if not single:
        return []
    meant = vocabulary.meant_by(db, single)
    return [Alternative((term,), count, _TYPO_WEIGHT * likeness**2) for term, (likeness, count) in meant.items()]


def _group(alternatives: list[Alternative], total: Count) -> Group:
    """The group with its weight: how seldom its most frequent sure alternative is (BM25's inverse document frequency)."""
    best = max(one.weight for one in alternatives)
    frequency = max(one.count.both for one in alternatives if one.weight == best)
    everything = max(total.both, frequency)
    return Group(tuple(alternatives), math.log(1 + (everything - frequency + 0.5) / (frequency + 0.5)))

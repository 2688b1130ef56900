"""Texts that are about the same: stems with their rarity, gathered around leaders, always in the same way."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from helpcenter.services import searches

ALIKE: Final = 0.35
"""From this cosine on, two texts are about the same."""
WITHIN: Final = 0.7
"""Or where so much of the shorter one is in the longer one, and at least two of its words."""
_COMPOUND, _PART = 8, 4
_ROOT, _ENDING = 5, 4
_Bag = dict[str, float]


def gather(texts: Sequence[str], language: str) -> list[list[int]]:
    """The numbers of the texts in groups, each led by the first of its texts; all texts in one language, the heaviest first.

    A text joins the first leader that it is like, so that no chain of neighbours links what is not alike. Texts without a
    word are alone.
    """
    bags = _weighed([searches.telling(text, language) for text in texts])
    sizes = [math.sqrt(sum(weight * weight for weight in bag.values())) for bag in bags]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, bag in enumerate(bags):
        for term in bag:
            holders[term].append(number)
    taken = [False] * len(texts)
    groups = []
    for leader, bag in enumerate(bags):
        if taken[leader]:
            continue
        taken[leader] = True
        near = {number for term in bag for number in holders[term] if not taken[number]}
        alike = [one for one in sorted(near) if _alike(bag, sizes[leader], bags[one], sizes[one])]
        for one in alike:
            taken[one] = True
        groups.append([leader, *alike])
    return groups


def _alike(bag: _Bag, size: float, other: _Bag, other_size: float) -> bool:
    shared = bag.keys() & other.keys()
    common = sum(bag[term] * other[term] for term in shared)
    if common >= ALIKE * size * other_size:
        return True
    return len(shared) > 1 and common >= WITHIN * min(size, other_size) ** 2


def _weighed(bags: Sequence[frozenset[str]]) -> list[_Bag]:
    """Each text's terms with their rarity; compounds hold the words that they are made of, where another text has those."""
    vocabulary = frozenset(term for bag in bags for term in bag)
    roots = {term: _root(term, vocabulary) for term in vocabulary}
    known = frozenset(roots.values())
    split = [{part for term in bag for part in (roots[term], *_parts(roots[term], known))} for bag in bags]
    held = Counter(term for bag in split for term in bag)
    return [{term: math.log(1 + len(bags) / held[term]) for term in bag} for bag in split]


def _root(term: str, vocabulary: frozenset[str]) -> str:
    """The shortest known word that the term only goes on from, by an ending: quietschend and quietscht are quietsch."""
    shortest = max(_ROOT, len(term) - _ENDING)
    return next((term[:end] for end in range(shortest, len(term)) if term[:end] in vocabulary), term)


def _parts(term: str, vocabulary: frozenset[str]) -> set[str]:
    """The known words at the beginning and at the end of a compound: akkuladezeit holds akku and ladezeit."""
    if len(term) < _COMPOUND:
        return set()
    cuts = range(_PART, len(term) - _PART + 1)
    return {part for cut in cuts for part in (term[:cut], term[cut:]) if part in vocabulary}

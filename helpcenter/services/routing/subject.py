"""What a question is about: how likely it belongs to each topic of the tree. Pure. See scoring.py for the method and its sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Final

TRUST, INHERITED = 0.55, 0.25
"""How often the topic that the asker chose is the right one, and how often one below it."""
MU: Final = 8.0
"""How many words what is above a topic is worth in it."""
VOCABULARY: Final = 5000.0
LONG: Final = 8.0
"""From so many words on a question's words count less each."""
TELLING: Final = 2.0
"""A stem tells of a topic that is so many times as frequent there as in all questions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: its stems with their weight (1; less for a part of a compound), and the topic that its asker chose."""

    terms: Mapping[str, float]
    topic_id: int | None = None

    @property
    def damping(self) -> float:
        """What each word counts: words of a long question come in company, and would be counted again and again."""
        return min(1.0, LONG / max(sum(self.terms.values()), 1.0))


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic: those of its stems that the question has, with their weight, and the `total` weight of all its stems.

    `questions` counts the questions that were about it, aged.
    """

    id: int
    parent_id: int | None = None
    words: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    questions: float = 0.0


class Tree:
    """The topics of a question as a tree: who is above whom, and how often each of its stems is said where."""

    def __init__(self, topics: Mapping[int, TopicFacts], asked: Asked) -> None:
        self.topics, self.asked = topics, asked
        self._paths = {one: self._path(one) for one in topics}
        self._below = dict.fromkeys(topics, 0)
        for one in topics:
            for above in self._paths[one][1:]:
                self._below[above] += 1
        everything = sum(topic.total for topic in topics.values()) + VOCABULARY
        often = {term: sum(topic.words.get(term, 0.0) for topic in topics.values()) for term in asked.terms}
        self.usual = {term: (number + 1) / everything for term, number in often.items()}
        """How often each of the question's stems is said in all questions."""
        self._said: dict[int, dict[str, float]] = {}

    def path(self, one: int | None) -> Sequence[int]:
        """The topic and all above it; () for one that is not there."""
        return self._paths.get(one, ()) if one is not None else ()

    def said(self, one: int) -> Mapping[str, float]:
        """How often each of the question's stems is said about the topic, smoothed by what is said of the one above it.

        That is of the one above itself, not of all below it: else a topic of which little is known would look like its siblings.
        """
        if one not in self._said:
            above = self._paths[one][1:2]
            prior = self.said(above[0]) if above else self.usual
            words, total = self.topics[one].words, self.topics[one].total + MU
            self._said[one] = {term: (words.get(term, 0.0) + MU * share) / total for term, share in prior.items()}
        return self._said[one]

    def telling(self, one: int) -> list[str]:
        """The question's stems that tell of the topic, those that say most first."""
        gains = {term: share / self.usual[term] for term, share in self.said(one).items()}
        return sorted((term for term in gains if gains[term] >= TELLING), key=lambda term: -gains[term])

    def odds(self) -> dict[int, float]:
        """How likely the question is about each topic; sums to 1 where there are topics."""
        if not self.topics:
            return {}
        damping = self.asked.damping
        found = {
            one: log(self._prior(one))
            + damping * sum(weight * log(self.said(one)[term] / self.usual[term]) for term, weight in self.asked.terms.items())
            for one in self.topics
        }  # fmt: skip
        most = max(found.values())
        shares = {one: exp(value - most) for one, value in found.items()}
        whole = sum(shares.values())
        return {one: share / whole for one, share in shares.items()}

    def _prior(self, one: int) -> float:
        everything = sum(topic.questions for topic in self.topics.values()) + len(self.topics)
        usual = (self.topics[one].questions + 1) / everything
        chosen = self.asked.topic_id
        if chosen is None or chosen not in self.topics:
            return usual
        deeper, left = self._below[chosen], 1 - TRUST - INHERITED
        if one == chosen:
            return TRUST + (0 if deeper else INHERITED) + left * usual
        return left * usual + (INHERITED / deeper if chosen in self._paths[one] else 0)

    def _path(self, one: int | None) -> list[int]:
        found: list[int] = []
        while one is not None and one in self.topics:
            found.append(one)
            one = self.topics[one].parent_id
        return found

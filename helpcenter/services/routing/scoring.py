"""Who is likely to have the answer: a pure function of what is known. No rows, no clock.

Three steps, each a probability, so that each can be said in words:

1. *What it is about* (subject.py). Multinomial naive Bayes over the topics, whose word distributions are smoothed by Dirichlet
   priors along the tree: a topic falls back on what is above it, that on all questions. What the asker chose is a prior that
   his words may overturn. Sources: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), ch. 13; McCallum,
   Rosenfeld, Mitchell, Ng, Improving text classification by shrinkage in a hierarchy of classes (1998).
2. *Who answers for that.* For each expert and topic a Beta distribution: the tree's assignment is its prior, what he accepted,
   passed on and solved are its counts; what he did nearby in the tree counts for less.
3. *What speaks for him besides*, as log-odds that are added: the words of questions that were his or that he passed on, smoothed
   by everybody's (Zhai, Lafferty, A study of smoothing methods for language models, 2001), what he says he knows, the language.

Who stands first is decided by that likelihood, by who is on duty, and by how much he has to do already. Naive Bayes is too sure of
itself, as words come in company; so long questions are damped, and what words say of an expert is bounded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, log2
from typing import Final

from helpcenter.services.routing.subject import VOCABULARY, Asked, TopicFacts, Tree

NAMED, ABOVE, ANYBODY = 0.55, 0.2, 0.04
"""How likely an expert has the answer by the tree alone: who answers for the topic, for one far above it, for another."""
TREE_WEIGHT, NEARBY = 1.5, 0.3
"""How many decisions the tree's word is worth, and what one nearby in the tree is worth."""
MU: Final = 30.0
"""How many words everybody's questions are worth beside an expert's own."""
MOST_BY_WORDS, WORD, SKILL, WRONG_LANGUAGE = 2.5, 0.5, 0.8, -4.0
ON_DUTY, BUSY = 0.7, 0.22
LIKELY, CLOSE = 0.4, 0.2
_MOST_SKILLS: Final = 3
_LOOKED_AT: Final = 12
"""So many topics are considered, the likeliest ones."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What spoke for and against, aged; `times` counts what spoke for it, plainly."""

    good: float = 0.0
    bad: float = 0.0
    times: int = 0


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    """An expert: topics that he is named for, what he did with questions about topics, and what is known of him right now.

    `words` holds the question's stems alone, `total` the sum over all of his. `skills` are stems that he says he knows.
    """

    id: int
    topics: frozenset[int] = frozenset()
    did: Mapping[int, Tally] = field(default_factory=dict)
    words: Mapping[str, Tally] = field(default_factory=dict)
    total: Tally = Tally()
    skills: Collection[str] = ()
    speaks: bool = True
    on_duty: bool = False
    open: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """An expert, and the topic as whose expert he is proposed.

    `likely` is the probability that he has the answer, `score` what the order is by (log-odds). `about` is the probability of
    the topic, `words` the question's stems that speak for him or the topic, those that say most first.
    """

    expert: ExpertFacts
    topic_id: int | None
    likely: float
    score: float
    about: float
    words: tuple[str, ...]


def rank(asked: Asked, topics: Mapping[int, TopicFacts], experts: Sequence[ExpertFacts]) -> list[Ranked]:
    """All experts, the best first; by their ids where nothing tells them apart."""
    scene = _Scene(asked, Tree(topics, asked), experts)
    return sorted((scene.ranked(expert) for expert in experts), key=lambda one: (-one.score, one.expert.id))


def is_clear(ranked: Sequence[Ranked]) -> bool:
    """Whether the first may be given the question without a person's word.

    He is likely to have the answer, and nobody is much likelier who only has more to do; or nobody is likely, and he is on duty,
    which is to decide in just such a case.
    """
    if not ranked:
        return False
    best, most = ranked[0], max(one.likely for one in ranked)
    return (best.likely >= LIKELY and most - best.likely <= CLOSE) or (best.expert.on_duty and most < LIKELY)


def sums(did: Mapping[int, Tally], tree: Tree) -> dict[int, Tally]:
    """What was done with questions about each topic and all below it."""
    found: dict[int, Tally] = {}
    for one, tally in did.items():
        for above in tree.path(one):
            was = found.get(above, Tally())
            found[above] = Tally(was.good + tally.good, was.bad + tally.bad, was.times + tally.times)
    return found


class _Scene:
    """What is the same for all experts: the topics that come into question, and how usual each word is."""

    def __init__(self, asked: Asked, tree: Tree, experts: Sequence[ExpertFacts]) -> None:
        self.asked, self.tree = asked, tree
        self.about = tree.odds()
        self.top = sorted(self.about, key=lambda one: -self.about[one])[:_LOOKED_AT]
        self.named = {topic: _named(topic, tree, experts) for topic in self.top}
        everything = sum(one.total.good for one in experts)
        self.usual = {
            term: (sum(one.words[term].good for one in experts if term in one.words) + 1) / (everything + VOCABULARY)
            for term in asked.terms
        }

    def ranked(self, expert: ExpertFacts) -> Ranked:
        """The expert with his likelihood and his score."""
        nearby = sums(expert.did, self.tree)
        does = {topic: self._does(expert, topic, nearby) for topic in self.top}
        share = sum(self.about[topic] * does[topic] for topic in self.top) if self.top else ANYBODY
        topic = max(self.top, key=lambda one: self.about[one] * does[one], default=None)
        words = self._words(expert)
        known = [term for term in self.asked.terms if term in expert.skills]
        odds = _logit(share) + max(-MOST_BY_WORDS, min(MOST_BY_WORDS, sum(words.values())))
        odds += SKILL * min(_MOST_SKILLS, len(known)) + (0 if expert.speaks else WRONG_LANGUAGE)
        telling = sorted((term for term in words if words[term] > 0), key=lambda term: -words[term])
        said = self.tree.telling(topic) if topic is not None and does[topic] >= ABOVE else []
        return Ranked(
            expert, topic, 1 / (1 + exp(-odds)), odds + (ON_DUTY if expert.on_duty else 0) - BUSY * log2(1 + expert.open),
            self.about[topic] if topic is not None else 0.0, tuple(dict.fromkeys([*known, *said, *telling])),
        )  # fmt: skip

    def _does(self, expert: ExpertFacts, topic: int, nearby: Mapping[int, Tally]) -> float:
        """How likely he answers a question about the topic: what he did there, what he did nearby, and what the tree says."""
        here = expert.did.get(topic, Tally())
        good = here.good + TREE_WEIGHT * self.named[topic].get(expert.id, ANYBODY)
        weight = here.good + here.bad + TREE_WEIGHT
        above = self.tree.path(topic)[1:2]
        near = nearby.get(above[0], here) if above else here
        much = near.good + near.bad - here.good - here.bad
        if much > 0:
            # However much he did nearby, it is never worth more than the tree's own word.
            worth = min(NEARBY, TREE_WEIGHT / much)
            good, weight = good + worth * (near.good - here.good), weight + worth * much
        return good / weight

    def _words(self, expert: ExpertFacts) -> dict[str, float]:
        """What each stem says for or against him, as log-odds: said in what was his, or in what he passed on."""
        damping, found = self.asked.damping * WORD, {}
        for term, weight in self.asked.terms.items():
            tally, usual = expert.words.get(term, Tally()), self.usual[term]
            his = (tally.good + MU * usual) / (expert.total.good + MU)
            not_his = (tally.bad + MU * usual) / (expert.total.bad + MU)
            found[term] = damping * weight * log(his / not_his)
        return found


def _named(topic: int, tree: Tree, experts: Sequence[ExpertFacts]) -> dict[int, float]:
    """How likely each expert answers for the topic by the tree alone: those named nearest do, those above them may."""
    found: dict[int, float] = {}
    nearest = True
    for above in tree.path(topic):
        named = [expert.id for expert in experts if above in expert.topics]
        for one in named:
            found.setdefault(one, NAMED if nearest else ABOVE)
        nearest = nearest and not named
    return found


def _logit(share: float) -> float:
    share = min(max(share, 0.001), 0.999)
    return log(share / (1 - share))

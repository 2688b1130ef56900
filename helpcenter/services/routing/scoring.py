"""Who is likely to have the answer: a pure function of what is known. No rows, no clock.

Three steps, each a probability, so that each can be said in words:

1. *What it is about.* Multinomial naive Bayes over the topics, whose word distributions are smoothed by Dirichlet priors along the
   tree: a topic falls back on what is above it, that on all questions. Sources: Manning, Raghavan, Schütze, Introduction to
   Information Retrieval (2008), ch. 13; McCallum, Rosenfeld, Mitchell, Ng, Improving text classification by shrinkage in a
   hierarchy of classes (1998). What the asker chose counts as a prior that his words may overturn.
2. *Who answers for that.* For each expert and topic a Beta distribution: the tree's assignment is its prior, what he accepted,
   passed on and solved are its counts; what he did nearby in the tree counts for less.
3. *What speaks for him besides*, as log-odds that are added: the words of questions that were his or that he passed on, in
   relation to everybody's (smoothed as in Zhai, Lafferty, A study of smoothing methods for language models, 2001), what he says
   he knows, the language.

Who stands first is decided by that likelihood, by who is on duty, and by how much he has to do already. Naive Bayes is too sure of
itself, as words come in company; so long questions are damped, and each sum of words is bounded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, log2
from typing import Final

TRUST, INHERITED = 0.55, 0.25
"""How often the topic that the asker chose is the right one, and how often one below it."""
NAMED, ABOVE, ANYBODY = 0.55, 0.2, 0.04
"""How likely an expert has the answer by the tree alone: who answers for the topic, for one far above it, for another."""
TREE_WEIGHT, NEARBY = 1.5, 0.3
"""How many decisions the tree's word is worth, and what one nearby in the tree is worth."""
MU_TOPIC, MU_EXPERT, VOCABULARY = 8.0, 30.0, 5000.0
LONG: Final = 8.0
"""From so many words on a question's words count less each."""
MOST_BY_WORDS, SKILL, WRONG_LANGUAGE = 2.5, 0.8, -4.0
ON_DUTY, BUSY = 0.7, 0.22
_MOST_SKILLS: Final = 3
LIKELY, CLOSE = 0.4, 0.2


@dataclass(frozen=True, slots=True)
class Tally:
    """What spoke for and against, aged; `times` counts what spoke for it, plainly."""

    good: float = 0.0
    bad: float = 0.0
    times: int = 0


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic: its stems with their weight, only those that the question has, and the `total` weight of all of them."""

    id: int
    parent_id: int | None = None
    words: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    questions: float = 0.0


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
class Asked:
    """The question: its stems with their weight (1; less for a part of a compound), and the topic that its asker chose."""

    terms: Mapping[str, float]
    topic_id: int | None = None


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
    about = topic_odds(asked, topics)
    tree = Tree(topics)
    top = sorted(about, key=lambda one: -about[one])[:12]
    fair = {topic: tree.priors(topic, experts) for topic in top}
    found = [_ranked(asked, expert, about, top, fair, tree, experts) for expert in experts]
    return sorted(found, key=lambda one: (-one.score, one.expert.id))


def is_clear(ranked: Sequence[Ranked]) -> bool:
    """Whether the first may be given the question without a person's word.

    He is likely to have the answer, and nobody is much likelier who only has more to do; or nobody is likely, and he is on duty,
    which is to decide in just such a case.
    """
    if not ranked:
        return False
    best, most = ranked[0], max(one.likely for one in ranked)
    return (best.likely >= LIKELY and most - best.likely <= CLOSE) or (best.expert.on_duty and most < LIKELY)


def topic_odds(asked: Asked, topics: Mapping[int, TopicFacts]) -> dict[int, float]:
    """How likely the question is about each topic; sums to 1 where there are topics."""
    if not topics:
        return {}
    tree = Tree(topics)
    everything = sum(topic.total for topic in topics.values())
    often = {term: sum(one.words.get(term, 0.0) for one in topics.values()) for term in asked.terms}
    by_all = {term: (often[term] + 1) / (everything + VOCABULARY) for term in asked.terms}
    damped = min(1.0, LONG / max(sum(asked.terms.values()), 1.0))
    odds = {}
    for one in topics:
        said = tree.words_of(one, by_all)
        odds[one] = log(_prior(asked, one, tree)) + damped * sum(
            weight * log(said[term] / by_all[term]) for term, weight in asked.terms.items()
        )
    most = max(odds.values())
    shares = {one: exp(value - most) for one, value in odds.items()}
    whole = sum(shares.values())
    return {one: share / whole for one, share in shares.items()}


class Tree:
    """The topics as a tree: who is above whom, and sums over what is below."""

    def __init__(self, topics: Mapping[int, TopicFacts]) -> None:
        self.topics = topics
        self.below: dict[int, int] = dict.fromkeys(topics, 1)
        self._words: dict[int, dict[str, float]] = {}
        self._total: dict[int, float] = dict.fromkeys(topics, 0.0)
        self._said: dict[int, dict[str, float]] = {}
        for one in topics:
            path = self.path(one)
            for above in path:
                self._total[above] += topics[one].total
                words = self._words.setdefault(above, {})
                for term, weight in topics[one].words.items():
                    words[term] = words.get(term, 0.0) + weight
            for above in path[1:]:
                self.below[above] += 1

    def path(self, one: int | None) -> list[int]:
        """The topic and all above it."""
        found: list[int] = []
        while one is not None and one in self.topics and one not in found:
            found.append(one)
            one = self.topics[one].parent_id
        return found

    def sums(self, did: Mapping[int, Tally]) -> dict[int, Tally]:
        """What was done with questions about each topic and all below it."""
        found: dict[int, Tally] = {}
        for one, tally in did.items():
            for above in self.path(one):
                was = found.get(above, Tally())
                found[above] = Tally(was.good + tally.good, was.bad + tally.bad, was.times + tally.times)
        return found

    def words_of(self, one: int, by_all: Mapping[str, float]) -> dict[str, float]:
        """How often each of the question's stems is said about the topic, smoothed by what is above it."""
        if one not in self._said:
            parent = self.topics[one].parent_id
            prior = self.words_of(parent, by_all) if parent in self.topics and parent is not None else by_all
            words, total = self._words[one], self._total[one]
            self._said[one] = {
                term: (words.get(term, 0.0) + MU_TOPIC * share) / (total + MU_TOPIC) for term, share in prior.items()
            }
        return self._said[one]

    def priors(self, topic: int, experts: Sequence[ExpertFacts]) -> dict[int, float]:
        """How likely each expert answers for the topic by the tree alone: those named nearest do, those above them may."""
        found: dict[int, float] = {}
        nearest = True
        for above in self.path(topic):
            named = [expert.id for expert in experts if above in expert.topics]
            for one in named:
                found.setdefault(one, NAMED if nearest else ABOVE)
            nearest = nearest and not named
        return found


def _prior(asked: Asked, one: int, tree: Tree) -> float:
    everything = sum(topic.questions for topic in tree.topics.values()) + len(tree.topics)
    usual = (tree.topics[one].questions + 1) / everything
    chosen = asked.topic_id
    if chosen is None or chosen not in tree.topics:
        return usual
    deeper = tree.below[chosen] - 1
    left = 1 - TRUST - INHERITED
    if one == chosen:
        return TRUST + (0 if deeper else INHERITED) + left * usual
    return left * usual + (INHERITED / deeper if chosen in tree.path(one) else 0)


def _ranked(
    asked: Asked,
    expert: ExpertFacts,
    about: Mapping[int, float],
    top: Sequence[int],
    fair: Mapping[int, Mapping[int, float]],
    tree: Tree,
    experts: Sequence[ExpertFacts],
) -> Ranked:
    sums = tree.sums(expert.did)
    does = {one: _does(expert, one, fair[one].get(expert.id, ANYBODY), tree, sums) for one in top}
    share = sum(about[one] * does[one] for one in top) if top else ANYBODY
    topic = max(top, key=lambda one: about[one] * does[one], default=None)
    words = _words(asked, expert, experts)
    bounded = max(-MOST_BY_WORDS, min(MOST_BY_WORDS, sum(words.values())))
    known = [term for term in asked.terms if term in expert.skills]
    odds = _logit(share) + bounded + SKILL * min(_MOST_SKILLS, len(known)) + (0 if expert.speaks else WRONG_LANGUAGE)
    score = odds + (ON_DUTY if expert.on_duty else 0) - BUSY * log2(1 + expert.open)
    telling = sorted((term for term in words if words[term] > 0), key=lambda term: -words[term])
    said = _telling(asked, topic, tree) if topic is not None else []
    return Ranked(
        expert, topic, 1 / (1 + exp(-odds)), score, about.get(topic, 0.0) if topic is not None else 0.0,
        tuple(dict.fromkeys([*known, *said, *telling])),
    )  # fmt: skip


def _does(expert: ExpertFacts, topic: int, by_tree: float, tree: Tree, sums: Mapping[int, Tally]) -> float:
    """How likely he answers a question about the topic: what he did there, what he did nearby, and what the tree says."""
    here = expert.did.get(topic, Tally())
    good, weight = here.good + TREE_WEIGHT * by_tree, here.good + here.bad + TREE_WEIGHT
    near = sums.get(tree.topics[topic].parent_id or 0, here)
    nearby, much = near.good - here.good, near.good + near.bad - here.good - here.bad
    if much > 0:
        # However much he did nearby, it is never worth more than the tree's own word.
        worth = min(NEARBY, TREE_WEIGHT / much)
        good, weight = good + worth * nearby, weight + worth * much
    return good / weight


def _words(asked: Asked, expert: ExpertFacts, experts: Sequence[ExpertFacts]) -> dict[str, float]:
    """What each stem says for or against him, as log-odds against everybody's questions."""
    everything = sum(one.total.good for one in experts)
    if not everything:
        return {}
    damped = min(1.0, LONG / max(sum(asked.terms.values()), 1.0)) / 2
    found = {}
    for term, weight in asked.terms.items():
        usual = (sum(one.words[term].good for one in experts if term in one.words) + 1) / (everything + VOCABULARY)
        tally = expert.words.get(term, Tally())
        his = (tally.good + MU_EXPERT * usual) / (expert.total.good + MU_EXPERT)
        not_his = (tally.bad + MU_EXPERT * usual) / (expert.total.bad + MU_EXPERT)
        found[term] = damped * weight * log(his / not_his)
    return found


def _telling(asked: Asked, topic: int, tree: Tree) -> list[str]:
    """The stems that make the question one about the topic: at least twice as frequent there as among all."""
    said = tree.words_of(topic, {})  # made before, for all topics at once
    gains = {term: said[term] / _usual(term, tree) for term in asked.terms if term in said}
    return sorted((term for term in gains if gains[term] > 2), key=lambda term: -gains[term])  # noqa: PLR2004 -- twice


def _usual(term: str, tree: Tree) -> float:
    everything = sum(topic.total for topic in tree.topics.values())
    return (sum(one.words.get(term, 0.0) for one in tree.topics.values()) + 1) / (everything + VOCABULARY)


def _logit(share: float) -> float:
    share = min(max(share, 0.001), 0.999)
    return log(share / (1 - share))

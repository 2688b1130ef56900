"""How often the first proposal is somebody who really has the answer: at the start, and after 200 decisions.

40 topics, 12 experts with hidden skills, German and English questions drawn from word distributions of made-up words; the tree names
the wrong expert for a quarter of the topics and nobody for some. `python -m tests.bench.routing [SEED …]` prints it.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from helpcenter.db import SqlDatabase, migrate
from helpcenter.models import Question, Topic, TopicExpert, User
from helpcenter.permissions import Role
from helpcenter.services import routing

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PRODUCTS, PARTS, EXPERTS = 8, 4, 12
DECISIONS, HELD_OUT = 200, 400
WORDS_OF_TOPIC, WORDS_OF_PRODUCT, WORDS_OF_ALL = 18, 12, 300
ENDINGS = {"de": ["", "en", "er", "ung", "keit", "e", "s"], "en": ["", "ing", "ed", "s", "er", "tion", "y"]}
FRAMES = {
    "de": ["Wie kann ich {}?", "Was tun, wenn {}?", "Guten Tag, {} – was mache ich falsch?", "{}, warum?", "Hilfe: {}"],
    "en": ["How do I {}?", "What to do when {}?", "Hello, {} - what is wrong?", "{}, why?", "Help: {}"],
}


@dataclass(slots=True)
class Case:
    """A question as it comes in, and what nobody tells: its true topic."""

    title: str
    language: str
    chosen: int | None
    topic: int


class World:
    """Topics, experts, who can answer what, and how people write."""

    def __init__(self, db: Session, seed: int) -> None:
        self.random = random.Random(seed)
        self.common = {language: self._words(WORDS_OF_ALL, language) for language in ENDINGS}
        self.of: dict[int, dict[str, list[str]]] = {}
        self.products: dict[int, int] = {}
        for _ in range(PRODUCTS):
            product = self._topic(db, None)
            for _ in range(PARTS):
                self.products[self._topic(db, product).id] = product.id
        self.leaves = list(self.products)
        self.experts = [
            User(email=f"e{n}@example.org", role=Role.EXPERT, name=f"E{n}", created_at=NOW) for n in range(EXPERTS)
        ]
        db.add_all(self.experts)
        db.flush()
        self.able = self._skills()
        self._assign(db)

    def case(self) -> Case:
        topic = self.random.choice(self.leaves)
        language = self.random.choice(["de", "de", "en"])
        words = [self._word(topic, language) for _ in range(self.random.randint(4, 9))]
        title = self.random.choice(FRAMES[language]).format(" ".join(words))
        return Case(title, language, self._chosen(topic), topic)

    def is_right(self, expert: User, case: Case) -> bool:
        return expert.id in self.able[case.topic]

    def _topic(self, db: Session, parent: Topic | None) -> Topic:
        number = WORDS_OF_PRODUCT if parent is None else WORDS_OF_TOPIC
        words = {language: self._words(number, language) for language in ENDINGS}
        titles = {language: " ".join(self.random.sample(words[language][:8], 2)).title() for language in ENDINGS}
        topic = Topic(slug=f"t{len(self.of)}", parent_id=parent.id if parent else None, titles=titles, descriptions={})
        db.add(topic)
        db.flush()
        self.of[topic.id] = words
        return topic

    def _words(self, number: int, language: str) -> list[str]:
        draw = self.random
        stems = (
            "".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(draw.randint(2, 3)))
            for _ in count()
        )
        return [next(stems) + draw.choice("bdfgklmnprt") + draw.choice(ENDINGS[language]) for _ in range(number)]

    def _word(self, topic: int, language: str) -> str:
        kind = self.random.random()
        if kind < 0.4:
            words = self.of[topic][language]
        elif kind < 0.55:
            words = self.of[self.products[topic]][language]
        elif kind < 0.65:  # a word of another topic altogether
            words = self.of[self.random.choice(self.leaves)][language]
        else:
            words = self.common[language]
        return words[min(int(self.random.expovariate(6 / len(words))), len(words) - 1)]

    def _chosen(self, topic: int) -> int | None:
        kind = self.random.random()
        if kind < 0.4:
            return None
        if kind < 0.75:
            return topic
        return self.products[topic] if kind < 0.85 else self.random.choice(self.leaves)

    def _skills(self) -> dict[int, set[int]]:
        """One to three experts for each topic; some know a whole product."""
        able: dict[int, set[int]] = {}
        for product in dict.fromkeys(self.products.values()):
            chief = self.random.choice(self.experts).id
            for leaf in (leaf for leaf in self.leaves if self.products[leaf] == product):
                others = self.random.sample(self.experts, self.random.randint(1, 2))
                able[leaf] = {one.id for one in others} | ({chief} if self.random.random() < 0.5 else set())
        return able

    def _assign(self, db: Session) -> None:
        """The tree as somebody has filled it in: most of it right, some wrong, some empty."""
        for leaf in self.leaves:
            kind = self.random.random()
            right = sorted(self.able[leaf])
            wrong = [one.id for one in self.experts if one.id not in self.able[leaf]]
            if kind < 0.85:
                db.add(TopicExpert(topic_id=leaf, user_id=self.random.choice(right if kind < 0.6 else wrong)))
        for product in dict.fromkeys(self.products.values()):
            db.add(TopicExpert(topic_id=product, user_id=self.random.choice(self.experts).id))
        db.flush()


def decide(db: Session, world: World, case: Case, now: datetime) -> bool:
    """A question's way to who answers it, learned from at each step; whether its first proposal was right."""
    question = _question(db, case, now)
    passed: set[int] = set()
    first: bool | None = None
    for _ in range(4):
        proposal = routing.propose(db, question, now=now, but=passed, limit=1)[0]
        expert, right = proposal.expert, world.is_right(proposal.expert, case)
        first = right if first is None else first
        # One time in twenty somebody keeps what he should pass on, or passes on what is his.
        if right != (world.random.random() < 0.05):
            _answer(db, world, case, question, expert, now)
            return first
        passed.add(expert.id)
        hint = world.random.random()
        better = next(one for one in world.experts if one.id in world.able[case.topic]) if hint < 0.4 else None
        topic = db.get_one(Topic, case.topic) if 0.4 <= hint < 0.7 else None
        routing.passed_on(db, question, expert, better, topic, "", now)
        if topic:
            question.topic_id = topic.id
        if better:
            _answer(db, world, case, question, better, now)
            return first
    able = next(one for one in world.experts if one.id in world.able[case.topic])
    routing.given(db, question, able, actor=None, now=now)
    _answer(db, world, case, question, able, now)
    return bool(first)


def _answer(db: Session, world: World, case: Case, question: Question, expert: User, now: datetime) -> None:
    if question.topic_id != case.topic and world.random.random() < 0.5:
        question.topic_id = case.topic  # he sets it right
        routing.retopiced(db, question, now=now)
    question.expert_id = expert.id
    routing.accepted(db, question, expert, now)
    question.answers += 1
    routing.answered(db, question, actor=expert, now=now)
    if world.random.random() < 0.3:
        routing.outcome(db, question, world.random.random() < (0.85 if world.is_right(expert, case) else 0.3), now)
    question.expert_id = None  # so that load says nothing here


def _question(db: Session, case: Case, now: datetime) -> Question:
    question = Question(title=case.title, language=case.language, topic_id=case.chosen, created_at=now, state_at=now)
    db.add(question)
    db.flush()
    return question


def accuracy(db: Session, world: World, cases: list[Case]) -> float:
    """The share of questions whose first proposal is somebody who has the answer; nothing is learned from them."""
    hits = 0
    for case in cases:
        question = Question(
            title=case.title, body="", product="", language=case.language, topic_id=case.chosen, created_at=NOW
        )
        hits += world.is_right(routing.propose(db, question, now=NOW, limit=1)[0].expert, case)
    return hits / len(cases)


@contextmanager
def _session() -> Iterator[Session]:
    with tempfile.TemporaryDirectory(prefix="hc-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'routing.db'}"
        migrate(url)
        database = SqlDatabase(url)
        with database.transaction() as db:
            yield db
        database.dispose()


def measure(seed: int) -> tuple[float, float, float]:
    """The accuracy at the start and after the decisions, on the same held-out questions; and how good it would be to know all."""
    with _session() as db:
        world = World(db, seed)
        held_out = [world.case() for _ in range(HELD_OUT)]
        start = accuracy(db, world, held_out)
        for number in range(DECISIONS):
            decide(db, world, world.case(), NOW + timedelta(minutes=number))
        after = accuracy(db, world, held_out)
        blind = sum(len(world.able[case.topic]) for case in held_out) / EXPERTS / HELD_OUT
    return start, after, blind


def bench_routing(seeds: tuple[int, ...] = (101, 102, 103)) -> dict[str, dict[str, Any]]:
    """`routing_accuracy_start` and `routing_accuracy_after_200`, the mean over worlds that nothing was tuned on."""
    found = [measure(seed) for seed in seeds]
    start, after, blind = (sum(one[n] for one in found) / len(found) for n in range(3))
    for seed, one in zip(seeds, found, strict=True):
        print(f"  seed {seed}: start {one[0]:.3f}, after {DECISIONS} decisions {one[1]:.3f}, by chance {one[2]:.3f}")
    how = (
        f"share of {HELD_OUT} held-out questions whose first proposal has the answer, mean of {len(seeds)} worlds of 40 topics and "
        f"{EXPERTS} experts; by chance {blind:.2f}; "
    )
    return {
        "routing_accuracy_start": {
            "value": round(start, 3),
            "unit": "share",
            "how": how + "by the topic tree alone, partly wrong",
        },
        "routing_accuracy_after_200": {
            "value": round(after, 3),
            "unit": "share",
            "how": how + f"after {DECISIONS} noisy decisions",
        },
    }


if __name__ == "__main__":
    for name, figure in bench_routing(tuple(map(int, sys.argv[1:])) or (101, 102, 103)).items():
        print(name, figure["value"], figure["how"])

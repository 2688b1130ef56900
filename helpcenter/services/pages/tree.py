"""The tree of topics with what can be found in it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from helpcenter.models import FaqEntry, Topic, Visibility
from helpcenter.services.pages.choice import Reader, given, published, visible

_TOPICS = select(Topic.id, Topic.parent_id, Topic.slug, Topic.titles, Topic.descriptions).order_by(
    Topic.position, Topic.id
)
_COUNTS = (
    select(FaqEntry.topic_id, func.count()).where(published(), visible(FaqEntry.visibility)).group_by(FaqEntry.topic_id)
)


@dataclass(frozen=True, slots=True)
class TopicCard:
    """A topic in a list; `entries` counts what is in it and below it, `parts` are the topics right below as (slug, title)."""

    id: int
    parent_id: int | None
    slug: str
    title: str
    description: str
    entries: int
    parts: list[tuple[str, str]] = field(default_factory=list)


class Tree:
    """All topics in one language."""

    def __init__(self, topics: list[TopicCard]) -> None:
        self._topics = {topic.id: topic for topic in topics}
        self._below: dict[int | None, list[TopicCard]] = defaultdict(list)
        for topic in topics:
            self._below[topic.parent_id].append(topic)

    def below(self, topic_id: int | None) -> list[TopicCard]:
        """The topics right below this one, or at the top."""
        return self._below[topic_id]

    def find(self, slug: str) -> TopicCard | None:
        """The topic with this slug."""
        return next((topic for topic in self._topics.values() if topic.slug == slug), None)

    def path(self, topic: TopicCard) -> list[TopicCard]:
        """The topics above this one, from the top."""
        above: list[TopicCard] = []
        while topic.parent_id is not None and len(above) < len(self._topics):
            topic = self._topics[topic.parent_id]
            above.insert(0, topic)
        return above

    def within(self, topic: TopicCard) -> Iterator[TopicCard]:
        """The topic and everything below it."""
        yield topic
        for child in self._below[topic.id]:
            yield from self.within(child)

    def listed(self) -> Iterator[tuple[int, TopicCard]]:
        """Every topic with its depth, in the order of the tree, as a menu shows them."""

        def walk(topic_id: int | None, depth: int) -> Iterator[tuple[int, TopicCard]]:
            for topic in self._below[topic_id]:
                yield depth, topic
                yield from walk(topic.id, depth + 1)

        return walk(None, 0)


def title_of(titles: dict[str, str], language: str, otherwise: str) -> str:
    """The text in the language, else in any other."""
    return titles.get(language) or next(filter(None, titles.values()), otherwise)


def read_tree(db: Reader, *, language: str, visibilities: Collection[Visibility]) -> Tree:
    """All topics, with the numbers of entries that somebody who may find `visibilities` finds there. Two queries."""
    rows = db.execute(_TOPICS).all()
    counts: Counter[int | None] = Counter({row[0]: row[1] for row in db.execute(_COUNTS, given(visibilities))})
    parents = {row.id: row.parent_id for row in rows}
    for topic_id, number in list(counts.items()):
        above, seen = parents.get(topic_id) if topic_id else None, set()
        while above is not None and above not in seen:
            seen.add(above)
            counts[above] += number
            above = parents.get(above)
    parts: dict[int | None, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        parts[row.parent_id].append((row.slug, title_of(row.titles, language, row.slug)))
    return Tree(
        [
            TopicCard(
                row.id, row.parent_id, row.slug, title_of(row.titles, language, row.slug),
                title_of(row.descriptions, language, ""), counts[row.id], parts[row.id],
            )
            for row in rows
        ]
    )  # fmt: skip

"""The tree of topics: read, made, renamed, moved, ordered, deleted, and given experts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import (
    AuditRow,
    FaqEntry,
    Question,
    Recording,
    Team,
    TeamMember,
    TeamTopic,
    Topic,
    TopicExpert,
    User,
)
from helpcenter.services.slugs import unique_slug

LONGEST: Final = 120


@dataclass(slots=True)
class Node:
    """A topic in the tree; `depth` is 0 at the top, `children` are in order, `entries` counts its own entries."""

    topic: Topic
    depth: int = 0
    entries: int = 0
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, as they are read from top to bottom."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree(db: Session) -> list[Node]:
    """The topics at the top, each with what is below it."""
    topics = db.scalars(select(Topic).order_by(Topic.position, Topic.id)).all()
    counts = dict(db.execute(select(FaqEntry.topic_id, func.count()).group_by(FaqEntry.topic_id)).all())
    nodes = {topic.id: Node(topic, entries=counts.get(topic.id, 0)) for topic in topics}
    roots: list[Node] = []
    for topic in topics:
        siblings = nodes[topic.parent_id].children if topic.parent_id in nodes else roots
        siblings.append(nodes[topic.id])
    for root in roots:
        _set_depth(root, 0)
    return roots


def flat(db: Session) -> list[Node]:
    """All topics as they are read from top to bottom; for lists to choose from."""
    return [node for root in tree(db) for node in root.walk()]


def find(db: Session, slug: str) -> Topic:
    """The topic with this slug. Raises NotFound."""
    topic = db.scalar(select(Topic).where(Topic.slug == slug))
    if topic is None:
        raise NotFound
    return topic


def below(db: Session, *chosen: Topic) -> list[int]:
    """The ids of these topics and of all below them, each once."""
    nodes = {node.topic.id: node for node in flat(db)}
    return list(dict.fromkeys(inner.topic.id for topic in chosen for inner in nodes[topic.id].walk()))


def create(
    db: Session, *, titles: dict[str, str], parent: Topic | None = None, editor: User | None, now: datetime
) -> Topic:
    """A new topic, last below its parent; `titles` by language, at least one."""
    titles = _checked(titles)
    topic = Topic(
        slug=unique_slug(db, Topic.slug, titles.get("en") or titles["de"], "topic"),
        parent_id=parent.id if parent else None,
        position=_next_position(db, parent),
        titles=titles,
        descriptions={},
    )
    db.add(topic)
    db.flush()
    _audit(db, topic, "create", editor, now)
    return topic


def rename(
    db: Session,
    topic: Topic,
    *,
    titles: dict[str, str],
    descriptions: dict[str, str] | None = None,
    editor: User | None,
    now: datetime,
) -> None:
    """Give the topic other titles; its address stays, since others link to it."""
    topic.titles = _checked(titles)
    if descriptions is not None:
        topic.descriptions = {key: text.strip() for key, text in descriptions.items() if text.strip()}
    _audit(db, topic, "rename", editor, now)


def move(db: Session, topic: Topic, *, parent: Topic | None, editor: User | None, now: datetime) -> None:
    """Hang the topic below another, or at the top. Raises InvalidInput where it would hang below itself."""
    if parent is not None and parent.id in below(db, topic):
        raise InvalidInput(N_("A topic cannot be placed below itself."))
    if topic.parent_id == (parent.id if parent else None):
        return
    topic.position = _next_position(db, parent)
    topic.parent_id = parent.id if parent else None
    db.flush()
    _audit(db, topic, "move", editor, now)


def order(db: Session, topic: Topic, *, places: int, editor: User | None, now: datetime) -> None:
    """Move the topic among its siblings: `places` < 0 is up, > 0 is down, as far as there is room."""
    siblings = list(
        db.scalars(select(Topic).where(Topic.parent_id == topic.parent_id).order_by(Topic.position, Topic.id))
    )
    at = siblings.index(topic)
    siblings.insert(max(0, min(len(siblings) - 1, at + places)), siblings.pop(at))
    for position, sibling in enumerate(siblings):
        if sibling.position != position:
            sibling.position = position
    _audit(db, topic, "order", editor, now)


def delete(db: Session, topic: Topic, *, editor: User | None, now: datetime) -> None:
    """Delete an empty topic. Raises Conflict that says what still hangs on it."""
    held = {
        N_("There are topics below “%(title)s” (%(count)s). Move or delete them first."): (Topic, Topic.parent_id),
        N_("There are entries in “%(title)s” (%(count)s). Move them first."): (FaqEntry, FaqEntry.topic_id),
        N_("There are recordings in “%(title)s” (%(count)s). Move them first."): (Recording, Recording.topic_id),
        N_("There are questions in “%(title)s” (%(count)s). Move them first."): (Question, Question.topic_id),
    }
    for sentence, (model, column) in held.items():
        count = db.scalar(select(func.count()).select_from(model).where(column == topic.id))
        if count:
            raise Conflict(sentence, title=topic.title("en"), count=count)
    _audit(db, topic, "delete", editor, now)
    db.delete(topic)
    db.flush()


def experts_of(db: Session, topic: Topic) -> list[User]:
    """Who answers for this topic itself, by name."""
    found = select(User).join(TopicExpert, TopicExpert.user_id == User.id).where(TopicExpert.topic_id == topic.id)
    return list(db.scalars(found.order_by(User.name, User.id)))


def path(db: Session, topic: Topic) -> list[Topic]:
    """The topic and all above it, up to the top."""
    found = [topic]
    while found[-1].parent_id is not None:
        found.append(db.get_one(Topic, found[-1].parent_id))
    return found


def answering(db: Session, topic: Topic) -> list[User]:
    """Who answers for the topic: the experts, who are still here, of the nearest topic at or above it that has any."""
    for near in path(db, topic):
        found = [user for user in experts_of(db, near) if user.disabled_at is None]
        if found:
            return found
    return []


def answered_by(db: Session, user: User) -> list[int]:
    """The ids of the topics that the person answers for, with all below them: his own, and those of his teams."""
    own = select(TopicExpert.topic_id).where(TopicExpert.user_id == user.id)
    in_use = select(Team.id).where(Team.archived_at.is_(None))
    shared = select(TeamTopic.topic_id).join(TeamMember, TeamMember.team_id == TeamTopic.team_id)
    shared = shared.where(TeamTopic.team_id.in_(in_use))
    chosen = select(Topic).where(Topic.id.in_(own) | Topic.id.in_(shared.where(TeamMember.user_id == user.id)))
    return below(db, *db.scalars(chosen))


def set_experts(db: Session, topic: Topic, experts: Sequence[User], *, editor: User | None, now: datetime) -> None:
    """Let exactly these people answer for the topic."""
    wanted = {expert.id for expert in experts}
    there = db.scalars(select(TopicExpert).where(TopicExpert.topic_id == topic.id)).all()
    for row in there:
        if row.user_id not in wanted:
            db.delete(row)
    for missing in sorted(wanted - {row.user_id for row in there}):
        db.add(TopicExpert(topic_id=topic.id, user_id=missing))
    _audit(db, topic, "set experts", editor, now)
    db.flush()


def _set_depth(node: Node, depth: int) -> None:
    node.depth = depth
    for child in node.children:
        _set_depth(child, depth + 1)


def _checked(titles: dict[str, str]) -> dict[str, str]:
    clean = {language: " ".join(title.split())[:LONGEST] for language, title in titles.items() if title.strip()}
    if not clean:
        raise InvalidInput(N_("A topic needs a title in at least one language."))
    return clean


def _next_position(db: Session, parent: Topic | None) -> int:
    last = select(func.max(Topic.position)).where(Topic.parent_id == (parent.id if parent else None))
    position = db.scalar(last)
    return 0 if position is None else position + 1


def _audit(db: Session, topic: Topic, action: str, editor: User | None, now: datetime) -> None:
    actor = editor.id if editor else None
    db.add(AuditRow(at=now, actor_id=actor, action=action, kind="topic", thing_id=topic.id, detail={}))

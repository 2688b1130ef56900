"""A topic's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import FaqEntry, Question, QuestionState, Visibility
from helpcenter.services.pages.cards import Card, read_cards, select_cards
from helpcenter.services.pages.programme import SessionCard, next_sessions
from helpcenter.services.pages.tree import TopicCard, read_tree

_MOST = 120
_ANSWERED = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_CLOSED = (*_ANSWERED, QuestionState.MERGED, QuestionState.DECLINED)
_ENTRIES = (
    select_cards()
    .where(FaqEntry.topic_id.in_(bindparam("topics", expanding=True)))
    .order_by(
        case((FaqEntry.topic_id == bindparam("topic"), 0), else_=1), FaqEntry.published_at.desc(), FaqEntry.id.desc()
    )
    .limit(_MOST)
)
_QUESTIONS = select(
    func.count(case((Question.state.in_(_ANSWERED), 1))), func.count(case((Question.state.not_in(_CLOSED), 1)))
).where(Question.topic_id.in_(bindparam("topics", expanding=True)), Question.held_for == "")


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic with the way to it as (slug, title), what is below it, its answers (its own first), and how its questions stand.

    `sessions` are the live sessions about it that come next.
    """

    topic: TopicCard
    path: list[tuple[str, str]]
    below: list[TopicCard]
    entries: list[Card]
    answered: int
    open: int
    sessions: list[SessionCard]


def find_topic(
    db: Session, slug: str, *, language: str, visibilities: Collection[Visibility], now: datetime
) -> TopicPage:
    """The page of the topic with this slug; five queries, and four more where sessions come. Raises NotFound."""
    tree = read_tree(db, language=language, visibilities=visibilities)
    topic = tree.find(slug)
    if topic is None:
        raise NotFound
    ids = [one.id for one in tree.within(topic)]
    entries = read_cards(db, _ENTRIES, language=language, visibilities=visibilities, topics=ids, topic=topic.id)
    answered, still_open = db.execute(_QUESTIONS, {"topics": ids}).one()
    path = [(above.slug, above.title) for above in tree.path(topic)]
    coming = next_sessions(db, topics=ids, language=language, visibilities=visibilities, now=now, most=2)
    return TopicPage(topic, path, tree.below(topic.id), entries, answered, still_open, coming)

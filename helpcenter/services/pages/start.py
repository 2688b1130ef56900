"""The start page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.models import FaqEntry, Visibility
from helpcenter.services.pages.cards import Card, read_cards, select_cards
from helpcenter.services.pages.programme import SessionCard, next_sessions
from helpcenter.services.pages.tree import TopicCard, read_tree

_NEWEST = select_cards().order_by(FaqEntry.published_at.desc(), FaqEntry.id.desc()).limit(9)


@dataclass(frozen=True, slots=True)
class StartPage:
    """The topics at the top of the tree, the newest answers, and the live sessions that come next."""

    topics: list[TopicCard]
    newest: list[Card]
    sessions: list[SessionCard]


def start(db: Session, *, language: str, visibilities: Collection[Visibility], now: datetime) -> StartPage:
    """What the start page shows to somebody who may find `visibilities`. Four queries, and four where sessions come."""
    tree = read_tree(db, language=language, visibilities=visibilities)
    newest = read_cards(db, _NEWEST, language=language, visibilities=visibilities)
    coming = next_sessions(db, language=language, visibilities=visibilities, now=now, most=2)
    return StartPage(tree.below(None), newest, coming)

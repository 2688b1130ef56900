"""Clips for what a customer has: by what helped others and what is new, never by what he himself watched or searched."""

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from helpcenter.models import Asker, Deflection, FaqEntry, Question, Rating, Solved, Topic, User, Visibility
from helpcenter.services import topics
from helpcenter.services.my.products import products_of
from helpcenter.services.pages.cards import Card, read_cards, select_cards
from helpcenter.services.pages.choice import SHOWN

_LOOKED_AT: Final = 500
_NEW: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Recommended:
    """An answer on video, and why it is shown: he has `product`, `helped` people say that it helped, it is `new`."""

    card: Card
    product: str
    helped: int
    new: bool


def recommend(
    db: Session, user: User, *, language: str, visibilities: Collection[Visibility], now: datetime, most: int = 4
) -> list[Recommended]:
    """What is recommended to the customer, best first; nothing unless he agreed to it."""
    if user.recommend_since is None:
        return []
    product_of = _products_by_topic(db, user)
    candidates = _candidates(db, user, list(product_of))
    helped, hurt = _votes(db, [entry.id for entry in candidates])
    ranked = sorted(candidates, key=lambda one: -_score(helped[one.id], hurt[one.id], one.published_at, now))
    # Some of them have nothing to watch: so many more are read.
    chosen = {entry.slug: entry for entry in ranked[: most * 5]}
    shown = read_cards(
        db, select_cards().where(FaqEntry.slug.in_(chosen)), language=language, visibilities=visibilities
    )
    cards = {card.slug: card for card in shown if card.seconds is not None}
    return [
        Recommended(
            cards[slug], product_of[entry.topic_id].title(language), helped[entry.id], _is_new(entry.published_at, now)
        )
        for slug, entry in chosen.items()
        if slug in cards and entry.topic_id is not None
    ][:most]


def _products_by_topic(db: Session, user: User) -> dict[int, Topic]:
    """For each topic that belongs to something he has: what that is; the narrowest where several are."""
    found: dict[int, tuple[int, Topic]] = {}
    for product in products_of(db, user):
        within = topics.below(db, product)
        for topic_id in within:
            if topic_id not in found or found[topic_id][0] > len(within):
                found[topic_id] = (len(within), product)
    return {topic_id: product for topic_id, (_, product) in found.items()}


def _candidates(db: Session, user: User, within: list[int]) -> list[FaqEntry]:
    """The newest entries of these topics, without those that answered his own questions."""
    mine = or_(Asker.user_id == user.id, and_(Asker.email == user.email, Asker.confirmed_at.is_not(None)))
    known = select(Question.entry_id).join(Asker).where(mine, Question.entry_id.is_not(None))
    found = (
        select(FaqEntry)
        .where(FaqEntry.topic_id.in_(within), FaqEntry.state.in_(SHOWN), FaqEntry.id.not_in(known))
        .order_by(FaqEntry.published_at.desc(), FaqEntry.id.desc())
        .limit(_LOOKED_AT)
    )
    return list(db.scalars(found))


def _votes(db: Session, entries: list[int]) -> tuple[Counter[int], Counter[int]]:
    """How many say of each entry that it helped, and that it did not: ratings, askers, and those who need not ask any more."""
    helped: Counter[int] = Counter()
    hurt: Counter[int] = Counter()
    rated = select(Rating.entry_id, Rating.helpful, func.count()).where(Rating.entry_id.in_(entries))
    for entry, good, number in db.execute(rated.group_by(Rating.entry_id, Rating.helpful)):
        (helped if good else hurt)[entry or 0] += number
    solved = select(Question.entry_id, func.count()).join(Asker).where(Asker.solved == Solved.YES)
    found = select(Deflection.entry_id, func.count())
    for entry, number in (
        *db.execute(solved.where(Question.entry_id.in_(entries)).group_by(Question.entry_id)),
        *db.execute(found.where(Deflection.entry_id.in_(entries)).group_by(Deflection.entry_id)),
    ):
        helped[entry] += number
    return helped, hurt


def _score(helped: int, hurt: int, published: datetime | None, now: datetime) -> float:
    """Whether it helps, how many it helped, and how new it is; each counts for about one."""
    age = (now - published) / _NEW if published else 12.0
    return (helped + 1) / (helped + hurt + 2) + math.log10(1 + helped) / 2 + math.exp(-max(age, 0)) / 2


def _is_new(published: datetime | None, now: datetime) -> bool:
    return published is not None and now - published < _NEW

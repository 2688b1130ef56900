"""What a customer has, by his own word, and whether he wants recommendations for it. Nothing is derived from what he does."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, TooMany
from helpcenter.models import OwnedProduct, Topic, User

MOST: Final = 50


def products_of(db: Session, user: User) -> list[Topic]:
    """What he has, the first he named first."""
    found = select(Topic).join(OwnedProduct, OwnedProduct.topic_id == Topic.id).where(OwnedProduct.user_id == user.id)
    return list(db.scalars(found.order_by(OwnedProduct.created_at, Topic.id)))


def add_product(db: Session, user: User, topic: Topic, *, now: datetime) -> None:
    """He has this; once more changes nothing. Raises TooMany."""
    if db.get(OwnedProduct, (user.id, topic.id)):
        return
    if (db.scalar(select(func.count()).where(OwnedProduct.user_id == user.id)) or 0) >= MOST:
        raise TooMany(N_("There are many products on your page already. Please remove one first."))
    db.add(OwnedProduct(user_id=user.id, topic_id=topic.id, created_at=now))
    db.flush()


def remove_product(db: Session, user: User, topic: Topic) -> None:
    """He has it no more, or wants it forgotten."""
    db.execute(delete(OwnedProduct).where(OwnedProduct.user_id == user.id, OwnedProduct.topic_id == topic.id))


def set_recommendations(db: Session, user: User, *, since: datetime | None) -> None:
    """He agrees to recommendations, from this instant; None: he does not, or no longer."""
    user.recommend_since = since
    db.flush()

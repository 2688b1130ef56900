"""The one named contact of a customer: whoever is on duty for what he has, asked about or follows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Subscription, Topic, User
from helpcenter.services import following, rota
from helpcenter.services.my.products import products_of
from helpcenter.services.my.questions import questions_of


@dataclass(frozen=True, slots=True)
class Guide:
    """Who helps him next: by name where the expert wants to be known ("" otherwise), about which topic, and whether now."""

    name: str
    topic: Topic | None
    now: bool


def find_guide(db: Session, user: User, *, now: datetime) -> Guide | None:
    """The guide for the first of his topics for which somebody is on duty within two weeks; None where nobody is."""
    wanted: list[Topic | None] = [*_topics_of(db, user)]
    for topic in wanted or [None]:
        if expert := rota.next_on_duty(db, topic, now=now):
            on_duty = any(one.id == expert.id for one in rota.on_duty(db, topic, now=now))
            return Guide(expert.public_name or "", topic, on_duty)
    return None


def _topics_of(db: Session, user: User) -> list[Topic]:
    """What he has, then what he asked about lately, then what he follows; each once."""
    asked = [one.question.topic for one in questions_of(db, user) if one.question.topic]
    mine = select(Subscription.target).where(Subscription.email == user.email, Subscription.confirmed_at.is_not(None))
    slugs = [
        target.partition(":")[2]
        for target in db.scalars(mine.order_by(Subscription.id))
        if target.startswith(following.target_of(""))
    ]
    followed = db.scalars(select(Topic).where(Topic.slug.in_(slugs)).order_by(Topic.id))
    return list({topic.id: topic for topic in (*products_of(db, user), *asked, *followed)}.values())

"""New answers, told to those who follow a topic: at most one mail a day, with all that came since the last one.

Following is a subscription like those to live sessions ("answers:<slug>"), with the same links to say yes and to leave.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.models import (
    Clip,
    ClipState,
    EntryState,
    FaqClip,
    FaqEntry,
    FaqText,
    Subscription,
    Topic,
    User,
    Visibility,
)
from helpcenter.permissions import Action, may
from helpcenter.services import topics
from helpcenter.services.notifications import queue_mail

ANSWERS: Final = "answers"
GATHERED: Final = timedelta(hours=1)
APART: Final = timedelta(days=1)
AT_ONCE: Final = 100
MOST: Final = 20
_SETTLED: Final = timedelta(minutes=1)
"""What was published in the last minute may not be committed yet: it is for the next mail."""


def target_of(slug: str) -> str:
    """The target of a subscription to new answers about the topic with this slug."""
    return f"{ANSWERS}:{slug}"


def note(db: Session, entry: FaqEntry, *, now: datetime) -> None:
    """There is something new in the entry: whoever follows its topic, or one above it, is to be told, an hour from now."""
    if entry.topic is None or entry.visibility not in {Visibility.PUBLIC, Visibility.CUSTOMERS}:
        return
    targets = [target_of(topic.slug) for topic in topics.path(db, entry.topic)]
    following = Subscription.target.in_(targets), Subscription.confirmed_at.is_not(None), Subscription.due_at.is_(None)
    lately = Subscription.told_at > now + GATHERED - APART
    db.execute(update(Subscription).where(*following, lately).values(due_at=now + APART))
    db.execute(update(Subscription).where(*following).values(due_at=now + GATHERED))


def due(db: Session, *, now: datetime) -> list[int]:
    """The ids of subscriptions whose mail is due."""
    found = select(Subscription.id).where(Subscription.due_at <= now).order_by(Subscription.due_at, Subscription.id)
    return list(db.scalars(found.limit(AT_ONCE)))


def tell(db: Session, subscription_id: int, *, now: datetime) -> bool:
    """Claim the subscription and note its mail, in one transaction; False where there is nothing to tell."""
    before = db.get(Subscription, subscription_id, populate_existing=True)
    since, until = (before.told_at or before.confirmed_at if before else None), now - _SETTLED
    claimed = update(Subscription).where(Subscription.id == subscription_id, Subscription.due_at <= now)
    row = db.execute(claimed.values(due_at=None, told_at=until).returning(Subscription.id)).first()
    if before is None or row is None or since is None:
        return False
    db.refresh(before)
    topic = db.scalar(select(Topic).where(Topic.slug == before.target.partition(":")[2]))
    news = _news(db, before, topic, since, until) if topic else []
    if topic is None or not news:
        return False
    return queue_mail(
        db, effect_key=f"topic-news:{before.public_id}:{now:%Y%m%dT%H%M%S}", kind="topic_news",
        params={"subscription": before.public_id, "title": topic.title(before.language), "answers": news},
        recipient=before.email, language=before.language, now=now,
    )  # fmt: skip


def _news(
    db: Session, subscription: Subscription, topic: Topic, since: datetime, until: datetime
) -> list[dict[str, str]]:
    """What came in the time between, as far as the subscriber may see it: slugs and titles, the newest first."""
    user = db.get(User, subscription.user_id) if subscription.user_id else None
    seen = [Visibility.PUBLIC]
    if user and user.disabled_at is None and may(user.role, Action.READ_CUSTOMERS_ONLY):
        seen.append(Visibility.CUSTOMERS)
    newest = func.max(Clip.decided_at).filter(Clip.state == ClipState.CONFIRMED)
    found = (
        select(FaqEntry)
        .outerjoin(FaqClip, FaqClip.entry_id == FaqEntry.id)
        .outerjoin(Clip, Clip.id == FaqClip.clip_id)
        .where(FaqEntry.topic_id.in_(topics.below(db, topic)), FaqEntry.visibility.in_(seen))
        .where(FaqEntry.state.in_((EntryState.PUBLISHED, EntryState.STALE)))
        .group_by(FaqEntry.id)
        .having(
            or_(
                and_(FaqEntry.published_at >= since, FaqEntry.published_at < until),
                and_(newest >= since, newest < until),
            )
        )
        .order_by(func.coalesce(newest, FaqEntry.published_at).desc(), FaqEntry.id.desc())
        .limit(MOST)
    )
    entries = db.scalars(found).all()
    return [{"slug": entry.slug, "title": _title(entry, subscription.language)} for entry in entries]


def _title(entry: FaqEntry, language: str) -> str:
    texts: list[FaqText] = sorted(entry.texts, key=lambda text: text.language != language)
    return texts[0].title if texts else entry.slug

"""Who wants mail: addresses that were confirmed, for one live session, those about a topic, of a host, or all; or for new answers."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Select, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, NotFound, TooMany
from helpcenter.models import (
    LiveSession,
    LiveSessionState,
    SessionHost,
    Subscription,
    Topic,
    User,
    Visibility,
    new_public_id,
)
from helpcenter.permissions import Action, may
from helpcenter.services.following import ANSWERS
from helpcenter.services.notifications import clean_address, insert_once, links, queue_mail
from helpcenter.settings import Settings

PER_DAY: Final = 20
"""How many subscriptions one address may begin within a day: each sends a mail to somebody who may not have asked."""
KEPT: Final = timedelta(days=30)
_OPEN: Final = frozenset(
    {LiveSessionState.DRAFT, LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING, LiveSessionState.LIVE}
)


# Whom everybody may know as a host: of a session that was announced.
_HOSTS: Final = (
    select(SessionHost.user_id)
    .join(LiveSession, LiveSession.id == SessionHost.session_id)
    .where(LiveSession.announced_at.is_not(None))
)


class TargetKind(StrEnum):
    """What one can subscribe to."""

    SESSION = "session"
    TOPIC = "topic"
    HOST = "host"
    ALL = "all"
    ANSWERS = ANSWERS


class Target(NamedTuple):
    """What a subscription is for; `title` is the session's, the topic's, the host's name, or "" for everything."""

    kind: TargetKind
    name: str
    title: str


def subscribe(
    db: Session, *, target: str, email: str, language: str, user: User | None = None, now: datetime
) -> Subscription:
    """The address's subscription to the target, which is confirmed by mail unless somebody is signed in with it.

    Asking again for one that was never confirmed sends the mail again, once a day.
    Raises NotFound, Conflict for a session that is over, InvalidInput for the address, TooMany.
    """
    subject = read_target(db, target, language=language, open_only=True)
    address = clean_address(email)
    subscription = _find(db, target, address)
    if subscription is None:
        _check_number(db, address, now)
        values = {
            "public_id": new_public_id(), "target": target, "email": address, "language": language,
            "user_id": user.id if user else None, "created_at": now,
        }  # fmt: skip
        insert_once(db, Subscription, values)
        subscription = db.scalars(_same(target, address)).one()
    if user and user.email == address:
        subscription.user_id = user.id
        confirm(db, subscription, now=now)
    elif subscription.confirmed_at is None:
        queue_mail(
            db, effect_key=f"confirm-subscription:{subscription.public_id}:{now:%Y-%m-%d}", kind="confirm_subscription",
            params={"subscription": subscription.public_id, "kind": subject.kind.value, "title": subject.title},
            recipient=address, language=language, now=now,
        )  # fmt: skip
    return subscription


def confirm(db: Session, subscription: Subscription, *, now: datetime) -> None:
    """The address may be written to. Once more changes nothing."""
    if subscription.confirmed_at is None:
        subscription.confirmed_at = now
        db.flush()


def unsubscribe(db: Session, subscription: Subscription) -> None:
    """No more mail by this subscription; it is forgotten."""
    db.delete(subscription)
    db.flush()


def unsubscribe_from_all(db: Session, email: str) -> None:
    """No more of such mail to this address; it is forgotten."""
    db.execute(delete(Subscription).where(Subscription.email == email))


def forget_old(db: Session, *, now: datetime) -> None:
    """Forget addresses that were never confirmed, and those that waited for a session which is long over."""
    before = now - KEPT
    over = select(literal(f"{TargetKind.SESSION}:") + LiveSession.public_id).where(LiveSession.ends_at < before)
    never = Subscription.confirmed_at.is_(None) & (Subscription.created_at < before)
    db.execute(delete(Subscription).where(never | Subscription.target.in_(over)))


def of_address(db: Session, email: str) -> list[Subscription]:
    """All subscriptions of an address, oldest first."""
    return list(db.scalars(select(Subscription).where(Subscription.email == email).order_by(Subscription.id)))


def find_by_key(db: Session, settings: Settings, public_id: str, key: str) -> Subscription:
    """The subscription whose link this is. Raises NotFound, also where the key is another's."""
    found = db.scalar(select(Subscription).where(Subscription.public_id == public_id))
    if found is None or not links.is_subscriber_key(settings, public_id, key):
        raise NotFound
    return found


def read_target(db: Session, target: str, *, language: str, open_only: bool = False) -> Target:
    """What the target names. Raises NotFound; Conflict where `open_only` and the session is over."""
    kind, _, name = target.partition(":")
    if target == TargetKind.ALL:
        return Target(TargetKind.ALL, "", "")
    if kind in {TargetKind.TOPIC, TargetKind.ANSWERS} and (topic := db.scalar(select(Topic).where(Topic.slug == name))):
        return Target(TargetKind(kind), name, topic.title(language))
    hosts = select(User).where(User.public_id == name, User.id.in_(_HOSTS))
    if kind == TargetKind.HOST and (host := db.scalar(hosts)):
        return Target(TargetKind.HOST, name, host.name)
    if kind == TargetKind.SESSION and (session := db.scalar(select(LiveSession).where(LiveSession.public_id == name))):
        if open_only and session.state not in _OPEN:
            raise Conflict(N_("This session is over, so there is nothing left to be told of."))
        return Target(TargetKind.SESSION, name, session.title)
    raise NotFound


def describe(db: Session, subscription: Subscription, *, language: str) -> Target:
    """What the subscription is for, also where that is no more."""
    try:
        return read_target(db, subscription.target, language=language)
    except NotFound:
        kind, _, name = subscription.target.partition(":")
        return Target(TargetKind(kind), name, name)


def recipients(db: Session, session: LiveSession) -> list[Subscription]:
    """The confirmed subscriptions that the session concerns, each address once: by the narrowest of its subscriptions.

    A session that is unlisted concerns only who subscribed to it itself; one for customers or staff, only those who may see it.
    """
    exact = f"{TargetKind.SESSION}:{session.public_id}"
    targets = [exact]
    if session.visibility is not Visibility.UNLISTED:
        targets += [f"{TargetKind.TOPIC}:{slug}" for slug in _slugs_above(session)]
        targets += [f"{TargetKind.HOST}:{host.public_id}" for host in session.hosts]
        targets.append(TargetKind.ALL.value)
    found = (
        select(Subscription, User)
        .outerjoin(User, User.id == Subscription.user_id)
        .where(Subscription.target.in_(targets), Subscription.confirmed_at.is_not(None))
        .where(or_(Subscription.user_id.is_(None), User.disabled_at.is_(None)))
        .order_by(Subscription.id)
    )
    chosen: dict[str, Subscription] = {}
    for subscription, user in sorted(db.execute(found).all(), key=lambda row: targets.index(row[0].target)):
        if _may_hear(session, user):
            chosen.setdefault(subscription.email, subscription)
    return list(chosen.values())


def _may_hear(session: LiveSession, user: User | None) -> bool:
    if session.visibility in {Visibility.PUBLIC, Visibility.UNLISTED}:
        return True
    if user is None:
        return False
    action = Action.READ_CUSTOMERS_ONLY if session.visibility is Visibility.CUSTOMERS else Action.READ_DRAFTS
    return may(user.role, action, own=user in session.hosts)


def _slugs_above(session: LiveSession) -> list[str]:
    """The slugs of the session's topics and of all above them, nearest first."""
    slugs: list[str] = []
    level: list[Topic] = list(session.topics)
    while level:
        slugs += [topic.slug for topic in level if topic.slug not in slugs]
        level = [topic.parent for topic in level if topic.parent and topic.parent.slug not in slugs]
    return slugs


def _same(target: str, address: str) -> Select[Subscription]:
    return select(Subscription).where(Subscription.target == target, Subscription.email == address)


def _find(db: Session, target: str, address: str) -> Subscription | None:
    return db.scalars(_same(target, address)).one_or_none()


def _check_number(db: Session, address: str, now: datetime) -> None:
    lately = select(func.count()).where(
        Subscription.email == address, Subscription.created_at > now - timedelta(days=1)
    )
    if (db.scalar(lately) or 0) >= PER_DAY:
        raise TooMany(N_("This address subscribed to a great deal today. Please come back tomorrow."))

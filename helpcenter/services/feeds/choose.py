"""Which live sessions stand in feeds: what everybody may see and was announced."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import LiveSession, LiveSessionState, SessionTopic, User, Visibility

PAST: Final = timedelta(days=90)
MOST: Final = 1000


def announced(
    db: Session, *, now: datetime, topics: list[int] | None = None, host: str | None = None
) -> list[LiveSession]:
    """The public sessions of the last 90 days and all to come, those called off among them, soonest first.

    Of any of the `topics` alone (by id), or of one host (by public id), where they are given.
    """
    wanted = _public().where(LiveSession.starts_at > now - PAST)
    if topics is not None:
        about = exists().where(SessionTopic.session_id == LiveSession.id, SessionTopic.topic_id.in_(topics))
        wanted = wanted.where(about)
    if host is not None:
        wanted = wanted.where(LiveSession.hosts.any(User.public_id == host))
    return list(db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id).limit(MOST)))


def _public() -> Select[LiveSession]:
    return (
        select(LiveSession)
        .where(
            LiveSession.visibility == Visibility.PUBLIC,
            LiveSession.announced_at.is_not(None),
            LiveSession.state != LiveSessionState.DRAFT,
        )
        .options(selectinload(LiveSession.hosts), selectinload(LiveSession.topics))
    )

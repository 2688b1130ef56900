"""How a channel stands: ok, expiring, revoked; what stops with it, and what goes on when it is back.

ok ──warn_of_expiry──> expiring ──mark_revoked, disconnect──> revoked ──finish_connection──> ok
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.jobs import IMPORT_CHANNEL, PROJECT_BROADCAST, WATCH_VIDEO, defer
from helpcenter.models import (
    AuditRow,
    Broadcast,
    Channel,
    ChannelImport,
    ChannelState,
    ImportState,
    PlatformVideo,
    User,
    VideoState,
)
from helpcenter.services.notifications import alert_admins
from streaming.platform import BroadcastStatus
from streaming.platform import Channel as RemoteChannel

CHECK_EVERY: Final = timedelta(days=1)
"""How often the authorisation is looked at; the platform's rules ask for every 30 days at the latest."""
CHECK_AGAIN: Final = timedelta(hours=1)
SOON: Final = timedelta(days=3)
"""An authorisation that ends within this is said to be expiring."""
PAGE: Final = "/admin/channels"
_REVOKED = N_(
    "The channel “%(title)s” is no longer connected: YouTube has ended the authorisation. Nothing is changed there, and "
    "no broadcast is made, until an admin connects it again."
)
_EXPIRING = N_(
    "The authorisation of the channel “%(title)s” ends in less than three days. Connect it again before that."
)


def mark_revoked(db: Session, channel: Channel, *, why: str, now: datetime, connection: int | None = None) -> bool:
    """The platform has ended the authorisation: stop the channel's jobs and tell the admins; whether this told it first.

    `connection` is `Channel.connections` as it was when the call was made that found it out: where the channel has been
    connected again since, nothing happens.
    """
    known = connection if connection is not None else channel.connections
    first = (
        update(Channel)
        .where(Channel.id == channel.id, Channel.state != ChannelState.REVOKED, Channel.connections == known)
        .values(state=ChannelState.REVOKED)
    )
    if db.execute(first.returning(Channel.id)).first() is None:
        return False
    db.refresh(channel)
    _park(db, channel)
    detail = {"why": why[:200]}
    db.add(AuditRow(at=now, action="channel revoked", kind="channel", thing_id=channel.id, detail=detail))
    message = Message(_REVOKED, {"title": channel.title})
    alert_admins(db, effect_key=f"revoked:{channel.public_id}:{known}", message=message, link=PAGE, now=now)
    return True


def warn_of_expiry(db: Session, channel: Channel, *, now: datetime) -> bool:
    """Say once, `SOON` before the authorisation ends, that the channel is to be connected again."""
    soon = (
        update(Channel)
        .where(Channel.id == channel.id, Channel.state == ChannelState.OK, Channel.token_expires_at <= now + SOON)
        .values(state=ChannelState.EXPIRING)
    )
    if db.execute(soon.returning(Channel.id)).first() is None:
        return False
    db.refresh(channel)
    message = Message(_EXPIRING, {"title": channel.title})
    key = f"expiring:{channel.public_id}:{channel.connections}"
    alert_admins(db, effect_key=key, message=message, link=PAGE, now=now)
    return True


def disconnect(db: Session, channel: Channel, *, actor: User | None, now: datetime) -> None:
    """Forget the channel's secrets and stop its jobs, because a person wants it; its row and history stay."""
    channel.state, channel.token, channel.token_expires_at = ChannelState.REVOKED, "", None
    channel.stream_id = channel.stream_key = channel.stream_started_at = None
    db.flush()
    _park(db, channel)
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action="channel disconnected", kind="channel", thing_id=channel.id))


def due_checks(db: Session, *, now: datetime) -> list[int]:
    """The ids of channels whose authorisation is to be looked at now."""
    due = select(Channel.id).where(Channel.state != ChannelState.REVOKED, Channel.check_due_at <= now)
    return list(db.scalars(due.order_by(Channel.id)))


def claim_check(db: Session, channel_id: int, *, now: datetime) -> Channel | None:
    """The channel whose authorisation is now ours to look at; None where it is not due. A failed look is repeated in an hour."""
    claimed = (
        update(Channel)
        .where(Channel.id == channel_id, Channel.state != ChannelState.REVOKED, Channel.check_due_at <= now)
        .values(check_due_at=now + CHECK_AGAIN)
    )
    if db.execute(claimed.returning(Channel.id)).first() is None:
        return None
    return db.get(Channel, channel_id, populate_existing=True)


def mark_checked(db: Session, channel: Channel, remote: RemoteChannel, *, now: datetime) -> None:
    """The authorisation works: note when, and what the channel is called now."""
    channel.title, channel.uploads = remote.title[:300], remote.uploads
    channel.checked_at, channel.check_due_at = now, now + CHECK_EVERY
    db.flush()


def wake(db: Session, channel: Channel, *, now: datetime) -> None:
    """Everything that waits for the channel is due now, and rung for."""
    for model, task, waits in _waiting(channel):
        for row_id in db.scalars(update(model).where(waits).values(due_at=now).returning(model.id)):
            defer(db, task, row_id)


def _park(db: Session, channel: Channel) -> None:
    """Nothing of the channel is due any more, so that no tick rings for what cannot be done."""
    for model, _, waits in _waiting(channel):
        db.execute(update(model).where(waits).values(due_at=None))


def _waiting(channel: Channel) -> tuple[tuple[Any, str, Any], ...]:
    over = (BroadcastStatus.COMPLETE, BroadcastStatus.REVOKED)
    unfinished = or_(Broadcast.status.is_(None), Broadcast.status.not_in(over))
    # What was pulled keeps its due time: what the platform told of it has to go after 30 days, connected or not.
    expected = PlatformVideo.state.in_((VideoState.LISTED, VideoState.WAITING))
    importing = ChannelImport.state.in_((ImportState.LISTING, ImportState.PULLING))
    return (
        (Broadcast, PROJECT_BROADCAST, (Broadcast.channel_id == channel.id) & unfinished),
        (PlatformVideo, WATCH_VIDEO, (PlatformVideo.channel_id == channel.id) & expected),
        (ChannelImport, IMPORT_CHANNEL, (ChannelImport.channel_id == channel.id) & importing),
    )

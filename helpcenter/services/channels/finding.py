"""Which channels are connected on live platforms; this site itself is none of them (see local.py)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Channel, ChannelState, LiveSession, LiveSessionState
from helpcenter.services.channels.local import LOCAL

_AHEAD = (LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING, LiveSessionState.LIVE)


def all_channels(db: Session) -> list[Channel]:
    """Every channel, those that were connected first before others."""
    return list(db.scalars(select(Channel).where(Channel.platform != LOCAL).order_by(Channel.id)))


def find(db: Session, public_id: str) -> Channel:
    """The channel with this public id. Raises NotFound."""
    channel = db.scalars(select(Channel).where(Channel.public_id == public_id)).one_or_none()
    if channel is None:
        raise NotFound
    return channel


def only_channel(db: Session) -> Channel | None:
    """The channel to use where nobody chose one: the only one that works; None where there is none, or a choice."""
    wanted = select(Channel).where(Channel.platform != LOCAL, Channel.state != ChannelState.REVOKED)
    working = list(db.scalars(wanted.limit(2)))
    return working[0] if len(working) == 1 else None


def sessions_ahead(db: Session) -> dict[int, int]:
    """How many sessions each channel is to broadcast, or broadcasts now, by the channel's id."""
    counted = (
        select(LiveSession.channel_id, func.count())
        .where(LiveSession.channel_id.is_not(None), LiveSession.state.in_(_AHEAD))
        .group_by(LiveSession.channel_id)
    )
    return {channel_id: count for channel_id, count in db.execute(counted) if channel_id is not None}

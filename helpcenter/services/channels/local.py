"""This site itself as a channel: sessions that are broadcast here, without any platform beside it."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Channel, ChannelState, new_public_id
from helpcenter.services.notifications import insert_once

LOCAL: Final = "local"
"""`Channel.platform` of this site, and its `remote_id`. It has no secrets, no quota and no authorisation that could end."""


def local_channel(db: Session, *, now: datetime) -> Channel:
    """The row of this site as a channel; made when it is asked for first."""
    found = select(Channel).where(Channel.remote_id == LOCAL)
    if (channel := db.scalars(found).one_or_none()) is not None:
        return channel
    values = {
        "public_id": new_public_id(), "platform": LOCAL, "remote_id": LOCAL, "title": "This site", "uploads": "",
        "state": ChannelState.OK, "token": "", "scopes": "", "stream_address": "", "stream_backup_address": "", "connected_at": now,
        "connections": 1,
    }  # fmt: skip
    insert_once(db, Channel, values)
    return db.scalars(found).one()


def is_local(channel: Channel | None) -> bool:
    """Whether the channel is this site."""
    return channel is not None and channel.platform == LOCAL

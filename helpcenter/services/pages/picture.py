"""Where a live session's picture is while it runs, and until its recording is there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Broadcast, Channel, LiveSession, LiveSessionState
from helpcenter.services.channels.local import LOCAL

_S = LiveSessionState
_OURS = frozenset({_S.LIVE, _S.ENDED, _S.PROCESSING})


@dataclass(frozen=True, slots=True)
class Picture:
    """`broadcast` is the id of what arrives here, which we show ourselves; else `youtube` is the video's id there."""

    broadcast: str | None = None
    youtube: str | None = None


def find_picture(db: Session, session: LiveSession) -> Picture:
    """What shows the session now; of one that is also relayed, the broadcast that it follows itself."""
    if session.state not in _OURS:
        return Picture()
    found = (
        select(Broadcast.remote_id, Channel.platform)
        .join(Channel, Channel.id == Broadcast.channel_id)
        .where(Broadcast.session_id == session.id, Broadcast.relay.is_(False))
    )
    row = db.execute(found).one_or_none()
    if row is None or row.remote_id is None:
        return Picture()
    if row.platform == LOCAL:
        return Picture(broadcast=row.remote_id)
    return Picture(youtube=row.remote_id) if session.state is _S.LIVE else Picture()

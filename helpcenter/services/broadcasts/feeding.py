"""What the live path has to know of broadcasts: which may be fed by an encoder, and where they are passed on to."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from helpcenter.errors import N_, Conflict, NotFound
from helpcenter.models import Broadcast, Channel, LiveSession, LiveSessionState
from helpcenter.services import channels
from helpcenter.services.sessions.states import AHEAD
from helpcenter.settings import Settings

_S = LiveSessionState
_FED = AHEAD | {_S.LIVE}
_GONE = N_("This session is no longer broadcast here. Look at its page for the stream key that is good now.")
_CANCELLED = N_("This session was cancelled, so nothing is taken in for it any more.")
_OVER = N_("This session is over, so nothing is taken in for it any more.")


@dataclass(frozen=True, slots=True)
class Relay:
    """A session that is passed on while it runs: its archive's id, and the address and secret key of the other channel."""

    session_id: int
    archive_id: str
    address: str
    key: str = field(repr=False)


def check_feeding(db: Session, remote_id: str) -> None:
    """Pass over a broadcast of this site that an encoder may send to. Raises NotFound, Conflict in words."""
    broadcast = db.scalars(select(Broadcast).where(Broadcast.remote_id == remote_id, ~Broadcast.relay)).one_or_none()
    if broadcast is None or broadcast.deleted or not channels.is_local(broadcast.channel):
        raise NotFound(_GONE)
    state = broadcast.session.state
    if state not in _FED:
        raise Conflict(_CANCELLED if state is _S.CANCELLED else _OVER)


def relays(db: Session, settings: Settings) -> list[Relay]:
    """What is to be passed on, as far as the other channel has said where to. Raises NotConfigured without the keys' keys."""
    source, ours = aliased(Broadcast), aliased(Channel)
    wanted = (
        select(Broadcast, source.remote_id)
        .join(LiveSession, LiveSession.id == Broadcast.session_id)
        .join(source, (source.session_id == Broadcast.session_id) & ~source.relay)
        .join(ours, ours.id == source.channel_id)
        .where(Broadcast.relay, ~Broadcast.deleted, Broadcast.remote_id.is_not(None))
        .where(LiveSession.state.in_(_FED), ours.platform == channels.LOCAL)
        .order_by(Broadcast.id)
    )
    found = []
    for broadcast, archive_id in db.execute(wanted):
        channel: Channel = broadcast.channel
        key = channels.stream_key(settings, channel)
        if archive_id and key and channel.stream_address:
            found.append(Relay(broadcast.session_id, archive_id, channel.stream_address, key))
    return found

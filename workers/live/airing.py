"""A broadcast on the air: looked at, bound, moved through its life, and taken away."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import update

from helpcenter.models import Channel
from helpcenter.services.broadcasts import health
from streaming.errors import NotFound
from streaming.platform import BroadcastStatus, Health, StreamHealth, StreamStatus
from workers.failpoints import reach
from workers.live.faults import missing
from workers.live.work import GONE, Outcome, Work, as_seen

UNWATCHED: Final = timedelta(seconds=15)
"""After a longer time without a look nobody knows whether all was well meanwhile, and the gate's seconds begin anew."""


def look(work: Work) -> Outcome:
    """See how the broadcast and what arrives are."""
    platform = work.platform()
    seen = platform.broadcasts([work.remote_id]).get(work.remote_id)
    if seen is None:
        return missing(work)
    values = as_seen(work, seen)
    stream_id = seen.stream_id or work.channel.stream_id
    if stream_id and seen.status is not BroadcastStatus.COMPLETE:
        arriving = platform.health([stream_id]).get(stream_id)
        if arriving is None:
            _forget_stream(work, stream_id)
        values |= _health(work, arriving or StreamHealth(StreamStatus.INACTIVE, Health.NO_DATA))
    return Outcome(values)


def _health(work: Work, seen: StreamHealth) -> dict[str, Any]:
    now = work.ports.clock()
    kept = health.kept(seen, work.row.health, now=now)
    read = health.arriving(kept)
    good = read is not None and read.picture and read.sound and read.well
    watched = work.row.health_at is not None and now - work.row.health_at <= UNWATCHED
    since = work.row.healthy_since if watched else None
    return {"health": kept, "health_at": now, "healthy_since": (since or now) if good else None}


def bind(work: Work) -> Outcome:
    """Let the channel's stream feed the broadcast."""
    stream_id = work.channel.stream_id
    assert stream_id is not None
    try:
        return Outcome(as_seen(work, work.platform().bind(work.remote_id, stream_id)))
    except NotFound as error:
        if error.reason != "liveStreamNotFound":
            raise
        _forget_stream(work, stream_id)
        return Outcome()


def rehearse(work: Work) -> Outcome:
    """Begin the test phase."""
    return _transition(work, BroadcastStatus.TESTING)


def go_live(work: Work) -> Outcome:
    """Go live."""
    return _transition(work, BroadcastStatus.LIVE)


def end(work: Work) -> Outcome:
    """End it for good."""
    return _transition(work, BroadcastStatus.COMPLETE)


def delete(work: Work) -> Outcome:
    """Take it off the platform; where the session goes on, another one is made."""
    work.platform().delete_broadcast(work.remote_id)
    return forget(work)


def forget(work: Work) -> Outcome:
    """There is none, or none that counts any more."""
    alerts = {name: at for name, at in work.row.alerts.items() if name not in {"stuck", "lost"}}
    channel_id = work.session.channel_id or work.row.channel_id
    fresh = {"create_started_at": None, "renewed": False, "alerts": alerts, "channel_id": channel_id, "held": {}}
    return Outcome({**GONE, **fresh})


def _transition(work: Work, to: BroadcastStatus) -> Outcome:
    seen = work.platform().transition(work.remote_id, to)
    reach(f"broadcast.{to.value}.asked")
    return Outcome(as_seen(work, seen))


def _forget_stream(work: Work, stream_id: str) -> None:
    """The channel's stream was deleted on the platform: another one is made."""
    with work.ports.database.transaction() as db:
        gone = update(Channel).where(Channel.id == work.channel.id, Channel.stream_id == stream_id)
        db.execute(gone.values(stream_id=None, stream_key=None, stream_started_at=None))

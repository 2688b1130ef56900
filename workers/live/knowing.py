"""What is known of a broadcast, read from its rows, in the form in which it is decided what comes next."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.models import Broadcast, Channel, LiveSession, Visibility
from helpcenter.services.broadcasts.claims import Claim, load
from helpcenter.services.broadcasts.health import arriving
from helpcenter.services.broadcasts.plans import fingerprint_of, plan_of
from helpcenter.services.channels import is_local
from helpcenter.settings import Settings
from streaming.lifecycle import Action, Known
from streaming.platform import BroadcastPlan, BroadcastStatus, StreamStatus

UNDER_WAY = frozenset({BroadcastStatus.LIVE_STARTING, BroadcastStatus.LIVE})


def rows_of(db: Session, claim: Claim) -> tuple[Broadcast, LiveSession, Channel]:
    """The claimed broadcast, its session and its channel, as they are now. Raises NotOursAnyMore."""
    row = load(db, claim)
    fresh = {"populate_existing": True}
    session = db.get_one(LiveSession, row.session_id, execution_options=fresh)
    return row, session, db.get_one(Channel, row.channel_id, execution_options=fresh)


def known_of(row: Broadcast, session: LiveSession, channel: Channel, settings: Settings) -> Known:
    """All that decides what comes next."""
    plan = plan_of(session, marker=row.marker, settings=settings)
    health = arriving(row.health)
    channel_id = session.relay_channel_id if row.relay else session.channel_id
    moved = channel_id not in {None, row.channel_id} and row.status not in UNDER_WAY
    # On this site each broadcast has an ingest of its own, from its first moment on.
    own_ingest = row.stream_id if is_local(channel) else None
    stream_id = own_ingest or channel.stream_id
    return Known(
        wanted=row.wanted,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        exists=row.remote_id is not None,
        status=row.status,
        status_since=row.status_since,
        bound=stream_id is not None and row.stream_id == stream_id,
        has_ingest=stream_id is not None,
        ingest_at=channel.stream_started_at,
        created_at=row.create_started_at,
        create_looks=row.create_looks,
        doubtful=int(row.written.get("inserts", 0)) > 1,
        gone=row.deleted,
        leaving=row.renewed or moved,
        insisted=row.insisted,
        stale=_stale(row, session, plan, channel),
        held=_held(row),
        looked_at=row.refreshed_at,
        picture_since=health.since if health and health.picture else None,
        dark_since=health.since if health and health.status != StreamStatus.ACTIVE else None,
        healthy_since=row.healthy_since,
        health_at=row.health_at,
        end_at=row.end_at,
    )


def playlists_of(session: LiveSession) -> str:
    """The fingerprint of the playlists that the broadcast belongs into; none for what not everybody may find."""
    if session.visibility is not Visibility.PUBLIC:
        return ""
    return ",".join(sorted(topic.slug for topic in session.topics))


def _stale(row: Broadcast, session: LiveSession, plan: BroadcastPlan, channel: Channel) -> frozenset[Action]:
    """The parts that differ from what was written last."""
    wanted = {Action.UPDATE: fingerprint_of(plan)}
    if not is_local(channel):  # our own pages show the session's picture and its topics anyway
        wanted |= {Action.THUMBNAIL: session.picture_key or "", Action.PLAYLISTS: playlists_of(session)}
    return frozenset(part for part, text in wanted.items() if text and row.written.get(part.value) != text)


def _held(row: Broadcast) -> dict[Action, datetime | None]:
    """What may not be tried yet; what was held before somebody asked for something is tried again."""
    return {
        Action(part): datetime.fromisoformat(held["until"]) if held["until"] else None
        for part, held in row.held.items()
        if held["asked"] == row.asked
    }

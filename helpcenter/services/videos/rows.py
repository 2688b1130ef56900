"""The rows of videos on a platform: which are due, and who works on them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import Conflict
from helpcenter.jobs import WATCH_VIDEO, defer
from helpcenter.models import (
    AuditRow,
    Broadcast,
    Channel,
    ChannelState,
    LiveSession,
    PlatformVideo,
    User,
    VideoState,
)
from helpcenter.services.notifications import insert_once

LEASE: Final = timedelta(minutes=3)
"""Longer than the few calls of one look can take."""
AT_ONCE: Final = 50
"""Videos that the platform tells of in one call."""


@dataclass(frozen=True, slots=True)
class VideoClaim:
    """The right to work on one row: its id, and the fence under which the result may be stored."""

    id: int
    fence: int


def expect(db: Session, session: LiveSession, broadcast: Broadcast, *, now: datetime) -> PlatformVideo:
    """The broadcast is over: from now on its archive is waited for. Calling it again changes nothing."""
    assert broadcast.remote_id is not None
    video = listed(db, broadcast.remote_id, channel_id=broadcast.channel_id, now=now)
    if video.session_id is None:
        video.session_id = session.id
        if video.state is VideoState.LISTED:
            video.state, video.due_at = VideoState.WAITING, now
        db.flush()
        defer(db, WATCH_VIDEO, video.id)
    return video


def listed(db: Session, remote_id: str, *, channel_id: int, now: datetime) -> PlatformVideo:
    """The row of the video with this id on the platform, a new one where there was none."""
    insert_once(
        db,
        PlatformVideo,
        {"remote_id": remote_id, "channel_id": channel_id, "created_at": now, "state": VideoState.LISTED},
    )
    return db.scalars(select(PlatformVideo).where(PlatformVideo.remote_id == remote_id)).one()


def due(db: Session, *, now: datetime) -> list[int]:
    """Rows of videos on which a worker could do something now, the longest waiting first."""
    wanted = select(PlatformVideo.id).outerjoin(Channel, Channel.id == PlatformVideo.channel_id).where(_due(now))
    return list(db.scalars(wanted.order_by(PlatformVideo.due_at, PlatformVideo.id).limit(AT_ONCE)))


def claim(db: Session, video_id: int, *, now: datetime) -> VideoClaim | None:
    """The row, ours for LEASE; None where nothing is due on it, or another worker was faster."""
    taken = (
        update(PlatformVideo)
        .where(PlatformVideo.id == video_id, PlatformVideo.due_at <= now, _free(now))
        .values(fence=PlatformVideo.fence + 1, leased_until=now + LEASE)
        .returning(PlatformVideo.fence)
        .execution_options(synchronize_session=False)
    )
    fence = db.scalar(taken)
    return None if fence is None else VideoClaim(video_id, fence)


def claim_beside(db: Session, video: PlatformVideo, *, now: datetime) -> list[VideoClaim]:
    """Other due rows of the same channel, ours too: one call tells of all of them."""
    wanted = (
        select(PlatformVideo.id)
        .join(Channel, Channel.id == PlatformVideo.channel_id)
        .where(_due(now), PlatformVideo.channel_id == video.channel_id, PlatformVideo.id != video.id)
        .order_by(PlatformVideo.due_at, PlatformVideo.id)
        .limit(AT_ONCE - 1)
    )
    claims = [claim(db, video_id, now=now) for video_id in db.scalars(wanted).all()]
    return [one for one in claims if one is not None]


def held(db: Session, claim: VideoClaim, *, now: datetime) -> PlatformVideo | None:
    """The row, locked for this transaction and still ours; None where somebody else has it by now."""
    mine = (
        update(PlatformVideo)
        .where(PlatformVideo.id == claim.id, PlatformVideo.fence == claim.fence)
        .values(leased_until=now + LEASE)
        .returning(PlatformVideo.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(mine) is None:
        return None
    return db.get_one(PlatformVideo, claim.id, populate_existing=True)


def give_back(video: PlatformVideo, *, due_at: datetime | None) -> None:
    """Let the row go; it is looked at again at `due_at`, never where that is None."""
    video.leased_until, video.due_at = None, due_at


def look_again(db: Session, video: PlatformVideo, *, actor: User | None, now: datetime) -> None:
    """Look at the video at once, also where it had been given up. Raises Conflict while it is looked at."""
    values: dict[str, Any] = {"due_at": now, "attempts": 0, "error": None}
    if video.state in {VideoState.GONE, VideoState.REFUSED}:
        values |= {"state": VideoState.WAITING if video.session_id else VideoState.LISTED, "looks": []}
    guarded = update(PlatformVideo).where(PlatformVideo.id == video.id, _free(now)).values(**values)
    if db.execute(guarded.returning(PlatformVideo.id)).first() is None:
        raise Conflict
    db.refresh(video)
    actor_id = actor.id if actor else None
    db.add(AuditRow(at=now, actor_id=actor_id, action="look again", kind="video", thing_id=video.id, detail={}))
    defer(db, WATCH_VIDEO, video.id)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(PlatformVideo.leased_until.is_(None), PlatformVideo.leased_until <= now)


def _due(now: datetime) -> ColumnElement[bool]:
    # A revoked channel's videos wait until somebody connects it again: nothing is asked, so nothing fails again and again.
    told = or_(PlatformVideo.channel_id.is_(None), Channel.state != ChannelState.REVOKED)
    return and_(PlatformVideo.due_at <= now, _free(now), told)

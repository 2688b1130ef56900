"""What makes a broadcast good to look at and to find: its details, its picture, its playlists."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import or_, update

from helpcenter.errors import N_, Message
from helpcenter.models import Channel
from helpcenter.services.broadcasts import claims
from helpcenter.services.broadcasts.plans import fingerprint_of, not_past
from streaming.errors import Uncertain
from streaming.platform import BroadcastStatus, LivePlatform
from streaming.youtube.block import holds_marker, marker_line
from workers.failpoints import reach
from workers.live.faults import failed, missing
from workers.live.knowing import UNDER_WAY, playlists_of
from workers.live.work import Hold, Outcome, Work, as_seen

LAG: Final = 65.0
"""Seconds after which a list surely shows a playlist that was made."""
_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg"}
_BUSY: Final = N_("Another broadcast's playlists are being made.")


def details(work: Work) -> Outcome:
    """Bring title, description, times and visibility to what the session says."""
    platform = work.platform()
    plan = not_past(work.plan, now=work.ports.clock())
    if work.row.status in UNDER_WAY or work.row.status is BroadcastStatus.TESTING:
        # What has begun keeps the times that it was announced with.
        seen = platform.broadcasts([work.remote_id]).get(work.remote_id)
        if seen is None:
            return missing(work)
        plan = replace(plan, starts_at=seen.starts_at or plan.starts_at, ends_at=seen.ends_at)
    seen = platform.update_broadcast(work.remote_id, plan)
    return Outcome({**as_seen(work, seen), "written": {**work.row.written, "details": fingerprint_of(work.plan)}})


def thumbnail(work: Work) -> Outcome:
    """Give the video the session's picture."""
    key = work.session.picture_key
    assert key is not None
    with work.ports.storage.local(key) as path:
        picture = path.read_bytes()
    work.platform().set_thumbnail(work.remote_id, picture, _TYPES.get(PurePosixPath(key).suffix, "image/jpeg"))
    return Outcome({"written": {**work.row.written, "thumbnail": key}})


def playlists(work: Work) -> Outcome:
    """Put the video into the playlist of each topic; one that is missing is made, by one worker of a channel at a time."""
    now = work.ports.clock()
    wait = work.ports.settings.live_wait(LAG)
    busy_until = _take_turn(work, now, max(wait, claims.LONG_LEASE))
    if busy_until is None:
        return Outcome(hold=Hold(now + min(wait, timedelta(seconds=5)), Message(_BUSY), counts=False))
    asked: list[str] = []
    try:
        _fill(work, work.platform(), asked)
    except Uncertain as error:
        # Whether it was made is to be seen once lists surely show it.
        outcome = failed(work, error)
        return replace(outcome, hold=outcome.hold and replace(outcome.hold, until=busy_until))
    finally:
        if not asked:
            _give_turn_back(work, busy_until)
    return Outcome({"written": {**work.row.written, "playlists": playlists_of(work.session)}})


def _fill(work: Work, platform: LivePlatform, asked: list[str]) -> None:
    """Add the video to each playlist; `asked` gets the marker of each that has to be made."""
    there = platform.playlists()
    for slug, title in work.topics:
        marker = f"qa-topic-{slug}"
        found = next((one.id for one in there if holds_marker(one.description, marker)), None)
        if found is None:
            asked.append(marker)
            found = _make(platform, title, marker)
        platform.add_to_playlist(found, work.remote_id)
        reach("broadcast.playlists.added")


def _make(platform: LivePlatform, title: str, marker: str) -> str:
    clean = title.replace("<", "‹").replace(">", "›")[:150]
    made = platform.create_playlist(clean, marker_line(marker)).id
    reach("broadcast.playlists.made")
    return made


def _take_turn(work: Work, now: datetime, wait: timedelta) -> datetime | None:
    """Until when nobody else makes playlists on this channel; None where somebody else does now."""
    free = or_(Channel.playlists_until.is_(None), Channel.playlists_until <= now)
    until = now + wait
    mine = update(Channel).where(Channel.id == work.channel.id, free).values(playlists_until=until)
    with work.ports.database.transaction() as db:
        claims.note(db, work.claim, now=now)
        return until if db.execute(mine.returning(Channel.id)).first() is not None else None


def _give_turn_back(work: Work, until: datetime) -> None:
    mine = update(Channel).where(Channel.id == work.channel.id, Channel.playlists_until == until)
    with work.ports.database.transaction() as db:
        db.execute(mine.values(playlists_until=None))

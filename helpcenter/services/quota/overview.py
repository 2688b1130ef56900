"""How the quota stands today: what is spent on which session, and whether it will do until the reset."""

from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession, LiveSessionState, QuotaDay, QuotaEntry
from helpcenter.services.quota.ledger import Today, costs_of, project_of
from helpcenter.settings import Settings
from streaming.youtube.quota import Costs

_MAIN: Final = "liveBroadcasts.insert"
_AHEAD: Final = (LiveSessionState.SCHEDULED, LiveSessionState.REHEARSING, LiveSessionState.LIVE)
_OVER: Final = (LiveSessionState.PROCESSING, LiveSessionState.PUBLISHED)
_EVENING: Final = {
    "liveBroadcasts.insert": 1, "liveBroadcasts.bind": 1, "liveBroadcasts.update": 2, "liveBroadcasts.transition": 3,
    "liveBroadcasts.list": 150, "liveStreams.list": 150, "thumbnails.set": 1, "playlistItems.insert": 1, "videos.list": 30,
    "captions.list": 4, "captions.download": 1, "videos.update": 1,
}  # fmt: skip
"""The calls of one session from its announcement to its captions: the estimate while none has been measured."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket today; all in its units."""

    name: str
    units: int
    spent: int
    reserved: int
    left: int
    exhausted: bool


@dataclass(frozen=True, slots=True)
class Spending:
    """What was paid for one session (`name` its title, `id` its public id) or one method (`id` None)."""

    name: str
    id: str | None
    bucket: str
    calls: int
    units: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the sessions until the reset will still cost: `each` on average, as `measured` on earlier ones or estimated."""

    sessions: int
    each: int
    units: int
    left: int
    measured: bool

    @property
    def enough(self) -> bool:
        """Whether what is left will do."""
        return self.units <= self.left


@dataclass(frozen=True, slots=True)
class Overview:
    """The quota of one project on one day, which ends at `until`. `main` is the bucket that live sessions are paid from."""

    day: str
    until: datetime
    main: str
    buckets: list[Bucket]
    sessions: list[Spending]
    methods: list[Spending]
    forecast: Forecast


def overview(db: Session, settings: Settings, *, now: datetime) -> Overview:
    """How the quota stands."""
    costs, project, today = costs_of(settings), project_of(settings), Today.at(now)
    main = costs.of(_MAIN).bucket
    rows = db.scalars(select(QuotaDay).where(QuotaDay.project == project, QuotaDay.day == today.day)).all()
    days = {row.bucket: row for row in rows}
    buckets = [_bucket(name, units, days.get(name)) for name, units in costs.buckets.items()]
    ids = [row.id for row in rows]
    left = next(bucket.left for bucket in buckets if bucket.name == main)
    return Overview(
        today.day, today.until, main, buckets, _by_session(db, ids, main), _by_method(db, ids),
        _forecast(db, costs, main, today.until, left=left, now=now),
    )  # fmt: skip


def as_json(found: Overview) -> dict[str, Any]:
    """The overview as `helpcenter quota --json` prints it; times in ISO 8601, UTC."""
    data = asdict(found)
    return {**data, "until": found.until.isoformat(), "forecast": {**data["forecast"], "enough": found.forecast.enough}}


def _bucket(name: str, units: int, row: QuotaDay | None) -> Bucket:
    if row is None:
        return Bucket(name, units, 0, 0, units, exhausted=False)
    left = 0 if row.exhausted else max(units - row.spent - row.reserved, 0)
    return Bucket(name, units, row.spent, row.reserved, left, row.exhausted)


def _by_session(db: Session, day_ids: list[int], main: str) -> list[Spending]:
    paid = (
        select(LiveSession.title, LiveSession.public_id, func.count(), func.sum(QuotaEntry.units))
        .select_from(QuotaEntry)
        .join(QuotaDay, QuotaDay.id == QuotaEntry.day_id)
        .outerjoin(LiveSession, LiveSession.id == QuotaEntry.session_id)
        .where(QuotaEntry.day_id.in_(day_ids), QuotaDay.bucket == main)
        .group_by(LiveSession.id, LiveSession.title, LiveSession.public_id)
    )
    found = [
        Spending(title or "", public_id, main, calls, units) for title, public_id, calls, units in db.execute(paid)
    ]
    return sorted(found, key=lambda one: -one.units)


def _by_method(db: Session, day_ids: list[int]) -> list[Spending]:
    paid = (
        select(QuotaEntry.method, QuotaDay.bucket, func.count(), func.sum(QuotaEntry.units))
        .join(QuotaDay, QuotaDay.id == QuotaEntry.day_id)
        .where(QuotaEntry.day_id.in_(day_ids))
        .group_by(QuotaEntry.method, QuotaDay.bucket)
    )
    found = [Spending(method, None, bucket, calls, units) for method, bucket, calls, units in db.execute(paid)]
    return sorted(found, key=lambda one: (-one.units, one.name))


def _forecast(db: Session, costs: Costs, main: str, until: datetime, *, left: int, now: datetime) -> Forecast:
    ahead = select(LiveSession.id).where(
        LiveSession.state.in_(_AHEAD), LiveSession.channel_id.is_not(None), LiveSession.starts_at < until,
        LiveSession.ends_at > now,
    )  # fmt: skip
    sessions = list(db.scalars(ahead))
    paid = _paid(db, main)
    over = [paid[one] for one in db.scalars(select(LiveSession.id).where(LiveSession.state.in_(_OVER))) if one in paid]
    each = round(median(over)) if over else _estimate(costs, main)
    units = sum(max(each - paid.get(one, 0), 0) for one in sessions)
    return Forecast(len(sessions), each, units, left, measured=bool(over))


def _paid(db: Session, main: str) -> dict[int, int]:
    """Units of the bucket by session, over all days that are kept."""
    paid = (
        select(QuotaEntry.session_id, func.sum(QuotaEntry.units))
        .join(QuotaDay, QuotaDay.id == QuotaEntry.day_id)
        .where(QuotaDay.bucket == main)
        .group_by(QuotaEntry.session_id)
    )
    return {session_id: units for session_id, units in db.execute(paid) if session_id is not None}


def _estimate(costs: Costs, main: str) -> int:
    asked = ((costs.of(method), times) for method, times in _EVENING.items())
    return sum(cost.units * times for cost, times in asked if cost.bucket == main)

"""The ledger of the project's quota: reserved before each call, settled after it, whatever became of the call.

All channels of one Google Cloud project share its quota, and so do all our processes: each reservation is one guarded UPDATE,
so that together they never spend more than there is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message, NotConfigured
from helpcenter.models import QuotaDay, QuotaEntry
from helpcenter.ports import Database
from helpcenter.services.notifications import alert_admins, insert_once
from helpcenter.settings import Settings
from streaming.errors import Deferred
from streaming.platform import Priority
from streaming.youtube.quota import COSTS, Costs, load_costs, next_reset, pacific_day

SHARES: Final = {Priority.CRITICAL: 1.0, Priority.NORMAL: 0.9, Priority.BACKGROUND: 0.6}
"""How full a bucket may become by calls of this priority: the last tenth is kept for going live and ending."""
MARGIN: Final = timedelta(minutes=2)
"""Our day begins this much after the platform's, so that a clock that is a little ahead never calls before the reset."""
LOST: Final = timedelta(minutes=10)
"""A call whose end was not noted by then belonged to a process that died; it counts as spent."""
KEPT: Final = timedelta(days=60)
PAGE: Final = "/admin/quota"
_SHORT = N_(
    "Today's YouTube quota (%(bucket)s) is nearly used up, so that some calls wait until %(until)s. Going live and "
    "ending still have a reserve of their own."
)
_EXHAUSTED = N_(
    "YouTube says that today's quota (%(bucket)s) is used up. Nothing is asked of it any more until %(until)s; then "
    "everything goes on by itself."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Today:
    """A day of the quota, by our count: its name in Pacific time, and when it ends."""

    day: str
    until: datetime

    @classmethod
    def at(cls, now: datetime) -> "Today":
        """The day that the instant belongs to."""
        return cls(pacific_day(now - MARGIN), next_reset(now - MARGIN) + MARGIN)


def project_of(settings: Settings) -> str:
    """The number of the Google Cloud project, with which an OAuth client's id begins; its quota is what is counted."""
    return settings.youtube_client_id.partition("-")[0][:80] or "none"


def costs_of(settings: Settings) -> Costs:
    """What calls cost, by the settings. Raises NotConfigured where their file cannot be used."""
    try:
        return load_costs(settings.youtube_quota) if settings.youtube_quota else COSTS
    except (OSError, ValueError) as error:
        raise NotConfigured(N_("Look at HELPCENTER_YOUTUBE_QUOTA: %(why)s"), why=str(error)) from error


class Ledger:
    """Pays for calls of one priority, on behalf of one session; implements streaming.youtube.quota.Meter."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        *,
        priority: Priority,
        session_id: int | None = None,
    ) -> None:
        self._database, self._clock = database, clock
        self._project, self._costs = project_of(settings), costs_of(settings)
        self._priority, self._session_id = priority, session_id

    @contextmanager
    def charge(self, method: str) -> Iterator[None]:
        """Pay for one call of `method`, made inside the block. Raises Deferred where it cannot be afforded today."""
        entry_id = self._reserve(method)
        try:
            yield
        finally:
            self._settle(entry_id)

    def exhausted(self, method: str) -> datetime:
        """The platform said quotaExceeded: from now on nothing is asked of that bucket until the instant returned."""
        today, bucket = Today.at(self._clock()), self._costs.of(method).bucket
        with self._database.transaction() as db:
            day_id = _day(db, self._costs, self._project, today.day, bucket)
            db.execute(update(QuotaDay).where(QuotaDay.id == day_id).values(exhausted=True))
            self._tell(db, _EXHAUSTED, today, bucket)
        return today.until

    def _reserve(self, method: str) -> int:
        now, bucket = self._clock(), self._costs.of(method).bucket
        today, priority, session_id = Today.at(now), self._priority, self._session_id
        with self._database.transaction() as db:
            day_id = _day(db, self._costs, self._project, today.day, bucket)
            entry_id = reserve(db, self._costs, day_id, method, priority=priority, session_id=session_id, now=now)
            if entry_id is None and self._priority is not Priority.BACKGROUND:
                self._tell(db, _SHORT, today, bucket)
        if entry_id is None:
            raise Deferred(f"{method} cannot be paid for before {today.until:%Y-%m-%d %H:%M} UTC", until=today.until)
        return entry_id

    def _settle(self, entry_id: int) -> None:
        try:
            with self._database.transaction() as db:
                settle(db, [entry_id])
        except SQLAlchemyError as error:
            # The call has been made: its result must not be lost for a number. `settle_lost` counts it later.
            log.warning("quota entry was not settled", entry=entry_id, error=str(error))

    def _tell(self, db: Session, text: str, today: Today, bucket: str) -> None:
        message = Message(text, {"until": f"{today.until:%Y-%m-%d %H:%M} UTC", "bucket": bucket})
        key = f"quota:{self._project}:{today.day}:{bucket}:{'exhausted' if text is _EXHAUSTED else 'short'}"
        alert_admins(db, effect_key=key, message=message, link=PAGE, now=self._clock())


def _day(db: Session, costs: Costs, project: str, day: str, bucket: str) -> int:
    """The id of the bucket's row for this day, which is made at first need."""
    values = {"project": project, "day": day, "bucket": bucket, "units": costs.buckets[bucket]}
    made = insert_once(db, QuotaDay, {**values, "reserved": 0, "spent": 0, "exhausted": False})
    if made is not None:
        return made
    found = select(QuotaDay.id).where(QuotaDay.project == project, QuotaDay.day == day, QuotaDay.bucket == bucket)
    return db.scalars(found).one()


def reserve(
    db: Session, costs: Costs, day_id: int, method: str, *, priority: Priority, session_id: int | None, now: datetime
) -> int | None:
    """The id of the entry that pays for one call; None where the bucket's share for this priority is used up."""
    cost = costs.of(method)
    whole = costs.buckets[cost.bucket]
    paid = (
        update(QuotaDay)
        .where(
            QuotaDay.id == day_id,
            QuotaDay.exhausted.is_(False),
            QuotaDay.reserved + QuotaDay.spent + cost.units <= int(whole * SHARES[priority]),
        )
        .values(reserved=QuotaDay.reserved + cost.units, units=whole)
    )
    if db.execute(paid.returning(QuotaDay.id)).first() is None:
        return None
    entry = QuotaEntry(
        day_id=day_id, at=now, method=method, priority=priority.value, units=cost.units, session_id=session_id
    )
    db.add(entry)
    db.flush()
    return entry.id


def settle(db: Session, entry_ids: list[int]) -> int:
    """Count these calls as spent, each once; how many were open."""
    closing = update(QuotaEntry).where(QuotaEntry.id.in_(entry_ids), QuotaEntry.settled.is_(False)).values(settled=True)
    closed = db.execute(closing.returning(QuotaEntry.day_id, QuotaEntry.units)).all()
    for day_id, units in closed:
        moved = {"reserved": QuotaDay.reserved - units, "spent": QuotaDay.spent + units}
        db.execute(update(QuotaDay).where(QuotaDay.id == day_id).values(**moved))
    return len(closed)


def settle_lost(db: Session, *, now: datetime) -> int:
    """Count as spent what processes that died have left open; how many calls that were."""
    lost = select(QuotaEntry.id).where(QuotaEntry.settled.is_(False), QuotaEntry.at < now - LOST)
    return settle(db, list(db.scalars(lost)))


def tidy(db: Session, *, now: datetime) -> None:
    """Settle what was lost, and forget days older than `KEPT`."""
    settle_lost(db, now=now)
    db.execute(delete(QuotaDay).where(QuotaDay.day < pacific_day(now - KEPT)))

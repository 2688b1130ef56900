"""Changing and moving live sessions: one, or it and all that follow in its series.

Those that follow move by as much as the clocks on the wall moved for the first, each on the clocks of its own zone; and take
over only what was changed for it, so that what somebody made different for one date stays different.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import LiveSession, LiveSessionState, User
from helpcenter.services.sessions.changes import note, spread
from helpcenter.services.sessions.clashes import Slot, one_at_a_time, refuse_clashes
from helpcenter.services.sessions.details import SessionDetails, checked
from helpcenter.services.sessions.finding import hold
from helpcenter.services.sessions.scheduling import check_ahead
from helpcenter.services.sessions.states import AHEAD
from helpcenter.services.sessions.words import in_words
from streaming.schedule import near, read_local, to_instant, to_local

EDITABLE: Final = frozenset({LiveSessionState.DRAFT, LiveSessionState.SCHEDULED})
_TAKEN: Final = {"starts_at", "ends_at", "hosts", "channel_id", "relay_channel_id"}
"""What can make it clash with others."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to change: columns and lists with their new values, and what becomes of the time.

    `shift` is by how much the clock on the wall moves, `length` the new length, None where it stays.
    """

    values: dict[str, Any]
    starts_at: datetime
    shift: timedelta
    length: timedelta | None


def edit(  # noqa: PLR0913 -- what, when, who
    db: Session,
    session: LiveSession,
    details: SessionDetails,
    *,
    start: str,
    fold: int | None = None,
    following: bool = False,
    actor: User | None,
    now: datetime,
) -> list[LiveSession]:
    """Make the session as `details` say, from the local time `start` on; the result is the session, and what changed with it.

    `following`: those of its series that begin later change and move with it. Subscribers hear of what moved.
    Raises InvalidInput and Conflict as `schedule`; then nothing has changed.
    """
    details = checked(details, was=session)
    one_at_a_time(db)
    rows = hold(db, session, EDITABLE, following=following)
    if session.state not in EDITABLE:
        raise Conflict(N_("This session has begun, is over or was cancelled, so it cannot be changed any more."))
    with in_words():
        wish = _wish(session, details, start, fold)
    if wish.starts_at != session.starts_at:
        check_ahead(wish.starts_at, now=now)
    plans = [(row, _plan(row, wish, first=row is session)) for row in rows]
    for _, values in plans:
        if "starts_at" in values:
            check_ahead(values["starts_at"], now=now)
    wanted = [_slot(row, values) for row, values in plans if row.state in AHEAD and values.keys() & _TAKEN]
    if wanted:
        refuse_clashes(db, wanted)
    for row, values in plans:
        _apply(db, row, values, actor=actor, now=now)
    spread(db, [row for row, values in plans if values and "starts_at" not in values], now=now)
    spread(db, [row for row, values in plans if "starts_at" in values], "moved", now=now)
    return rows


def set_picture(db: Session, session: LiveSession, key: str | None, *, now: datetime) -> None:
    """Show this picture of the storage, or none."""
    if session.picture_key != key:
        session.picture_key = key
        session.updated_at = now
        spread(db, [session], now=now)


def _wish(session: LiveSession, details: SessionDetails, start: str, fold: int | None) -> _Wish:
    new = {
        "title": details.title, "description": details.description, "language": details.language, "zone": details.zone,
        "visibility": details.visibility, "channel_id": details.channel.id if details.channel else None,
        "hosts": list(details.hosts), "topics": list(details.topics), "moderated": details.moderated,
        "relay_channel_id": details.relay.id if details.relay else None, "answers_at_once": details.answers_at_once,
    }  # fmt: skip
    local, zone = read_local(start), ZoneInfo(details.zone)
    shown = to_local(session.starts_at, ZoneInfo(session.zone))
    starts_at = session.starts_at
    # A time that nobody touched stays as it is, also in an hour that comes twice, and where it is past already.
    shift = local - shown if local != shown.replace(second=0) else timedelta()  # forms show minutes alone
    if (shift or details.zone != session.zone or fold is not None) and not session.date_options:
        starts_at = to_instant(local, zone, fold=fold)
    length = timedelta(minutes=details.minutes)
    return _Wish(
        values={name: value for name, value in new.items() if getattr(session, name) != value},
        starts_at=starts_at,
        shift=shift,
        length=length if length != session.ends_at - session.starts_at else None,
    )


def _plan(row: LiveSession, wish: _Wish, *, first: bool) -> dict[str, Any]:
    """The session's columns and lists that are to change, with their new values."""
    starts_at = wish.starts_at
    if not first:
        zone = wish.values.get("zone", row.zone)
        moves = wish.shift or zone != row.zone
        starts_at = near(_wall(row) + wish.shift, ZoneInfo(zone)) if moves else row.starts_at
    length = wish.length or row.ends_at - row.starts_at
    wanted = {**wish.values, "starts_at": starts_at, "ends_at": starts_at + length}
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def _wall(row: LiveSession) -> datetime:
    """The local time at which it is to be: that of its rule where it stands so, also on a day when the clocks skip it."""
    zone = ZoneInfo(row.zone)
    if row.occurrence and near(read_local(row.occurrence), zone) == row.starts_at:
        return read_local(row.occurrence)
    return to_local(row.starts_at, zone)


def _slot(row: LiveSession, values: dict[str, Any]) -> Slot:
    hosts = frozenset(host.id for host in values.get("hosts", row.hosts))
    names = ("starts_at", "ends_at", "zone", "title", "channel_id", "relay_channel_id")
    return Slot(**{name: values.get(name, getattr(row, name)) for name in names}, host_ids=hosts, session_id=row.id)


def _apply(db: Session, row: LiveSession, values: dict[str, Any], *, actor: User | None, now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    for option in row.date_options if "ends_at" in values else ():
        option.ends_at = option.starts_at + (row.ends_at - row.starts_at)
    if values:
        row.sequence += 1
        row.updated_at = now
        note(db, row, "edit", actor=actor, now=now, fields=sorted(values))

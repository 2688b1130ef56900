"""Live sessions as those see them who schedule and host: a month of them, and what comes next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from helpcenter.models import LiveSession, LiveSessionState, User
from helpcenter.permissions import Action, Role, Scope, scope
from helpcenter.services.sessions.states import AHEAD

_S = LiveSessionState
LATE: Final = timedelta(hours=12)
"""How long after its planned end a session that nobody began still counts as coming."""


class Show(StrEnum):
    """Which of them."""

    ALL = "all"
    UPCOMING = "upcoming"
    DRAFTS = "drafts"
    PAST = "past"
    CANCELLED = "cancelled"


_STATES: Final = {
    Show.ALL: frozenset(_S),
    Show.UPCOMING: AHEAD | {_S.LIVE},
    Show.DRAFTS: frozenset({_S.DRAFT}),
    Show.PAST: frozenset({_S.ENDED, _S.PROCESSING, _S.PUBLISHED}),
    Show.CANCELLED: frozenset({_S.CANCELLED}),
}


def between(
    db: Session, first: datetime, end: datetime, *, show: Show = Show.ALL, host: User | None = None
) -> list[LiveSession]:
    """The sessions that begin in [first, end), in order of time; those of `host` alone where one is given."""
    wanted = _of(show, host).where(LiveSession.starts_at >= first, LiveSession.starts_at < end)
    return list(db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id)))


def nearest(db: Session, first: datetime, end: datetime, *, show: Show, host: User | None) -> LiveSession | None:
    """The next session from `end` on, else the last one before `first`."""
    later = _of(show, host).where(LiveSession.starts_at >= end).order_by(LiveSession.starts_at)
    earlier = _of(show, host).where(LiveSession.starts_at < first).order_by(LiveSession.starts_at.desc())
    return db.scalars(later.limit(1)).first() or db.scalars(earlier.limit(1)).first()


def coming(db: Session, *, host: User | None, now: datetime) -> list[LiveSession]:
    """What is live or still to be held, soonest first; those of `host` alone where one is given."""
    wanted = _of(Show.UPCOMING, host).where((LiveSession.ends_at > now - LATE) | (LiveSession.state == _S.LIVE))
    return list(db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id).limit(100)))


def siblings(db: Session, session: LiveSession) -> list[LiveSession]:
    """The sessions of its series in order of time, itself among them; none where it has no series."""
    if session.series_id is None:
        return []
    wanted = select(LiveSession).where(LiveSession.series_id == session.series_id)
    return list(db.scalars(wanted.order_by(LiveSession.starts_at, LiveSession.id)))


def people_who_host(db: Session, *always: User) -> Sequence[User]:
    """Everybody who may be a host, by name; and `always`, who are hosts already."""
    roles = [role for role in Role if scope(role, Action.HOST) is not Scope.NONE]
    able = User.role.in_(roles) & User.disabled_at.is_(None)
    wanted = select(User).where(able | User.id.in_([one.id for one in always]))
    return db.scalars(wanted.order_by(User.name, User.email)).all()


def _of(show: Show, host: User | None) -> Select[Any]:
    wanted = select(LiveSession).where(LiveSession.state.in_(_STATES[show]))
    if host is not None:
        wanted = wanted.where(LiveSession.hosts.any(User.id == host.id))
    return wanted.options(
        selectinload(LiveSession.hosts), selectinload(LiveSession.topics), selectinload(LiveSession.date_options)
    )

"""Who is on duty."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpcenter.models import Shift, Team, TeamTopic, Topic, User
from helpcenter.services import topics

_AHEAD: Final = timedelta(days=14)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class DutyLine:
    """What everybody may know: how many are on duty until when, the names of those who want to be named; or else when it goes on."""

    count: int
    names: list[str]
    until: datetime | None
    next_at: datetime | None


def teams_for(db: Session, topic: Topic | None) -> list[Team]:
    """The teams in use that answer for the topic: those of the nearest topic at or above it that has any; all teams without one."""
    every = select(Team).where(Team.archived_at.is_(None)).order_by(Team.id)
    if topic is not None:
        for near in topics.path(db, topic):
            found = db.scalars(every.join(TeamTopic).where(TeamTopic.topic_id == near.id)).all()
            if found:
                return list(found)
    return list(db.scalars(every))


def on_duty(db: Session, topic: Topic | None, *, now: datetime) -> list[User]:
    """The experts who are on duty for the topic at this moment; [] outside working time, or where nobody has the shift."""
    return _people(db, topic, Shift.starts_at <= now, Shift.ends_at > now)


def next_on_duty(db: Session, topic: Topic | None, *, now: datetime, but: Collection[int] = ()) -> User | None:
    """Who is on duty for the topic now, or else next within two weeks, leaving out the people with the ids in `but`."""
    people = _people(db, topic, Shift.ends_at > now, Shift.starts_at < now + _AHEAD)
    return next((user for user in people if user.id not in but), None)


def duty_line(db: Session, topic: Topic | None, *, now: datetime) -> DutyLine | None:
    """What the public site says about the duty for the topic at this moment; None where nobody is planned within two weeks."""
    teams = [team.id for team in teams_for(db, topic)]
    coming = (
        select(Shift, User)
        .join(User, User.id == Shift.user_id)
        .where(Shift.team_id.in_(teams), User.disabled_at.is_(None))
        .where(Shift.ends_at > now, Shift.starts_at < now + _AHEAD)
        .order_by(Shift.starts_at, Shift.place, Shift.id)
        .limit(_MOST)
    )
    found = db.execute(coming).all()
    running = {user.id: (shift, user) for shift, user in found if shift.starts_at <= now}
    if not running:
        return DutyLine(0, [], None, found[0][0].starts_at) if found else None
    names = [name for _, user in running.values() if (name := str(user.public_name or ""))]
    return DutyLine(len(running), names, max(shift.ends_at for shift, _ in running.values()), None)


def _people(db: Session, topic: Topic | None, *when: object) -> list[User]:
    teams = [team.id for team in teams_for(db, topic)]
    wanted: Select[User] = (
        select(User)
        .join(Shift, Shift.user_id == User.id)
        .where(Shift.team_id.in_(teams), User.disabled_at.is_(None), *when)  # type: ignore[arg-type]
        .order_by(Shift.starts_at, Shift.place, Shift.id)
    )
    return list(dict.fromkeys(db.scalars(wanted)))

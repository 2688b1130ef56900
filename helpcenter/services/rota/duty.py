"""Who is on duty."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpcenter.models import Shift, Team, TeamTopic, Topic, User
from helpcenter.services import topics

_AHEAD: Final = timedelta(days=14)


def teams_for(db: Session, topic: Topic | None) -> list[Team]:
    """The teams that answer for the topic: those of the nearest topic at or above it that has any; all teams without one."""
    every = select(Team).order_by(Team.id)
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


def _people(db: Session, topic: Topic | None, *when: object) -> list[User]:
    teams = [team.id for team in teams_for(db, topic)]
    wanted: Select[User] = (
        select(User)
        .join(Shift, Shift.user_id == User.id)
        .where(Shift.team_id.in_(teams), User.disabled_at.is_(None), *when)  # type: ignore[arg-type]
        .order_by(Shift.starts_at, Shift.place, Shift.id)
    )
    return list(dict.fromkeys(db.scalars(wanted)))

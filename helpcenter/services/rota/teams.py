"""Teams: made, changed, archived."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import AuditRow, Shift, Team, TeamMember, TeamTopic, Topic, User
from helpcenter.services.rota import shifts
from helpcenter.services.rota.gathering import STAFF
from helpcenter.worktime import WorkCalendar

LONGEST: Final = 120
MOST: Final = 20


def every(db: Session, *, of: User | None = None, archived: bool = False) -> list[Team]:
    """The teams in use (or the archived ones) by name, with their people; only those that `of` is in, where given."""
    wanted = select(Team).where(Team.archived_at.is_not(None) if archived else Team.archived_at.is_(None))
    if of is not None:
        wanted = wanted.where(Team.id.in_(select(TeamMember.team_id).where(TeamMember.user_id == of.id)))
    options = selectinload(Team.members), selectinload(Team.topics)
    return list(db.scalars(wanted.options(*options).order_by(func.lower(Team.name), Team.id)))


def find(db: Session, public_id: str) -> Team:
    """The team. Raises NotFound."""
    found = db.scalar(select(Team).where(Team.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def staff(db: Session) -> list[User]:
    """Everybody who can be in a team, by name."""
    here = select(User).where(User.role.in_(STAFF), User.disabled_at.is_(None))
    return list(db.scalars(here.order_by(func.lower(User.name), User.id)))


def create(db: Session, *, name: str, needed: int, by: User, now: datetime) -> Team:
    """A new team without people or topics. Raises InvalidInput, and Conflict where the name is taken."""
    team = Team(name=_name(db, name), needed=_needed(needed), created_at=now)
    db.add(team)
    db.flush()
    _audit(db, team, "create", by, now)
    return team


def change(db: Session, team: Team, *, name: str, needed: int, by: User, now: datetime) -> None:
    """Give the team another name and number. What is planned stays as it is until it is planned anew."""
    team.name, team.needed = _name(db, name, but=team), _needed(needed)
    _audit(db, team, "change", by, now)
    db.flush()


def set_members(
    db: Session, team: Team, people: Collection[User], *, by: User, calendar: WorkCalendar, now: datetime
) -> None:
    """Let exactly these people be in the team. Shifts ahead of those who leave are open from then on."""
    wanted = {user.id for user in people}
    there = {row.user_id: row for row in db.scalars(select(TeamMember).where(TeamMember.team_id == team.id))}
    gone = sorted(there.keys() - wanted)
    shifts.lock(db, gone)
    for user_id in gone:
        db.delete(there[user_id])
    today = now.astimezone(calendar.zone).date()
    first = not there
    db.add_all(
        TeamMember(team_id=team.id, user_id=user_id, since=None if first else today)
        for user_id in sorted(wanted - there.keys())
    )
    ahead = select(Shift).where(Shift.team_id == team.id, Shift.user_id.in_(gone), Shift.ends_at > now)
    for shift in db.scalars(ahead.order_by(Shift.id)):
        shifts.open_up(db, shift, action="left the team", actor=by, calendar=calendar, now=now)
    _audit(db, team, "set members", by, now)
    db.flush()
    db.expire(team, ["members"])


def set_topics(db: Session, team: Team, chosen: Collection[Topic], *, by: User, now: datetime) -> None:
    """Let the team answer for exactly these topics, and all below them."""
    db.execute(delete(TeamTopic).where(TeamTopic.team_id == team.id))
    db.add_all(TeamTopic(team_id=team.id, topic_id=topic.id) for topic in chosen)
    _audit(db, team, "set topics", by, now)
    db.flush()
    db.expire(team, ["topics"])


def archive(db: Session, team: Team, *, by: User, now: datetime) -> None:
    """The team answers for nothing any more; its shifts ahead are gone, those that were stay."""
    team.archived_at = now
    db.execute(delete(Shift).where(Shift.team_id == team.id, Shift.starts_at > now))
    _audit(db, team, "archive", by, now)
    db.flush()


def restore(db: Session, team: Team, *, by: User, now: datetime) -> None:
    """The team is in use again; its shifts are planned anew."""
    team.archived_at = None
    _audit(db, team, "restore", by, now)
    db.flush()


def _name(db: Session, name: str, *, but: Team | None = None) -> str:
    clean = " ".join(name.split())[:LONGEST]
    if not clean:
        raise InvalidInput(N_("A team needs a name."))
    other = db.scalar(select(Team).where(func.lower(Team.name) == clean.lower()))
    if other is not None and other is not but:
        raise Conflict(N_("There is a team of this name already, perhaps among the archived ones."))
    return clean


def _needed(needed: int) -> int:
    if not 1 <= needed <= MOST:
        raise InvalidInput(N_("Please say how many people are needed: 1 to %(most)d."), most=MOST)
    return needed


def _audit(db: Session, team: Team, action: str, by: User, now: datetime) -> None:
    db.add(AuditRow(at=now, actor_id=by.id, action=action, kind="team", thing_id=team.id))

"""Date polls: a session is proposed with several dates, people say when they can come, and one date is fixed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import DateOption, DateVote, LiveSession, LiveSessionState, User
from helpcenter.services.notifications import insert_once
from helpcenter.services.sessions.changes import note, spread
from helpcenter.services.sessions.clashes import Slot, one_at_a_time, refuse_clashes, slot_of
from helpcenter.services.sessions.details import SessionDetails, checked
from helpcenter.services.sessions.finding import hold
from helpcenter.services.sessions.scheduling import check_ahead, row_of
from helpcenter.services.sessions.states import move
from helpcenter.services.sessions.words import in_words
from streaming.schedule import read_local, to_instant

FEWEST: Final = 2
MOST: Final = 10
_OVER: Final = N_("The date has been fixed. Please load the page again.")


def propose(
    db: Session,
    details: SessionDetails,
    *,
    starts: Sequence[str],
    fold: int | None = None,
    actor: User | None,
    now: datetime,
) -> LiveSession:
    """A draft with 2 to 10 dates to vote on, given as local times; it begins at the first of them for now.

    Raises InvalidInput as `schedule`, and for too few, too many or equal dates. Clashes count only once a date is fixed.
    """
    details = checked(details)
    if not FEWEST <= len(starts) <= MOST:
        raise InvalidInput(N_("Please propose from %(least)s to %(most)s dates."), least=FEWEST, most=MOST)
    with in_words():
        dates = sorted(to_instant(read_local(start), ZoneInfo(details.zone), fold=fold) for start in starts)
    if len(set(dates)) < len(dates):
        raise InvalidInput(N_("Two of these dates are the same."))
    for date in dates:
        check_ahead(date, now=now)
    draft = row_of(details, dates[0], state=LiveSessionState.DRAFT, actor=actor, now=now)
    draft.announced_at = now
    length = timedelta(minutes=details.minutes)
    draft.date_options = [DateOption(starts_at=date, ends_at=date + length) for date in dates]
    db.add(draft)
    note(db, draft, "propose", actor=actor, now=now, dates=len(dates))
    return draft


def vote(db: Session, option: DateOption, voter: str, *, now: datetime) -> bool:
    """Somebody can come on this date; whether that is news. Raises Conflict once a date is fixed, or this one is past."""
    if option.session.state is not LiveSessionState.DRAFT:
        raise Conflict(_OVER)
    if option.starts_at <= now:
        raise Conflict(N_("This date is past."))
    values = {"option_id": option.id, "voter": voter, "created_at": now}
    if insert_once(db, DateVote, values) is None:
        return False
    db.expire(option, ["votes"])
    option.session.updated_at = now  # cached pages hear of it by this, since the insert goes past the session's objects
    return True


def unvote(db: Session, option: DateOption, voter: str) -> bool:
    """Take the vote back; whether there was one. Raises Conflict once a date is fixed."""
    if option.session.state is not LiveSessionState.DRAFT:
        raise Conflict(_OVER)
    # Whoever takes it back twice at once waits here, and finds nothing.
    mine = select(DateVote).where(DateVote.option_id == option.id, DateVote.voter == voter).with_for_update()
    found = db.scalar(mine)
    if found is None:
        return False
    db.delete(found)
    db.flush()
    db.expire(option, ["votes"])
    return True


def choose(db: Session, session: LiveSession, chosen: Collection[str], voter: str, *, now: datetime) -> None:
    """This person can come on exactly these of the dates still ahead (by their public ids). Raises Conflict once one is fixed."""
    if session.state is not LiveSessionState.DRAFT:
        raise Conflict(_OVER)
    for option in (one for one in session.date_options if one.starts_at > now):
        if option.public_id in chosen:
            vote(db, option, voter, now=now)
        else:
            unvote(db, option, voter)


def tally(db: Session, session: LiveSession) -> dict[int, int]:
    """How many can come, by the id of each date."""
    counted = (
        select(DateOption.id, func.count(DateVote.id))
        .outerjoin(DateVote, DateVote.option_id == DateOption.id)
        .where(DateOption.session_id == session.id)
        .group_by(DateOption.id)
    )
    return dict(db.execute(counted).all())


def votes_of(db: Session, session: LiveSession, voter: str) -> set[int]:
    """The ids of the dates on which this person can come."""
    mine = select(DateVote.option_id).join(DateOption).where(DateOption.session_id == session.id)
    return set(db.scalars(mine.where(DateVote.voter == voter)))


def fix_date(db: Session, option: DateOption, *, actor: User | None, now: datetime) -> LiveSession:
    """Schedule the session on this date; the others are dropped. Raises Conflict for a clash, InvalidInput for a past date."""
    session = option.session
    one_at_a_time(db)
    hold(db, session, (), following=False)
    if session.state is not LiveSessionState.DRAFT:
        raise Conflict(_OVER)
    check_ahead(option.starts_at, now=now)
    slot = slot_of(session)
    wanted = Slot(
        option.starts_at, option.ends_at, slot.zone, slot.title, slot.host_ids, slot.channel_id, slot.session_id
    )
    refuse_clashes(db, [wanted])
    session.starts_at, session.ends_at = option.starts_at, option.ends_at
    session.sequence += 1
    session.date_options = [option]
    note(db, session, "fix date", actor=actor, now=now)
    move(db, session, LiveSessionState.SCHEDULED, now=now, actor=actor)
    spread(db, [session], "dated", now=now)
    return session

"""Scheduling live sessions: one, or a whole series at once; all of them or none."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import LiveSession, LiveSessionState, Series, User
from helpcenter.services.sessions.changes import note, spread
from helpcenter.services.sessions.clashes import one_at_a_time, refuse_clashes, slot_of
from helpcenter.services.sessions.details import SessionDetails, checked
from helpcenter.services.sessions.finding import hold
from helpcenter.services.sessions.states import move
from helpcenter.services.sessions.words import in_words
from streaming.schedule import HORIZON, Occurrence, expand, read_local, read_rule, to_instant, write_local

_DRAFTS: Final = frozenset({LiveSessionState.DRAFT})


def schedule(  # noqa: PLR0913 -- what, when, who
    db: Session,
    details: SessionDetails,
    *,
    start: str,
    fold: int | None = None,
    rrule: str = "",
    draft: bool = False,
    actor: User | None = None,
    now: datetime,
) -> list[LiveSession]:
    """New sessions: one that begins at the local time `start`, or all that the RRULE makes from then on, in order of time.

    Raises InvalidInput (SkippedTime, DoubledTime without `fold`), and Conflict where one of them clashes with another
    session: then there are none. A draft takes no time, so it clashes with nothing until it is announced.
    """
    details = checked(details)
    with in_words():
        local, zone = read_local(start), ZoneInfo(details.zone)
        first = to_instant(local, zone, fold=fold)
        check_ahead(first, now=now)
        rule = read_rule(rrule) if rrule.strip() else None
        dates = expand(rule, local, zone, fold=fold) if rule else [Occurrence(local, first)]
    one_at_a_time(db)
    state = LiveSessionState.DRAFT if draft else LiveSessionState.SCHEDULED
    made = [row_of(details, date.at, state=state, actor=actor, now=now) for date in dates]
    if not draft:
        refuse_clashes(db, [slot_of(row) for row in made])
    if rule:
        series = Series(rrule=rule.text, zone=details.zone, first_local=write_local(local), created_at=now)
        for row, date in zip(made, dates, strict=True):
            row.series, row.occurrence = series, write_local(date.local)
    db.add_all(made)
    for row in made:
        note(db, row, "draft" if draft else "schedule", actor=actor, now=now)
    spread(db, made, now=now)
    return made


def announce(
    db: Session, session: LiveSession, *, following: bool = False, actor: User | None, now: datetime
) -> list[LiveSession]:
    """Schedule a draft, and where wanted the drafts that follow in its series. Raises Conflict, InvalidInput."""
    one_at_a_time(db)
    drafts = hold(db, session, _DRAFTS, following=following)
    if session.state is not LiveSessionState.DRAFT:
        raise Conflict(N_("This session is not a draft any more. Load the page again."))
    if session.date_options:
        raise Conflict(N_("People vote on the date of this session. Please fix one of the dates."))
    for draft in drafts:
        check_ahead(draft.starts_at, now=now)
    refuse_clashes(db, [slot_of(draft) for draft in drafts])
    for draft in drafts:
        move(db, draft, LiveSessionState.SCHEDULED, now=now, actor=actor)
    spread(db, drafts, now=now)
    return drafts


def row_of(
    details: SessionDetails, starts_at: datetime, *, state: LiveSessionState, actor: User | None, now: datetime
) -> LiveSession:
    """A session of these details that is not in the database yet."""
    return LiveSession(
        title=details.title, description=details.description, language=details.language, zone=details.zone,
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=details.minutes), visibility=details.visibility,
        hosts=list(details.hosts), topics=list(details.topics), channel_id=details.channel.id if details.channel else None,
        relay_channel_id=details.relay.id if details.relay else None, moderated=details.moderated,
        answers_at_once=details.answers_at_once, state=state,
        created_by_id=actor.id if actor else None, created_at=now, updated_at=now,
        announced_at=None if state is LiveSessionState.DRAFT else now,
    )  # fmt: skip


def check_ahead(starts_at: datetime, *, now: datetime) -> None:
    """Raises InvalidInput for a start that is past, or years away."""
    if starts_at <= now:
        raise InvalidInput(N_("This start is past. Please choose a later one."))
    if starts_at - now > HORIZON:
        raise InvalidInput(N_("This start is more than three years away. Please check the year."))

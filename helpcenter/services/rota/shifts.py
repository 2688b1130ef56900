"""One shift: who could have it, and how it passes from one to another, guarded, so that two who want it never both get it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, selectinload

from helpcenter.errors import N_, Conflict, Forbidden, Message, NotFound
from helpcenter.models import Absence, AuditRow, Shift, Swap, SwapState, TeamMember, User
from helpcenter.worktime import Half, WorkCalendar

WARN_DAYS: Final = 3
"""So many working days before an open shift begins, planners hear of it."""
_FASTER: Final = N_("Somebody else was faster: this shift is taken.")
_OVER: Final = N_("This shift is over.")
_NO_MEMBER: Final = N_("Only people of the team can have this shift.")
_AWAY: Final = N_("%(name)s is away then.")
_TWICE: Final = N_("%(name)s is on duty elsewhere in that half day.")


def find(db: Session, public_id: str) -> Shift:
    """The shift with its team and its expert. Raises NotFound."""
    wanted = select(Shift).where(Shift.public_id == public_id)
    found = db.scalar(wanted.options(selectinload(Shift.team), selectinload(Shift.user)))
    if found is None:
        raise NotFound
    return found


def lock(db: Session, user_ids: Iterable[int]) -> None:
    """Wait until nobody else changes who of these people is on duty when; always in the same order, so that none waits for ever."""
    wanted = select(User.id).where(User.id.in_(sorted(set(user_ids)))).order_by(User.id)
    db.execute(wanted.with_for_update(key_share=True))


def obstacle(db: Session, user: User, shift: Shift, *, but: Shift | None = None) -> Message | None:
    """Why the person cannot have the shift, None where he can; `but` is a shift that he gives for it."""
    member = select(TeamMember.user_id).where(TeamMember.team_id == shift.team_id, TeamMember.user_id == user.id)
    if user.disabled_at is not None or db.scalar(member) is None:
        return Message(_NO_MEMBER)
    if is_away(db, user, shift.day, shift.half):
        return Message(_AWAY, {"name": user.name})
    same = select(Shift.id).where(Shift.user_id == user.id, Shift.day == shift.day, Shift.half == shift.half)
    others = set(db.scalars(same)) - {shift.id, but.id if but else 0}
    return Message(_TWICE, {"name": user.name}) if others else None


def is_away(db: Session, user: User, day: date, half: Half) -> bool:
    """Whether the person is away in that half day."""
    around = select(Absence).where(Absence.user_id == user.id, Absence.first_day <= day, Absence.last_day >= day)
    return any(absence.covers(day, half) for absence in db.scalars(around))


def take(db: Session, shift: Shift, user: User, *, now: datetime) -> None:
    """Let the person have an open shift. Raises Conflict, in words: somebody was faster, he is away, it is over."""
    lock(db, [user.id])
    db.refresh(shift)
    if shift.user_id is not None:
        raise Conflict(_FASTER)
    _check(db, shift, user, now)
    hand_over(db, shift, user, action="taken", fixed=True, actor=user, now=now, refusal=_FASTER)


def give(db: Session, shift: Shift, user: User, *, by: User, now: datetime) -> None:
    """Set a person there, whoever has it now; planning leaves it alone from then on. Raises Conflict, in words."""
    lock(db, filter(None, [shift.user_id, user.id]))
    _check(db, shift, user, now)
    hand_over(db, shift, user, action="set", fixed=True, actor=by, now=now)


def release(db: Session, shift: Shift, *, by: User, calendar: WorkCalendar, now: datetime) -> None:
    """Open the shift, as a planner does; he is told of it in time. Raises Conflict."""
    lock(db, filter(None, [shift.user_id]))
    open_up(db, shift, action="opened", actor=by, calendar=calendar, now=now)


def open_up(
    db: Session, shift: Shift, *, action: str, actor: User | None, calendar: WorkCalendar, now: datetime
) -> None:
    """Nobody has the shift any more. Planners hear of it some working days ahead, not where that moment has passed."""
    at = warning(calendar, shift.starts_at)
    hand_over(db, shift, None, action=action, actor=actor, now=now, warn_at=at if at > now else None)


def loosen(db: Session, shift: Shift, *, by: User, now: datetime) -> None:
    """Let the next planning decide about the shift; until then it stays with its expert."""
    hand_over(db, shift, shift.user, action="loosened", actor=by, now=now)


def hand_over(  # noqa: PLR0913 -- what changes of a shift changes here alone
    db: Session, shift: Shift, to: User | None, *, action: str, actor: User | None, now: datetime,
    fixed: bool = False, warn_at: datetime | None = None, refusal: str = "",
) -> None:  # fmt: skip
    """Change whose shift it is, if it is as this session saw it; what was offered about it is withdrawn. Raises Conflict.

    Callers hold the lock of everybody concerned.
    """
    before, seen = shift.user_id, shift.sequence
    guarded = update(Shift).where(Shift.id == shift.id, Shift.sequence == seen).values(updated_at=now)
    if db.execute(guarded.returning(Shift.id)).first() is None:
        raise Conflict(refusal)
    # The row is ours now. It changes as an object, so that kept pages hear of it.
    shift.user_id, shift.user = to.id if to else None, to
    shift.sequence, shift.updated_at, shift.fixed, shift.warn_at = seen + 1, now, fixed, warn_at
    withdraw_offers(db, [shift.id], now=now)
    db.add(
        AuditRow(
            at=now, actor_id=actor.id if actor else None, action=action, kind="shift", thing_id=shift.id,
            detail={"from": before, "to": shift.user_id},
        )
    )  # fmt: skip
    db.flush()


def withdraw_offers(db: Session, shift_ids: list[int], *, now: datetime) -> None:
    """What is offered about these shifts is off, since they are somebody else's, or nobody's."""
    about = or_(Swap.shift_id.in_(shift_ids), Swap.against_id.in_(shift_ids))
    off = update(Swap).where(about, Swap.state == SwapState.OFFERED)
    db.execute(off.values(state=SwapState.WITHDRAWN, decided_at=now))


def warning(calendar: WorkCalendar, starts_at: datetime) -> datetime:
    """When planners hear of a shift that is open then: at the beginning of the third working day before."""
    day, left = starts_at.astimezone(calendar.zone).date(), WARN_DAYS
    while left:
        day -= timedelta(days=1)
        left -= not calendar.is_free(day)
    return calendar.halves(day)[0].starts_at


def _check(db: Session, shift: Shift, user: User, now: datetime) -> None:
    if shift.ends_at <= now:
        raise Conflict(_OVER)
    why = obstacle(db, user, shift)
    if why is not None:
        raise (Forbidden if why.text == _NO_MEMBER else Conflict)(why.text, **why.params)

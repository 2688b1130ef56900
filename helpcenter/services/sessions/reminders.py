"""Reminders before a live session: planned as rows with an instant, sent by the tick that claims them, once."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession, Reminder
from helpcenter.services.notifications import insert_once, queue_mail
from helpcenter.services.sessions.states import AHEAD
from helpcenter.services.sessions.subscriptions import recipients

LEADS: Final = (timedelta(hours=24), timedelta(minutes=15))
AT_ONCE: Final = 100


def plan(db: Session, session: LiveSession, *, now: datetime, pace: float = 1) -> None:
    """Bring the session's reminders to its start: one for each lead whose moment is still to come, none where it is off.

    A reminder that was sent stays sent, unless the session has moved by more than its lead. At `pace` leads are that much
    shorter, so that a demonstration need not wait a day.
    """
    db.flush()
    for lead in LEADS:
        due_at = session.starts_at - lead / pace
        mine = Reminder.session_id == session.id, Reminder.lead == int(lead.total_seconds())
        if session.state in AHEAD and due_at > now:
            values = {"session_id": session.id, "lead": int(lead.total_seconds()), "due_at": due_at}
            insert_once(db, Reminder, values)
            unsent = update(Reminder).where(*mine, Reminder.sent_at.is_(None), Reminder.due_at != due_at)
            db.execute(unsent.values(due_at=due_at))
            far = update(Reminder).where(*mine, Reminder.sent_at.is_not(None), Reminder.due_at < due_at - lead / pace)
            db.execute(far.values(due_at=due_at, sent_at=None))
        else:
            # One that is due at this very moment and was not moved is still for the tick to send.
            off = delete(Reminder).where(*mine, Reminder.sent_at.is_(None))
            db.execute(off.where(Reminder.due_at != due_at) if session.state in AHEAD else off)


def plan_all(db: Session, *, now: datetime, pace: float) -> None:
    """Plan every session ahead at the pace of this installation; for installations whose clock does not run as usual."""
    for session in db.scalars(select(LiveSession).where(LiveSession.state.in_(AHEAD), LiveSession.starts_at > now)):
        plan(db, session, now=now, pace=pace)


def due(db: Session, *, now: datetime) -> list[int]:
    """The ids of reminders whose moment has come."""
    return list(db.scalars(_due(now).order_by(Reminder.due_at, Reminder.id).limit(AT_ONCE)))


def send(db: Session, reminder_id: int, *, now: datetime) -> int:
    """Claim the reminder and note its mails, in one transaction; how many. 0 where somebody else was faster.

    One that comes late by more than half its lead, or for a session that is not ahead any more, is claimed and not sent.
    """
    claimed = update(Reminder).where(Reminder.id == reminder_id, Reminder.sent_at.is_(None), Reminder.due_at <= now)
    row = db.execute(claimed.values(sent_at=now).returning(Reminder.session_id, Reminder.lead, Reminder.due_at)).first()
    if row is None:
        return 0
    session_id, lead, due_at = row
    session = db.get_one(LiveSession, session_id, populate_existing=True)
    if session.state not in AHEAD or now >= due_at + (session.starts_at - due_at) / 2:
        return 0
    return sum(
        queue_mail(
            db, effect_key=f"session-reminder:{session.public_id}:{lead}:{due_at:%Y%m%dT%H%M%S}:{one.public_id}",
            kind="session_reminder",
            params={
                "session": session.public_id, "title": session.title, "starts_at": session.starts_at.isoformat(),
                "ends_at": session.ends_at.isoformat(), "zone": session.zone, "lead": lead, "subscription": one.public_id,
                "useless_after": session.ends_at.isoformat(),
            },
            recipient=one.email, language=one.language, now=now,
        )
        for one in recipients(db, session)
    )  # fmt: skip


def _due(now: datetime) -> Select[int]:
    return select(Reminder.id).where(Reminder.sent_at.is_(None), Reminder.due_at <= now)

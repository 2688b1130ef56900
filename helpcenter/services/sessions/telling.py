"""Telling subscribers that a live session was moved, cancelled or given its date: each of them once per change."""

import hashlib
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import LiveSession, OutgoingMail
from helpcenter.services.notifications import queue_mail
from helpcenter.services.sessions.subscriptions import TargetKind, recipients

Event = Literal["moved", "cancelled", "dated"]
"""A poll ends with its session "dated" or "cancelled", which concerns those alone who subscribed to that session."""


def tell(db: Session, session: LiveSession, event: Event, *, now: datetime) -> int:
    """Note a mail to everybody whom the change concerns; how many mails are new.

    What happens to several sessions of a series at the same instant `now` stands in one mail.
    """
    db.flush()
    news = {
        "session": session.public_id, "title": session.title, "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(), "zone": session.zone, "reason": session.reason,
    }  # fmt: skip
    told = 0
    of_poll = event == "dated" or len(session.date_options) > 1
    for one in recipients(db, session):
        if of_poll and not one.target.startswith(TargetKind.SESSION):
            continue
        key = f"session-{event}:{_change(session, now)}:{hashlib.sha256(one.email.encode()).hexdigest()[:16]}"
        params = {"subscription": one.public_id, "sessions": [news]}
        if queue_mail(
            db, effect_key=key, kind=f"session_{event}", params=params, recipient=one.email, language=one.language, now=now
        ):  # fmt: skip
            told += 1
        elif session.series:
            _add(db, key, news, now=now)
    return told


def _change(session: LiveSession, now: datetime) -> str:
    if session.series:
        return f"{session.series.public_id}:{now:%Y%m%dT%H%M%S%f}"
    return f"{session.public_id}:{session.sequence}"


def _add(db: Session, key: str, news: dict[str, Any], *, now: datetime) -> None:
    """Add the news to the mail of this very change, which nobody sends before this transaction is committed."""
    mail = db.scalars(select(OutgoingMail).where(OutgoingMail.effect_key == key, OutgoingMail.created_at == now)).one()
    sessions = mail.params["sessions"]
    if all(other["session"] != news["session"] for other in sessions):
        mail.params = {**mail.params, "sessions": [*sessions, news]}
        db.flush()

"""Telling editors that a recording's clips wait for them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, ClipState, Recording
from helpcenter.services.notifications.alerts import editors
from helpcenter.services.notifications.outbox import queue_mail


def mail_proposals(db: Session, recording: Recording, *, now: datetime) -> int:
    """Write to each editor (to each admin where there is no editor) once per recording; how many are written to now."""
    proposed = select(func.count()).where(Clip.recording_id == recording.id, Clip.state == ClipState.PROPOSED)
    count = db.scalar(proposed) or 0
    if not count:
        return 0
    params = {"recording": recording.public_id, "title": recording.title, "count": count}
    return sum(
        queue_mail(
            db, effect_key=f"proposals-waiting:{recording.public_id}:{user.public_id}", kind="proposals_waiting",
            params=params, recipient=user.email, language=user.language, now=now,
        )
        for user in editors(db)
    )  # fmt: skip

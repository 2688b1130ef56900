"""The broadcast of a live session: our row says what is wanted, a worker makes the platform agree."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.models import LiveSession


def request_sync(db: Session, session: LiveSession, *, now: datetime) -> None:
    """Something about the session has changed that its broadcast must show: a worker looks at it soon.

    Does nothing where no channel broadcasts it.
    """


__all__ = ["request_sync"]

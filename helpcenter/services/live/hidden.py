"""What is off the record: stretches of a session that are kept out of everything."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Marker, MarkerKind

Stretch = tuple[datetime, datetime | None]
_KINDS = (MarkerKind.OFF_RECORD, MarkerKind.ON_RECORD)


def hidden_stretches(db: Session, session_id: int) -> list[Stretch]:
    """From when till when nothing may be kept, in order; the last one has no end while it goes on."""
    wanted = select(Marker.at, Marker.kind).where(Marker.session_id == session_id, Marker.kind.in_(_KINDS))
    found: list[Stretch] = []
    for at, kind in db.execute(wanted.order_by(Marker.at, Marker.id)):
        goes_on = bool(found) and found[-1][1] is None
        if kind is MarkerKind.OFF_RECORD and not goes_on:
            found.append((at, None))
        elif kind is MarkerKind.ON_RECORD and goes_on:
            found[-1] = (found[-1][0], at)
    return found

"""Office hours: an expert opens his desk now, answers what comes, and closes it. A live session with a shorter life."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.models import LiveSession, LiveSessionState, SessionKind, Topic, User, Visibility
from helpcenter.services import broadcasts
from helpcenter.services.channels.local import local_channel
from helpcenter.services.sessions.changes import note, spread
from helpcenter.services.sessions.clashes import one_at_a_time, refuse_clashes, slot_of
from helpcenter.services.sessions.details import LONGEST_TITLE, SessionDetails, checked
from helpcenter.services.sessions.scheduling import row_of
from streaming.platform import BroadcastStatus

LENGTHS: Final = (30, 60, 120, 240)
"""Minutes for which a desk is opened; it is closed when the expert says so."""
_TITLES: Final = {"de": "Sprechstunde", "en": "Office hours"}


def open_desk(  # noqa: PLR0913 -- who, about what, for how long
    db: Session,
    *,
    host: User,
    topics: Sequence[Topic],
    minutes: int,
    language: str,
    zone: str,
    title: str = "",
    visibility: Visibility = Visibility.PUBLIC,
    now: datetime,
) -> LiveSession:
    """A session that begins now on this site, and is live as soon as a picture arrives.

    Raises Conflict where the host is in another session at that time, InvalidInput.
    """
    details = checked(
        SessionDetails(
            title=title.strip() or _title(topics, language), description="", language=language, zone=zone, minutes=minutes,
            visibility=visibility, topics=topics, hosts=[host], channel=local_channel(db, now=now),
        )
    )  # fmt: skip
    one_at_a_time(db)
    row = row_of(details, now, state=LiveSessionState.SCHEDULED, actor=host, now=now)
    row.kind, row.ends_at = SessionKind.OFFICE_HOURS, now + timedelta(minutes=minutes)
    refuse_clashes(db, [slot_of(row)])
    db.add(row)
    note(db, row, "open desk", actor=host, now=now)
    spread(db, [row], now=now)
    broadcasts.want(db, row, BroadcastStatus.LIVE, now=now, actor=host)
    return row


def _title(topics: Sequence[Topic], language: str) -> str:
    name = _TITLES.get(language, _TITLES["en"])
    about = ", ".join(topic.title(language) for topic in topics)
    full = f"{name}: {about}" if about else name
    return full if len(full) <= LONGEST_TITLE else full[: LONGEST_TITLE - 1].rstrip() + "…"

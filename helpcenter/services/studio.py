"""The host's browser as the encoder: which archive it sends to, and whether it may now."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import Broadcast, LiveSession, LiveSessionState, Marker, MarkerKind
from helpcenter.services.channels import is_local
from streaming.local.archive import Archive, Container, Take, TakeSource

_S = LiveSessionState
OPENING: Final = frozenset({_S.SCHEDULED, _S.REHEARSING, _S.LIVE})
SENDING: Final = OPENING | {_S.ENDED, _S.PROCESSING}
"""What was recorded before the end may still arrive after it."""
OLDEST: Final = timedelta(hours=12)
_SENDER: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_TAKE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OVER: Final = N_("This session is over; nothing more is taken.")
# Chromium calls its WebM a Matroska file where it holds H.264.
_CONTAINERS: Final = {"video/webm": Container.WEBM, "video/x-matroska": Container.WEBM, "video/mp4": Container.MP4}


def archive_of(db: Session, session: LiveSession, root: Path) -> Archive:
    """Where the pictures of this session are kept. Raises Conflict where another platform broadcasts it, or none yet."""
    wanted = select(Broadcast).where(Broadcast.session_id == session.id, Broadcast.relay.is_(False))
    found = db.scalars(wanted).one_or_none()
    if found is None or not is_local(found.channel):
        raise Conflict(
            N_(
                "This session is not broadcast by this site itself, so it takes no pictures from here. Use your encoder."
            )
        )
    if not found.remote_id:
        raise Conflict(N_("The broadcast is still being prepared. Try again in a few seconds."))
    return Archive(root, found.remote_id)


def open_take(  # noqa: PLR0913 -- all that is known of who sends
    archive: Archive,
    session: LiveSession,
    *,
    mime: str,
    age: timedelta,
    sender: str,
    label: str,
    take_over: bool,
    now: datetime,
) -> Take:
    """A new take of the recorder that began `age` ago. Raises streaming's Busy, Conflict, InvalidInput."""
    if session.state not in OPENING:
        raise Conflict(_OVER)
    container, codecs = container_of(mime)
    if not _SENDER.fullmatch(sender) or not timedelta() <= age <= OLDEST:
        raise InvalidInput(N_("Load the page again: what it sent cannot be used."))
    return archive.open_take(
        source=TakeSource.BROWSER, container=container, codecs=codecs, began=now - age, sender=sender, label=label,
        now=now, take_over=take_over,
    )  # fmt: skip


def take_of(archive: Archive, session: LiveSession, take_id: str) -> Take:
    """A take that is being sent. Raises NotFound, Conflict."""
    if session.state not in SENDING:
        raise Conflict(_OVER)
    try:
        if _TAKE.fullmatch(take_id):
            return archive.take(take_id)
    except KeyError:
        pass
    raise NotFound(N_("This recording is not known here any more. Stop sending and begin again."))


def check_wanted(session: LiveSession, take: Take) -> None:
    """Raise Conflict where the session is over, and everything up to its end has arrived."""
    if session.ended_at is not None and take.reaches(session.ended_at):
        raise Conflict(_OVER)


def container_of(mime: str) -> tuple[Container, str]:
    """What MediaRecorder's mime type says: "video/webm;codecs=h264,opus" is WEBM and "h264,opus". Raises InvalidInput."""
    name, _, rest = mime.lower().partition(";")
    container = _CONTAINERS.get(name.strip())
    codecs = re.sub(r"[\s\"']", "", rest.partition("codecs=")[2])
    if container is None or not re.fullmatch(r"[a-z0-9.,-]{0,80}", codecs):
        raise InvalidInput(N_("This browser records in a form that cannot be used here. Use Chrome, Edge or Safari."))
    return container, codecs


def sender_of(db: Session, session: LiveSession, root: Path, *, now: datetime) -> str | None:
    """Which tab or encoder sends now; None while nobody does."""
    try:
        take = archive_of(db, session, root).current(now)
    except Conflict:
        return None
    return take.sender if take else None


def off_record(db: Session, session: LiveSession) -> bool:
    """Whether the host speaks off the record now."""
    kinds = (MarkerKind.OFF_RECORD, MarkerKind.ON_RECORD)
    newest = select(Marker.kind).where(Marker.session_id == session.id, Marker.kind.in_(kinds))
    return db.scalar(newest.order_by(Marker.at.desc(), Marker.id.desc()).limit(1)) is MarkerKind.OFF_RECORD

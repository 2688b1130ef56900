"""Another version of a recording: trimmed on the platform, or a file that somebody attached. What is known moves along."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import (
    AuditRow,
    LiveSession,
    LiveSessionState,
    Recording,
    RecordingVersion,
    Source,
    User,
)
from helpcenter.services import recordings, steps
from helpcenter.services.broadcasts.wanting import of_session
from helpcenter.services.sessions import states
from helpcenter.services.videos.moving import Moved, move_content
from helpcenter.services.videos.pulling import WATCH_PAGE, link_session
from helpcenter.services.videos.zero import ATTACHED, UNSURE
from streaming.timeline import Kept, new_zero

HELD: Final = frozenset({LiveSessionState.ENDED, LiveSessionState.PROCESSING, LiveSessionState.PUBLISHED})
_LATEST: Final = timedelta(days=1)


def retime(
    db: Session, recording: Recording, kept: list[Kept] | None, *, method: str, duration: float, now: datetime
) -> Moved:
    """A new version of the recording, as the platform has it now, and all that is known of it at its new place.

    `kept` is what of the present version lies where in the new one; None where nobody can tell: then nothing moves.
    """
    old = _version(recording)
    t0, gaps = old.t0, list(old.gaps)
    if kept is not None:
        t0, gaps = new_zero(kept, instant=old.instant, missing=_missing(old))
    again = WATCH_PAGE + recording.source_ref if old.original_key is not None or old.pending_path else ""
    new = RecordingVersion(
        recording_id=recording.id, number=old.number + 1, t0=t0, t0_method=method if kept is not None else UNSURE,
        gaps=gaps, pending_path=again, original_name=old.original_name, duration=duration,
    )  # fmt: skip
    return _replace(db, recording, new, first="fetch" if again else "outline", now=now)


def attach_file(
    db: Session, session: LiveSession, path: Path, *, name: str = "", t0: datetime | None = None, actor: User | None, now: datetime
) -> Recording:  # fmt: skip
    """Make the file the session's recording, or its newest version; the pipeline runs, and what is known moves along.

    `t0` is the instant of its second 0; without it, that is when the broadcast began, by the platform's word or ours.
    Raises Conflict for a session that has not been held, InvalidInput for an instant that cannot be.
    """
    if session.state not in HELD:
        raise Conflict(N_("A file can be attached once the session has ended."))
    zero = t0 or _zero(db, session)
    if abs(zero - (session.live_at or session.starts_at)) > _LATEST:
        raise InvalidInput(N_("This recording would begin more than a day before or after the session."))
    if session.recording is None:
        _first(db, session, path, name, zero, now=now)
    else:
        old = _version(session.recording)
        new = RecordingVersion(
            recording_id=session.recording.id, number=old.number + 1, t0=zero, t0_method=ATTACHED, gaps=[],
            pending_path=str(path), original_name=(name or path.name)[-300:],
        )  # fmt: skip
        _replace(db, session.recording, new, first="fetch", now=now)
    if session.state is LiveSessionState.ENDED:
        states.move(db, session, LiveSessionState.PROCESSING, now=now, actor=actor)
    assert session.recording is not None
    actor_id, recording_id = actor.id if actor else None, session.recording.id
    db.add(
        AuditRow(at=now, actor_id=actor_id, action="attach file", kind="recording", thing_id=recording_id, detail={})
    )
    return session.recording


def _first(db: Session, session: LiveSession, path: Path, name: str, zero: datetime, *, now: datetime) -> None:
    recording = recordings.create(
        db, source=Source.LIVE, path_or_url=str(path), name=name or path.name, title=session.title,
        description=session.description, language=session.language, visibility=session.visibility, t0=zero,
        topic=session.topics[0] if session.topics else None,
        created_by=session.hosts[0] if session.hosts else None, now=now,
    )  # fmt: skip
    _version(recording).t0_method = ATTACHED
    link_session(db, session, recording)


def _replace(db: Session, recording: Recording, new: RecordingVersion, *, first: str, now: datetime) -> Moved:
    if not recordings.settled(db, recording.id):
        raise Conflict(N_("This recording is still being worked on. Try again when that is done."))
    old = _version(recording)
    new.poster_key = old.poster_key
    db.add(new)
    db.flush()
    recording.version = new
    moved = Moved() if new.t0_method == UNSURE else move_content(db, recording, old, new, now=now)
    db.flush()
    steps.rerun(db, recording.id, first=first, by=None, now=now)
    recordings.refresh_state(db, recording, now=now)
    return moved


def _zero(db: Session, session: LiveSession) -> datetime:
    broadcast = of_session(db, session)
    return (broadcast.actual_start if broadcast else None) or session.live_at or session.starts_at


def _missing(version: RecordingVersion) -> list[tuple[datetime, datetime]]:
    return [(version.t0 + timedelta(seconds=start), version.t0 + timedelta(seconds=end)) for start, end in version.gaps]


def _version(recording: Recording) -> RecordingVersion:
    assert recording.version is not None
    return recording.version

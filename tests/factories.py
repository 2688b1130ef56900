"""Rows for tests: each factory fills what the test does not name."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from helpcenter.models import (
    Asker,
    Channel,
    Chapter,
    Clip,
    ClipState,
    CueRow,
    EntryState,
    FaqClip,
    FaqEntry,
    FaqText,
    Helper,
    HelperState,
    LiveSession,
    LiveSessionState,
    Question,
    Recording,
    RecordingState,
    RecordingVersion,
    Shift,
    Source,
    Subscription,
    Team,
    Topic,
    Transcript,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services.channels.secrets import sealed_token
from helpcenter.settings import Settings
from helpcenter.worktime import Half

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HALF_DAY = timedelta(hours=4)
_number = count(1)
Row = TypeVar("Row")


def _add(db: Session, row: Row) -> Row:
    db.add(row)
    db.flush()
    return row


def make_user(db: Session, role: Role = Role.CUSTOMER, **values: Any) -> User:
    defaults = {"email": f"person{next(_number)}@example.org", "name": "Kim Beispiel", "created_at": NOW}
    return _add(db, User(role=role, **{**defaults, **values}))


def make_topic(db: Session, **values: Any) -> Topic:
    number = next(_number)
    defaults = {"slug": f"topic-{number}", "titles": {"de": f"Thema {number}", "en": f"Topic {number}"}}
    return _add(db, Topic(**{**defaults, **values}))


def make_recording(db: Session, *, duration: float = 60.0, **values: Any) -> Recording:
    defaults = {
        "title": "Questions about e-bikes", "language": "en", "source": Source.FILE, "created_at": NOW, "state": RecordingState.READY,
    }  # fmt: skip
    recording = _add(db, Recording(**{**defaults, **values}))
    recording.version = RecordingVersion(recording_id=recording.id, t0=NOW, duration=duration)
    db.flush()
    return recording


def make_clip(db: Session, recording: Recording, **values: Any) -> Clip:
    defaults = {
        "origin": f"test:{next(_number)}", "start": 5.0, "end": 15.0, "title": "How far?", "language": "en", "created_at": NOW,
    }  # fmt: skip
    return _add(db, Clip(recording=recording, **{**defaults, **values}))


def make_entry(
    db: Session, *, title: str = "How far does it go?", language: str = "en", body: str = "Far.", **values: Any
) -> FaqEntry:
    defaults = {"slug": f"entry-{next(_number)}", "created_at": NOW, "updated_at": NOW}
    entry = _add(db, FaqEntry(**{**defaults, **values}))
    entry.texts.append(FaqText(language=language, title=title, body=body, updated_at=NOW))
    db.flush()
    return entry


def make_question(db: Session, *, email: str = "asker@example.org", confirmed: bool = True, **values: Any) -> Question:
    defaults = {"title": "How far does it go in winter?", "language": "en", "created_at": NOW}
    question = _add(db, Question(**{**defaults, **values}))
    question.askers.append(
        Asker(
            first=True, email=email, language=question.language, created_at=NOW, confirmed_at=NOW if confirmed else None
        )
    )
    db.flush()
    return question


def make_answer(
    db: Session, *, slug: str = "how-far", clips: int = 1, recording: Recording | None = None, **values: Any
) -> FaqEntry:
    """A published entry with confirmed clips, each 10 s long, of a recording that can be played; the first is the best."""
    recording = recording or make_watchable(db)
    entry = make_entry(db, slug=slug, **{"state": EntryState.PUBLISHED, "published_at": NOW, **values})
    for number in range(clips):
        clip = make_clip(
            db,
            recording,
            start=number * 10.0 + 5,
            end=number * 10.0 + 15,
            state=ClipState.CONFIRMED,
            title=f"Clip {number}",
        )
        entry.clips.append(FaqClip(clip_id=clip.id, clip=clip, best=number == 0, position=number))
    db.flush()
    return entry


def make_watchable(db: Session, *, cues: int = 12, **values: Any) -> Recording:
    """A recording with a file, a chapter each 20 s, and a person's text, one cue each 5 s."""
    recording = make_recording(db, **values)
    assert recording.version is not None
    recording.version.play_key = f"recordings/{recording.public_id}/play-1.mp4"
    recording.version.play_type = "video/mp4"
    text = _add(
        db, Transcript(recording_id=recording.id, language="en", provider="captions", human=True, created_at=NOW)
    )
    db.add_all(
        CueRow(transcript_id=text.id, start=i * 5.0, end=i * 5.0 + 4, text=f"Sentence {i}", speaker="Anna")
        for i in range(cues)
    )
    db.add_all(
        Chapter(recording_id=recording.id, start=i * 20.0, end=i * 20.0 + 20, title=f"Part {i}", source="markers")
        for i in range(3)
    )
    db.flush()
    return recording


def make_channel(db: Session, *, settings: Settings | None = None, token: str = "", **values: Any) -> Channel:
    """A connected channel; `token` is sealed where the settings are given."""
    number = next(_number)
    remote_id = values.pop("remote_id", f"UC{number:022}")
    defaults = {
        "title": f"Channel {number}", "uploads": f"UU{number:022}", "connected_at": NOW, "checked_at": NOW,
        "token": sealed_token(settings, remote_id, token) if settings and token else "",
        "scopes": "https://www.googleapis.com/auth/youtube.force-ssl",
    }  # fmt: skip
    return _add(db, Channel(remote_id=remote_id, **{**defaults, **values}))


def make_session(db: Session, **values: Any) -> LiveSession:
    """A session of one hour, scheduled for tomorrow at 18:00 in Berlin."""
    start = values.pop("starts_at", NOW.replace(hour=17) + timedelta(days=1))
    defaults = {
        "title": "Questions about e-bikes", "language": "en", "starts_at": start, "ends_at": start + timedelta(hours=1),
        "zone": "Europe/Berlin", "state": LiveSessionState.SCHEDULED, "created_at": NOW, "updated_at": NOW,
        "announced_at": NOW,
    }  # fmt: skip
    return _add(db, LiveSession(**{**defaults, **values}))


def make_subscription(db: Session, target: str = "all", *, confirmed: bool = True, **values: Any) -> Subscription:
    defaults = {"email": f"reader{next(_number)}@example.org", "language": "en", "created_at": NOW}
    return _add(db, Subscription(target=target, confirmed_at=NOW if confirmed else None, **{**defaults, **values}))


def make_team(db: Session, *people: User, about: Sequence[Topic] = (), **values: Any) -> Team:
    defaults = {"name": f"Team {next(_number)}", "created_at": NOW}
    return _add(db, Team(members=list(people), topics=list(about), **{**defaults, **values}))


def make_shift(db: Session, team: Team, user: User | None, *, starts_at: datetime = NOW, **values: Any) -> Shift:
    defaults = {"day": starts_at.date(), "half": Half.MORNING, "ends_at": starts_at + HALF_DAY}
    return _add(
        db, Shift(team_id=team.id, user_id=user.id if user else None, starts_at=starts_at, **{**defaults, **values})
    )


def make_helper(db: Session, *, name: str = "", **values: Any) -> User:
    """A super-user who was invited and said yes."""
    user = make_user(db, Role.SUPER_USER, **values)
    _add(db, Helper(user_id=user.id, name=name, state=HelperState.ACTIVE, invited_at=NOW, state_at=NOW))
    return user

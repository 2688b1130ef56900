"""Rows for tests: each factory fills what the test does not name."""

from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from helpcenter.models import (
    Asker,
    Clip,
    FaqEntry,
    FaqText,
    Question,
    Recording,
    RecordingState,
    RecordingVersion,
    Source,
    Topic,
    User,
)
from helpcenter.permissions import Role

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
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

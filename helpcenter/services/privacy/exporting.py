"""Everything that is kept of a person, as plain values that a program can read, and the names of his files."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Question, QuestionState, User
from helpcenter.services.privacy.places import FILES, PLACES, Person, person_of, written_by

_OF_A_QUESTION = (
    "public_id",
    "title",
    "body",
    "language",
    "state",
    "product",
    "circle",
    "reason",
    "created_at",
    "answered_at",
)


@dataclass(frozen=True, slots=True)
class Export:
    """`data` is made of what JSON knows; `files` are (name, key in the storage)."""

    data: dict[str, Any]
    files: list[tuple[str, str]]


def export(db: Session, user: User, *, now: datetime) -> Export:
    """What is kept of the person: rows by table, without secrets and without other people; and his questions in full."""
    person = person_of(user)
    tables: dict[str, list[dict[str, Any]]] = {}
    for place in PLACES:
        columns = [column for column in place.model.__table__.columns if place.hands_out(column.name)]
        rows = db.execute(
            select(*columns).where(place.mine(person)).order_by(*place.model.__table__.primary_key)
        ).mappings()
        found = [{name: _plain(value) for name, value in row.items()} for row in rows]
        if found:
            tables.setdefault(place.model.__tablename__, []).extend(found)
    data = {"exported_at": now.isoformat(), "questions_asked": _questions(db, person), "tables": tables}
    files = [(name, key) for find in FILES for name, key in find(db, person)]
    return Export(data, files)


def _questions(db: Session, person: Person) -> list[dict[str, Any]]:
    """What he asked himself, with what else he wrote to it."""
    columns = [Question.__table__.columns[name] for name in _OF_A_QUESTION]
    found = select(*columns).where(written_by(person)).order_by(Question.__table__.columns["id"])
    rows = [dict(row) for row in db.execute(found).mappings()]
    for row in rows:
        if row["state"] is not QuestionState.DECLINED:
            del row["reason"]  # what somebody who waits for the same answer wrote is not his
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value

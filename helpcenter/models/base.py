"""What all rows share: the declarative base, column types, public ids."""

import enum
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 12


def new_public_id() -> str:
    """A random name for addresses: 12 characters, 69 bits, no look-alikes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware when given, UTC when read. A naive datetime is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as UTC; naive in the file of SQLite, which knows no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime was given: {value!r}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- its signature
        """The instant, aware, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL keeps the zone with the type."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))


def word(of: type[enum.Enum]) -> Enum:
    """The column type of an enum: its value as a short word, readable in the database."""
    return Enum(of, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON, dict[str, str]: JSON}  # noqa: RUF012 -- SQLAlchemy's own form


class PublicContent:
    """Mixed into rows that public pages show: a change of one makes every cached page stale (see db.py)."""


Id = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[str, mapped_column(String(16), unique=True, default=new_public_id)]
Language = Annotated[str, mapped_column(String(8))]
Title = Annotated[str, mapped_column(String(300))]

__all__ = [
    "Base",
    "Id",
    "Language",
    "Mapped",
    "PublicContent",
    "PublicId",
    "Title",
    "UtcDateTime",
    "new_public_id",
    "word",
]

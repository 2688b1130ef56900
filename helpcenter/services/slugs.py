"""Names for addresses, made from titles."""

import re
import unicodedata
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})
_LONGEST = 80


def slugify(title: str, fallback: str) -> str:
    """The title in ASCII letters, digits and hyphens, cut at a word; `fallback` where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", title.translate(_GERMAN)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    if len(slug) > _LONGEST:
        slug = slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
    return slug or fallback


def unique_slug(db: Session, column: InstrumentedAttribute[str], title: str, fallback: str) -> str:
    """The title's slug, with the first free number behind it where another row has it already."""
    slug = slugify(title, fallback)
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        # Whoever makes the same slug in this moment waits for our end, and then sees our row.
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"{column.class_.__name__}:{slug}"})
    pattern: Any = column.startswith(slug, autoescape=True)
    taken = set(db.scalars(select(column).where(pattern)))
    number, found = 1, slug
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found

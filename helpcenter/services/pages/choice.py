"""What queries for pages share: conditions that stay the same statement whatever is asked for.

SQLAlchemy writes an `IN` anew for each execution, which costs as much as the query itself; these are compiled once.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_
from sqlalchemy.orm import Session

from helpcenter.models import EntryState, FaqEntry, Visibility

Reader = Session | Connection
"""What a page is read from. A session looks for its connection at each query; a page with several takes it once."""

SHOWN = (EntryState.PUBLISHED, EntryState.STALE)
_PLACES = range(len(Visibility))


def published() -> ColumnElement[bool]:
    """Whether an entry is on the site."""
    return or_(*(FaqEntry.state == state for state in SHOWN))


def visible(column: Any, name: str = "visible") -> ColumnElement[bool]:
    """Whether the column holds one of the visibilities given as `name` (see `given`)."""
    return or_(*(column == bindparam(f"{name}_{place}", type_=column.type) for place in _PLACES))


def given(visibilities: Collection[Visibility], name: str = "visible") -> dict[str, Visibility]:
    """The parameters for `visible`; there is at least one visibility, and the places left over repeat it."""
    wanted = list(visibilities)
    return {f"{name}_{place}": wanted[min(place, len(wanted) - 1)] for place in _PLACES}


def watchable(visibilities: Collection[Visibility]) -> set[Visibility]:
    """What may be watched at its address by somebody who may find `visibilities` in lists."""
    return {Visibility.PUBLIC, Visibility.UNLISTED, *visibilities}

"""How helpful readers find an answer, and how sure that is."""

import math
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from helpcenter.models import AuditRow, EditorTask, FaqText, Rating, TaskState

Z: Final = 1.645
"""The share lies with 95 % certainty above the interval's lower end, and with 95 % below its upper end."""
HALF: Final = 0.5


class Share(NamedTuple):
    """How many found it helpful (`yes`), of `number` who said anything."""

    yes: int = 0
    number: int = 0

    @property
    def lower(self) -> float:
        """The share that it has at least; 0 where nobody said anything. Source: Wilson, score interval."""
        return self._wilson(-1)

    @property
    def upper(self) -> float:
        """The share that it has at most; 1 where nobody said anything."""
        return self._wilson(1)

    @property
    def no(self) -> int:
        """How many did not find it helpful."""
        return self.number - self.yes

    def is_bad(self, *, at_least: int) -> bool:
        """Whether it is sure that it helps fewer than half of its readers; never with fewer than `at_least` words about it."""
        return self.number >= at_least and self.upper < HALF

    def _wilson(self, sign: int) -> float:
        if not self.number:
            return 0.0 if sign < 0 else 1.0
        part, squared = self.yes / self.number, Z * Z / self.number
        spread = Z * math.sqrt(part * (1 - part) / self.number + squared / (4 * self.number))
        return (part + squared / 2 + sign * spread) / (1 + squared)


def since(db: Session, entry_id: int) -> datetime | None:
    """Since when the entry is what it is now: written anew, published again after a look, or a task about it done.

    What readers said before that is about another answer.
    """
    latest = (
        select(func.max(FaqText.updated_at)).where(FaqText.entry_id == entry_id),
        select(func.max(AuditRow.at)).where(
            AuditRow.kind == "entry", AuditRow.thing_id == entry_id, AuditRow.action == "publish"
        ),
        select(func.max(EditorTask.closed_at)).where(
            EditorTask.thing == f"entry:{entry_id}", EditorTask.state == TaskState.DONE
        ),
    )
    return max((at for wanted in latest if (at := db.scalar(wanted))), default=None)


def of_entry(db: Session, entry_id: int) -> Share:
    """What readers say of the entry as it is now."""
    wanted = _counted().where(Rating.entry_id == entry_id)
    if at := since(db, entry_id):
        wanted = wanted.where(Rating.at >= at)
    return Share(*db.execute(wanted).one())


def of_clips(db: Session, clip_ids: Collection[int]) -> dict[int, Share]:
    """What those say who saw these clips, by their ids; one of which nobody said anything is not there."""
    if not clip_ids:
        return {}
    wanted = _counted().add_columns(Rating.clip_id).where(Rating.clip_id.in_(clip_ids)).group_by(Rating.clip_id)
    return {clip_id: Share(yes, number) for yes, number, clip_id in db.execute(wanted) if clip_id is not None}


def overall(db: Session, *, after: datetime) -> Share:
    """What all readers said of all answers since then."""
    return Share(*db.execute(_counted().where(Rating.at >= after)).one())


def _counted() -> Select[Any]:
    return select(func.coalesce(func.sum(case((Rating.helpful, 1), else_=0)), 0), func.count(Rating.id))

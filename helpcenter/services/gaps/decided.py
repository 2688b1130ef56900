"""What somebody has decided about gaps, and how much of their evidence came since."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from helpcenter.models import GapItem, GapState, LiveSessionState
from helpcenter.services.sessions.states import AHEAD

_AT_WORK = AHEAD | {LiveSessionState.LIVE}


@dataclass(frozen=True, slots=True)
class Decided:
    """`taken` is in the agenda of a session that is ahead; `seen` is how much there was of what was dismissed, or dealt with."""

    taken: frozenset[str]
    seen: Mapping[str, int]

    def fresh(self, name: str, count: int) -> int:
        """How much of it nobody has decided about."""
        return count - self.seen.get(name, 0)


def decided(db: Session) -> Decided:
    """All decisions that hold. One for a session that was cancelled holds no more."""
    taken: set[str] = set()
    seen: dict[str, int] = {}
    for item in db.scalars(select(GapItem).options(joinedload(GapItem.session)).where(GapItem.withdrawn_at.is_(None))):
        if item.state is GapState.TAKEN and item.session and item.session.state in _AT_WORK:
            taken |= item.seen.keys()
        elif item.state is GapState.DISMISSED or _was_held(item):
            for name, count in item.seen.items():
                seen[name] = max(count, seen.get(name, 0))
    return Decided(frozenset(taken), seen)


def _was_held(item: GapItem) -> bool:
    return item.session is not None and item.session.state not in {LiveSessionState.CANCELLED, LiveSessionState.DRAFT}

"""Whether answers helped."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.models import Rating

REASON_LENGTH: Final = 1000


def rate(db: Session, entry_id: int, clip_id: int | None, *, helpful: bool, reason: str, now: datetime) -> Rating:
    """Keep one reader's word about an entry and the clip that was playing; who said it is not kept."""
    kept = " ".join(reason.replace("\0", "").split())[:REASON_LENGTH]
    rating = Rating(entry_id=entry_id, clip_id=clip_id, helpful=helpful, reason=kept, at=now)
    db.add(rating)
    return rating

"""What visitors did, counted without telling who they were."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Base, Clip, Deflection, FaqEntry, Question

_ID: Final = re.compile(r"[0-9]{1,9}\Z")
_KINDS: Final[dict[str, type[Base]]] = {"entry": FaqEntry, "clip": Clip, "question": Question}


def name_answer(kind: str, thing_id: int) -> str:
    """How a page names an answer that somebody may say he has found; `deflect` reads it."""
    return f"{kind}:{thing_id}"


def deflect(db: Session, answer: str, *, now: datetime) -> Deflection:
    """Count one visitor who was about to ask and says that this answers it. Raises NotFound."""
    kind, _, number = answer.partition(":")
    model = _KINDS.get(kind)
    known = model is not None and _ID.match(number) and db.get(model, int(number)) is not None
    if not known:
        raise NotFound
    row = Deflection(**{f"{kind}_id": int(number)}, at=now)
    db.add(row)
    return row


def deflected(db: Session, *, since: datetime) -> int:
    """How many have found their answer instead of asking, since then."""
    return db.scalar(select(func.count()).select_from(Deflection).where(Deflection.at >= since)) or 0

"""What visitors did, counted without telling who they were."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Base, Clip, Deflection, FaqEntry, Question

_ID: Final = re.compile(r"[0-9]{1,9}\Z")
_KINDS: Final[dict[str, type[Base]]] = {"entry": FaqEntry, "clip": Clip, "question": Question}


def name_answer(kind: str, thing_id: int) -> str:
    """How a page names an answer that somebody may say he has found; `deflect` reads it."""
    return f"{kind}:{thing_id}"


class Deflected(NamedTuple):
    """How many have found their answer instead of asking: who said so, and who left after watching it."""

    explicit: int
    implicit: int


def deflect(db: Session, answer: str, *, explicit: bool = True, now: datetime) -> Deflection:
    """Count one visitor who was about to ask: he says that this answers it, or has watched it and left. Raises NotFound."""
    kind, _, number = answer.partition(":")
    model = _KINDS.get(kind)
    known = model is not None and _ID.match(number) and db.get(model, int(number)) is not None
    if not known:
        raise NotFound
    row = Deflection(**{f"{kind}_id": int(number)}, explicit=explicit, at=now)
    db.add(row)
    return row


def deflected(db: Session, *, since: datetime) -> Deflected:
    """How many have found their answer instead of asking, since then."""
    counted = select(Deflection.explicit, func.count()).where(Deflection.at >= since).group_by(Deflection.explicit)
    found = dict(db.execute(counted).all())
    return Deflected(found.get(True, 0), found.get(False, 0))

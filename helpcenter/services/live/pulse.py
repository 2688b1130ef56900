"""The pulse of a live session: one number that grows whenever viewers or hosts must hear of something."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpcenter.models import LivePulse


def beat(db: Session, session_id: int) -> None:
    """Something changed. Several writers at once each count; the row is locked until the transaction's end."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = insert(LivePulse).values(session_id=session_id, number=1)
    again = {"number": LivePulse.number + 1}
    db.execute(first.on_conflict_do_update(index_elements=["session_id"], set_=again))


def pulse_of(db: Session, session_id: int) -> int:
    """The number as it is now; 0 where nothing has happened yet."""
    return db.scalar(select(LivePulse.number).where(LivePulse.session_id == session_id)) or 0

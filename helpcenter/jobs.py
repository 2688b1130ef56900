"""Doorbells: a service notes which task should look at which row; the queue rings after the commit.

The row is the truth. A doorbell that is lost costs a tick of time, never work.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

ADVANCE_RECORDING: Final = "advance_recording"
SEND_MAIL: Final = "send_mail"
TICK: Final = "tick"
PROJECT_BROADCAST: Final = "project_broadcast"
SEND_REMINDER: Final = "send_reminder"
WATCH_VIDEO: Final = "watch_video"
IMPORT_CHANNEL: Final = "import_channel"
CHECK_CHANNEL: Final = "check_channel"
WATCH_QUESTION: Final = "watch_question"
ASK_SOLVED: Final = "ask_solved"
TELL_NEWS: Final = "tell_news"
ROUTE_QUESTION: Final = "route_question"
MAKE_ATTACHMENT: Final = "make_attachment"
WARN_OF_SHIFT: Final = "warn_of_shift"

_KEY = "doorbells"


@dataclass(frozen=True, slots=True)
class Doorbell:
    """A task's name and the id of the row that it should look at."""

    task: str
    row_id: int | None = None


def defer(db: Session, task: str, row_id: int | None = None) -> None:
    """Ring `task` for the row once this transaction has been committed; the same bell rings once."""
    bells: list[Doorbell] = db.info.setdefault(_KEY, [])
    if (bell := Doorbell(task, row_id)) not in bells:
        bells.append(bell)


def take_deferred(db: Session) -> list[Doorbell]:
    """The doorbells noted in this session so far; they are forgotten by it."""
    bells: list[Doorbell] = db.info.pop(_KEY, [])
    return bells

"""Pictures and short videos that askers send along: taken in, made anew by a worker, seen by few, deleted with their question."""

from helpcenter.services.attachments.making import Claim, Lost, claim, due, note_progress, put_off, refuse, store
from helpcenter.services.attachments.rows import (
    LARGEST,
    MOST,
    Arrival,
    attach,
    check_number,
    find,
    of_question,
    of_ticket,
    receive,
    remove,
    sweep,
)

__all__ = [
    "LARGEST",
    "MOST",
    "Arrival",
    "Claim",
    "Lost",
    "attach",
    "check_number",
    "claim",
    "due",
    "find",
    "note_progress",
    "of_question",
    "of_ticket",
    "put_off",
    "receive",
    "refuse",
    "remove",
    "store",
    "sweep",
]

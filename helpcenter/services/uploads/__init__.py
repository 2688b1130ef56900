"""Recordings that people send, in pieces, so that a broken line costs a piece and not the whole."""

from helpcenter.services.uploads.files import Busy, append, offset_of
from helpcenter.services.uploads.rows import (
    LIFE,
    Details,
    Room,
    begin,
    cancel,
    check_details,
    find,
    finish,
    keep,
    sweep,
    unfinished,
)

__all__ = [
    "LIFE",
    "Busy",
    "Details",
    "Room",
    "append",
    "begin",
    "cancel",
    "check_details",
    "find",
    "finish",
    "keep",
    "offset_of",
    "sweep",
    "unfinished",
]

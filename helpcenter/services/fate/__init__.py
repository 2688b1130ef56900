"""That no question stays without an answer: due dates, reminders, passing on, telling the admins, taking back what fell through."""

from helpcenter.services.fate.adrift import session_of
from helpcenter.services.fate.duty import Duty, duty_of, next_one
from helpcenter.services.fate.gone import reopen_without_answer
from helpcenter.services.fate.overview import Waiting, waiting
from helpcenter.services.fate.watching import Deed, due, watch

__all__ = [
    "Deed",
    "Duty",
    "Waiting",
    "due",
    "duty_of",
    "next_one",
    "reopen_without_answer",
    "session_of",
    "waiting",
    "watch",
]

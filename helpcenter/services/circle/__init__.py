"""The circle of super-users: customers who said yes to helping others, what they see, what they suggest, and what came of it."""

from helpcenter.services.circle.deciding import Given, confirm, given_answer, reject, suggestions_for, waiting
from helpcenter.services.circle.members import (
    NAME_LENGTH,
    TRANSITIONS,
    accept,
    change_role,
    helper_of,
    invite,
    refuse,
    rename,
    resign,
    states,
    withdraw,
)
from helpcenter.services.circle.record import Record, record_of
from helpcenter.services.circle.seeing import find_question, open_questions, open_topics
from helpcenter.services.circle.suggesting import BODY_LENGTH, suggest, take_back

__all__ = [
    "BODY_LENGTH", "NAME_LENGTH", "TRANSITIONS", "Given", "Record", "accept", "change_role", "confirm", "find_question",
    "given_answer", "helper_of", "invite", "open_questions", "open_topics", "record_of", "refuse", "reject", "rename",
    "resign", "states", "suggest", "suggestions_for", "take_back", "waiting", "withdraw",
]  # fmt: skip

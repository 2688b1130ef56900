"""Questions: asked, joined, answered, declined, reopened; who waits for the answer hears of it once."""

from helpcenter.services.questions.answering import answer, decline, reopen
from helpcenter.services.questions.asking import ask, confirm_asker, join, leave, put
from helpcenter.services.questions.assigning import assign
from helpcenter.services.questions.finding import asker_for_key, find_similar, is_theirs, link_for
from helpcenter.services.questions.merging import merge
from helpcenter.services.questions.states import ANSWERED, TRANSITIONS

__all__ = [
    "ANSWERED",
    "TRANSITIONS",
    "answer",
    "ask",
    "asker_for_key",
    "assign",
    "confirm_asker",
    "decline",
    "find_similar",
    "is_theirs",
    "join",
    "leave",
    "link_for",
    "merge",
    "put",
    "reopen",
]

"""Questions: asked, joined, answered, declined, reopened; who waits for the answer hears of it once."""

from helpcenter.services.questions.answering import answer, begin_answer, decline, reopen
from helpcenter.services.questions.asking import ask, confirm_asker, join, leave, put
from helpcenter.services.questions.assigning import assign
from helpcenter.services.questions.figures import Figures, figures
from helpcenter.services.questions.finding import asker_for_key, find, find_similar, is_theirs, link_for, own_asker
from helpcenter.services.questions.merging import merge
from helpcenter.services.questions.solved import (
    Trouble,
    ask_whether_solved,
    due_to_ask,
    read_reason,
    say_solved,
    say_unsolved,
)
from helpcenter.services.questions.states import ANSWERED, TRANSITIONS

__all__ = [
    "ANSWERED",
    "TRANSITIONS",
    "Figures",
    "Trouble",
    "answer",
    "ask",
    "ask_whether_solved",
    "asker_for_key",
    "assign",
    "begin_answer",
    "confirm_asker",
    "decline",
    "due_to_ask",
    "figures",
    "find",
    "find_similar",
    "is_theirs",
    "join",
    "leave",
    "link_for",
    "merge",
    "own_asker",
    "put",
    "read_reason",
    "reopen",
    "say_solved",
    "say_unsolved",
]

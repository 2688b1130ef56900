"""Questions: asked, joined, answered, declined, reopened; who waits for the answer hears of it once."""

from helpcenter.services.questions.answering import answer, begin_answer, decline, reopen, take_up_again
from helpcenter.services.questions.asking import ask, confirm_asker, join, leave, put, share
from helpcenter.services.questions.assigning import assign
from helpcenter.services.questions.figures import Figures, figures
from helpcenter.services.questions.finding import (
    asker_for_key,
    find,
    find_similar,
    has_written,
    is_theirs,
    link_for,
    own_asker,
)
from helpcenter.services.questions.holding import Held, Manner, is_shown, release
from helpcenter.services.questions.merging import merge
from helpcenter.services.questions.sending import Draft, forget_old, keep_once, network_of, once, send, words_of
from helpcenter.services.questions.solved import (
    Trouble,
    ask_whether_solved,
    due_to_ask,
    read_reason,
    read_trouble,
    say_solved,
    say_unsolved,
)
from helpcenter.services.questions.states import ANSWERED, TRANSITIONS, root_of
from helpcenter.services.questions.twins import Twins, keep_apart, merge_twins, proposed_merges, twins_of

__all__ = [
    "ANSWERED",
    "TRANSITIONS",
    "Draft",
    "Figures",
    "Held",
    "Manner",
    "Trouble",
    "Twins",
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
    "forget_old",
    "has_written",
    "is_shown",
    "is_theirs",
    "join",
    "keep_apart",
    "keep_once",
    "leave",
    "link_for",
    "merge",
    "merge_twins",
    "network_of",
    "once",
    "own_asker",
    "proposed_merges",
    "put",
    "read_reason",
    "read_trouble",
    "release",
    "reopen",
    "root_of",
    "say_solved",
    "say_unsolved",
    "send",
    "share",
    "take_up_again",
    "twins_of",
    "words_of",
]

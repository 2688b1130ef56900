"""Questions: asked, joined, answered, declined, reopened; who waits for the answer hears of it once."""

from helpcenter.services.questions.answering import answer, decline, reopen
from helpcenter.services.questions.asking import ask, confirm_asker, join, leave, put, share
from helpcenter.services.questions.finding import asker_for_key, find_similar, is_theirs, link_for
from helpcenter.services.questions.holding import Held, Manner, is_shown, release
from helpcenter.services.questions.merging import merge
from helpcenter.services.questions.sending import Draft, forget_old, keep_once, network_of, once, send, words_of
from helpcenter.services.questions.states import ANSWERED, TRANSITIONS
from helpcenter.services.questions.twins import Twins, keep_apart, merge_twins, proposed_merges, twins_of

__all__ = [
    "ANSWERED",
    "TRANSITIONS",
    "Draft",
    "Held",
    "Manner",
    "Twins",
    "answer",
    "ask",
    "asker_for_key",
    "confirm_asker",
    "decline",
    "find_similar",
    "forget_old",
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
    "proposed_merges",
    "put",
    "release",
    "reopen",
    "send",
    "share",
    "twins_of",
    "words_of",
]

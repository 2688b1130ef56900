"""Answers to a question: written, or recorded for it, given once, and made an entry with one click."""

from helpcenter.services.answers.finding import draft_of, find, given, history, newest
from helpcenter.services.answers.giving import correct, give
from helpcenter.services.answers.inserting import Piece, insert, piece_named, pieces_for
from helpcenter.services.answers.publishing import make_entry
from helpcenter.services.answers.recording import arrived, expect
from helpcenter.services.answers.states import TRANSITIONS
from helpcenter.services.answers.writing import keep_draft

__all__ = [
    "TRANSITIONS",
    "Piece",
    "arrived",
    "correct",
    "draft_of",
    "expect",
    "find",
    "give",
    "given",
    "history",
    "insert",
    "keep_draft",
    "make_entry",
    "newest",
    "piece_named",
    "pieces_for",
]

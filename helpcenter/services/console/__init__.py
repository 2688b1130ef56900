"""The host's console of a live session: its commands, its desk, its marks, and what its page shows."""

from helpcenter.services.console.answering import answer, close, done, off_record, on_record, skip, topic
from helpcenter.services.console.commands import (
    abort,
    end,
    end_unless_ending,
    go_live,
    insist,
    rehearse,
    retry,
    start_over,
)
from helpcenter.services.console.deeds import undo
from helpcenter.services.console.desk import Desk, find_item, find_question, read_desk
from helpcenter.services.console.marking import mark, markers_of
from helpcenter.services.console.notes import write_notes
from helpcenter.services.console.planning import drop, move, take_on
from helpcenter.services.console.press import Press
from helpcenter.services.console.showing import Command, ConsoleView, Light, StreamSettings, view
from helpcenter.services.console.waiting import Row

__all__ = [
    "Command", "ConsoleView", "Desk", "Light", "Press", "Row", "StreamSettings", "abort", "answer", "close", "done", "drop",
    "end", "end_unless_ending", "find_item", "find_question", "go_live", "insist", "mark", "markers_of", "move",
    "off_record", "on_record", "read_desk", "rehearse", "retry", "skip", "start_over", "take_on", "topic", "undo", "view",
    "write_notes",
]  # fmt: skip

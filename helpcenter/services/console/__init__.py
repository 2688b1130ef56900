"""The host's console of a live session: its commands, its markers, and what its page shows."""

from helpcenter.services.console.commands import abort, end, go_live, insist, rehearse, retry, start_over
from helpcenter.services.console.marking import mark, markers_of, unmark
from helpcenter.services.console.showing import Command, ConsoleView, Light, StreamSettings, view

__all__ = [
    "Command",
    "ConsoleView",
    "Light",
    "StreamSettings",
    "abort",
    "end",
    "go_live",
    "insist",
    "mark",
    "markers_of",
    "rehearse",
    "retry",
    "start_over",
    "unmark",
    "view",
]

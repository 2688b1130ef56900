"""Warnings about lines, a few of them: a file with ten thousand broken lines needs no ten thousand sentences."""

from helpcenter.errors import N_, Message

BROKEN_TIMES = N_("The times in line %(line)d cannot be read; that caption was left out.")
FEW = 10


class Warnings:
    """Collects warnings that name a line; beyond the first ten it only counts."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._more = 0

    def add(self, text: str, line: int) -> None:
        """Note the sentence `text`, which has a place %(line)d."""
        if len(self._messages) < FEW:
            self._messages.append(Message(text, {"line": line}))
        else:
            self._more += 1

    def messages(self) -> tuple[Message, ...]:
        """All that was noted, in order."""
        if not self._more:
            return tuple(self._messages)
        return (*self._messages, Message(N_("The same is true of %(count)d more."), {"count": self._more}))

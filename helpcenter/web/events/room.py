"""One live session that somebody watches: its board, and what each viewer lacks, written once per language for all of them."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Lock
from typing import Final

from helpcenter.services.pages import Board, Item

AT_ONCE: Final = 100
BREATH: Final = 0.02
"""So many streams are woken at once, and so many seconds lie between."""
Render = Callable[[str, Item], str]
"""An item as a piece of HTML in a language."""


@dataclass(slots=True)
class _Standing:
    """An item, and the numbers of the pulse at which it and its votes changed last."""

    item: Item
    changed: int
    voted: int


@dataclass(slots=True)
class Room:
    """The board of a session as this process knows it. `edition` grows with each change; whoever waits is woken by it.

    What a viewer lacks is derived from the number that he has, not kept for him: a slow one skips what is old, and holds up
    nobody. `listeners` counts the streams; `used` and `read_at` are instants of the monotonic clock.
    """

    session_id: int
    render: Render
    board: Board
    read_at: float
    used: float
    changed_at: float = 0.0
    edition: int = 0
    listeners: int = 0
    over: bool = False
    woken: Condition = field(default_factory=Condition)
    _first: int = 0
    _items: dict[str, _Standing] = field(default_factory=dict)
    _dropped: dict[str, int] = field(default_factory=dict)
    _pieces: dict[tuple[str, str], tuple[Item, str]] = field(default_factory=dict)
    _messages: dict[tuple[str, int | None], bytes] = field(default_factory=dict)
    _writing: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        number = self.board.number
        self._first = number
        self._items = {item.id: _Standing(item, number, number) for item in self.board.items}

    def differs(self, board: Board) -> bool:
        """Whether its audience would see anything new in this one."""
        return _facts(board) != _facts(self.board) or board.items != self.board.items

    def take(self, board: Board, at: float) -> bool:
        """The board as it has been read now; whether anything is new, and then everybody who waits is woken."""
        same = not self.differs(board)
        with self._writing:
            self.read_at = at
            before, self.board = self.board, board
            if not same:
                self._note(before, board)
            if same and before.number == board.number:
                return False
            self._messages.clear()
        if same:
            return False
        self.edition += 1
        self.changed_at = at
        self._wake()
        return True

    def _wake(self) -> None:
        """Wake them one after the other: hundreds of threads that want to write at once keep all else waiting."""
        for _ in range(0, self.listeners - AT_ONCE, AT_ONCE):
            with self.woken:
                self.woken.notify(AT_ONCE)
            time.sleep(BREATH)
        with self.woken:
            self.woken.notify_all()

    def close(self) -> None:
        """Send everybody home: the process ends."""
        with self.woken:
            self.over = True
            self.woken.notify_all()

    def wait(self, edition: int, seconds: float) -> bool:
        """Wait for another edition than this one, for so many seconds at most; whether there is one."""
        with self.woken:
            return self.woken.wait_for(lambda: self.over or self.edition != edition, seconds)

    def message(self, language: str, since: int | None) -> bytes:
        """What somebody lacks who has everything up to the pulse `since` (None: nothing), as JSON.

        {"number", "stage", "hush", "topic", "all", "put": {id: {"html", "place", "pinned", "answered", "asked", "votes"}},
        "drop": [id], "votes": {id: number}}; with "all", what is not in "put" is gone.
        """
        with self._writing:
            if since is not None and not self._first <= since <= self.board.number:
                since = None  # from before our time, or another database's
            key = (language, since)
            if key not in self._messages:
                self._messages[key] = self._write(language, since)
            return self._messages[key]

    def etag(self, language: str) -> str:
        """Names what `message(language, None)` says now."""
        return f"{self.board.number}-{self.board.stage}-{int(self.board.off_record)}-{language}"

    def _note(self, before: Board, board: Board) -> None:
        number = board.number
        for item in board.items:
            known = self._items.get(item.id)
            if known is None:
                self._items[item.id] = _Standing(item, number, number)
                self._dropped.pop(item.id, None)
            elif known.item != item:
                votes_alone = known.item._replace(votes=item.votes) == item
                self._items[item.id] = _Standing(item, known.changed if votes_alone else number, number)
        for gone in {item.id for item in before.items} - {item.id for item in board.items}:
            del self._items[gone]
            self._dropped[gone] = number

    def _write(self, language: str, since: int | None) -> bytes:
        standing = self._items.values()
        new = [one.item for one in standing if since is None or one.changed > since]
        voted = [one.item for one in standing if since is not None and one.changed <= since < one.voted]
        board = self.board
        said = {
            "number": board.number,
            "stage": board.stage,
            "hush": board.off_record,
            "topic": board.topic,
            "all": since is None,
            "put": {item.id: self._put(language, item) for item in new},
            "drop": [] if since is None else [one for one, number in self._dropped.items() if number > since],
            "votes": {item.id: item.votes for item in voted},
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def _put(self, language: str, item: Item) -> dict[str, object]:
        kept = self._pieces.get((language, item.id))
        bare = item._replace(votes=0)  # the number is written by the script, so votes make no new piece
        if kept is None or kept[0] != bare:
            kept = self._pieces[language, item.id] = (bare, self.render(language, item))
        return {"html": kept[1], **facts_of(item)}


def facts_of(item: Item) -> dict[str, object]:
    """What the page's script needs to know of an item to put it in its place."""
    return {
        "place": item.place, "pinned": item.pinned, "answered": item.answered, "asked": item.asked, "votes": item.votes,
    }  # fmt: skip


def _facts(board: Board) -> tuple[object, ...]:
    return (board.stage, board.off_record, board.topic, board.open, board.visibility, board.announced)

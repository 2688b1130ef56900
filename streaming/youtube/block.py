"""Our blocks in a description on the platform: what stands between two fences is ours, all else is somebody else's.

A video has at most two blocks: ABOUT says what the session is and holds the line with its marker
(`update_broadcast` writes it), CHAPTERS is written when the recording is out (`update_description` writes it).

    Somebody's own words.

    ┌────
    Ask the people who build it.
    Ref: qa-7F3K2
    └────
"""

from enum import Enum
from typing import Final

from streaming.errors import Rejected

LIMIT: Final = 5000
"""UTF-8 bytes of a description."""

REFUSED: Final = str.maketrans("", "", "<>")
"""YouTube refuses a description with angle brackets, wherever they stand."""


class Fence(Enum):
    """The first and the last line of a block. Two different lines, so that one that is left over swallows nobody's words."""

    ABOUT = ("┌────", "└────")
    CHAPTERS = ("╔════", "╚════")


def with_block(description: str, block: str, *, fence: Fence = Fence.CHAPTERS) -> str:
    """The description with this block in place of the old one, or at the end; an empty block takes the old one away.

    Angle brackets are left out of the block. Raises Rejected ("invalidDescription") above LIMIT.
    """
    result = _joined(description, block, fence)
    if len(result.encode()) > LIMIT:
        raise Rejected(f"the description would be longer than {LIMIT} bytes", reason="invalidDescription")
    return result


def room(description: str, *, fence: Fence = Fence.CHAPTERS) -> int:
    """How many UTF-8 bytes a block may have in this description, in place of the one that is there."""
    return max(0, LIMIT + 1 - len(_joined(description, "x", fence).encode()))


def _joined(description: str, block: str, fence: Fence) -> str:
    lines = _lines(description)
    span = _span(lines, fence)
    body = _lines(without_fences(block).translate(REFUSED).strip())
    if span is None and not body:
        return description
    start, end = span or (len(lines), len(lines))
    ours = [fence.value[0], *body, fence.value[1]] if body else []
    before, after = "\n".join(lines[:start]).rstrip(), "\n".join(lines[end:]).strip()
    return "\n\n".join(part for part in (before, "\n".join(ours), after) if part.strip())


def block_of(description: str, *, fence: Fence = Fence.CHAPTERS) -> str | None:
    """What stands in this block, without its fence; None where there is no such block."""
    lines = _lines(description)
    span = _span(lines, fence)
    return None if span is None else "\n".join(lines[span[0] + 1 : span[1] - 1])


def without_fences(text: str) -> str:
    """The text without the lines of any fence; what stood between them stays."""
    marks = {mark for fence in Fence for mark in fence.value}
    return "\n".join(line for line in _lines(text) if line.strip() not in marks)


def marker_line(marker: str) -> str:
    """The line by which `find_broadcasts` knows a broadcast as ours."""
    return f"Ref: {marker}"


def holds_marker(description: str, marker: str) -> bool:
    """Whether a line is the marker, alone or after one word; a sentence that mentions it does not count."""
    return any(words[-1] == marker and len(words) <= 2 for words in map(str.split, _lines(description)) if words)  # noqa: PLR2004


def _lines(text: str) -> list[str]:
    # Not splitlines(): it would also break at characters that people may well have in a line.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if text else []


def _span(lines: list[str], fence: Fence) -> tuple[int, int] | None:
    """First line of the block and the line after its last. An opening line that somebody doubled counts from the later one."""
    first, last = fence.value
    start = None
    for index, line in enumerate(lines):
        if line.strip() == first:
            start = index
        elif line.strip() == last and start is not None:
            return start, index + 1
    return None

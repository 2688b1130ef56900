"""The list by which browsers play a session while it runs, and play back in it. Source: RFC 8216, HLS."""

import math
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from streaming.local.segments import Segment
from streaming.local.stretches import Stretch, kept, within


def playlist(
    segments: Sequence[Segment],
    *,
    begins: datetime,
    ends: datetime | None,
    hidden: Sequence[Stretch],
    over: bool,
    address: Callable[[Segment], str],
    init_address: Callable[[Segment], str],
) -> str:
    """All segments from `begins` to `ends`, as gaps those that are not kept; `over`: nothing more comes.

    Each segment keeps its place in the list, so that a player that reads it again goes on where it was.
    """
    listed = within(segments, begins=begins, ends=ends)
    shown = set(kept(listed, begins=begins, ends=ends, hidden=hidden))
    longest = math.ceil(max((one.duration for one in listed), default=2.0))
    head = [
        "#EXTM3U", "#EXT-X-VERSION:8", f"#EXT-X-TARGETDURATION:{longest}", "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]  # fmt: skip
    lines = [line for one in _lines(listed, shown, address, init_address) for line in one]
    return "\n".join([*head, *lines, *(["#EXT-X-ENDLIST"] if over else []), ""])


def _lines(
    listed: Sequence[Segment],
    shown: AbstractSet[Segment],
    address: Callable[[Segment], str],
    init_address: Callable[[Segment], str],
) -> Iterator[list[str]]:
    take = ""
    for one in listed:
        lines = []
        if one.take_id != take:
            lines += ["#EXT-X-DISCONTINUITY"] if take else []
            lines += [f'#EXT-X-MAP:URI="{init_address(one)}"']
            take = one.take_id
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{one.start.isoformat(timespec='milliseconds')}")
        lines += ["#EXT-X-GAP"] if one not in shown else []
        yield [*lines, f"#EXTINF:{one.duration:.3f},", address(one)]

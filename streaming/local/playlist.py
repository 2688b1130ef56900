"""The list by which browsers play a session while it runs, and play back in it. Source: RFC 8216, HLS."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from streaming.local.segments import Segment
from streaming.local.stretches import Stretch, is_hidden, kept


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
    """All segments from `begins` to `ends`, those off the record as gaps; `over`: nothing more comes.

    Each segment keeps its place in the list, so that a player that reads it again goes on where it was.
    """
    listed = kept(segments, begins=begins, ends=ends, hidden=())
    longest = math.ceil(max((one.duration for one in listed), default=2.0))
    head = [
        "#EXTM3U", "#EXT-X-VERSION:8", f"#EXT-X-TARGETDURATION:{longest}", "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]  # fmt: skip
    lines = [line for one in _lines(listed, hidden, address, init_address) for line in one]
    return "\n".join([*head, *lines, *(["#EXT-X-ENDLIST"] if over else []), ""])


def _lines(
    listed: Sequence[Segment],
    hidden: Sequence[Stretch],
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
        lines += ["#EXT-X-GAP"] if is_hidden(one, hidden) else []
        yield [*lines, f"#EXTINF:{one.duration:.3f},", address(one)]

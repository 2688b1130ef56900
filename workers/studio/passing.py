"""One relay: finished segments become FLV again, and are sent to another platform's server, in a thread of its own.

ffmpeg makes the FLV, in a box without a network; we send it ourselves. So the key is in no process's arguments and in no file,
and whatever befalls ffmpeg, the line or the other server, the archive is only ever read.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Condition, Thread
from typing import Final

import structlog

from streaming.local.archive import Segment
from streaming.local.notes import RelayNote, RelayState, note_relay
from streaming.local.stretches import Stretch, is_hidden
from streaming.rtmp.push import Push, PushFailed, Target
from streaming.rtmp.tags import TagReader
from workers.media.ffmpeg import Tools
from workers.media.live.remuxer import RemuxEnded, Remuxer

log = structlog.get_logger(__name__)
LATE: Final = timedelta(seconds=20)
"""What is older is passed over: whoever watches there wants to see what is now."""
IDLE: Final = 15.0
"""Seconds without a segment after which we hang up."""
LAST: Final = 10.0
"""Seconds for the end of a take to come out."""
STEADY: Final = 30.0
LONGEST: Final = 30.0
_TURN: Final = 0.2
KILLED: Final = "ffmpeg"
"""The error of a relay whose ffmpeg has died."""


class Passing(Thread):
    """Passes on what is offered, until told to end; comes back by itself after every failure, a little later each time."""

    def __init__(self, tools: Tools, target: Target, folder: Path, *, clock: Callable[[], datetime]) -> None:
        super().__init__(name=f"relay {folder.name}", daemon=True)
        self.last = ("", -1)
        self.pid: int | None = None
        self._tools, self._target, self._folder, self._clock = tools, target, folder, clock
        self._offered: deque[Segment] = deque()
        self._change = Condition()
        self._ending = False
        self._note: RelayNote | None = None

    def offer(self, segments: Sequence[Segment], *, hidden: Sequence[Stretch]) -> None:
        """Pass these on, in this order, after those before; none that touches a hidden stretch."""
        with self._change:
            self._offered = deque(one for one in (*self._offered, *segments) if not is_hidden(one, hidden))
            self._change.notify()

    def end(self) -> None:
        """End soon; `join` waits for it."""
        with self._change:
            self._ending = True
            self._change.notify()

    def run(self) -> None:
        """See the class."""
        pause = 1.0
        while self._wait_for_something():
            began = time.monotonic()
            try:
                self._pass_on()
                continue
            except PushFailed as failed:
                self._tell(RelayState.FAILING, failed.trouble.value)
            except RemuxEnded:
                self._tell(RelayState.FAILING, KILLED)
            except Exception:
                log.exception("a relay failed", broadcast=self._folder.name)
                self._tell(RelayState.FAILING, KILLED)
            pause = 1.0 if time.monotonic() - began > STEADY else min(pause * 2, LONGEST)
            self._sleep(pause)

    def _wait_for_something(self) -> bool:
        """Whether there is something to be sent, once there is; False at the end."""
        while self._head() is None and not self._ending:
            with self._change:
                self._change.wait(1.0)
        return not self._ending

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        with self._change:
            while not self._ending and (left := until - time.monotonic()) > 0:
                self._change.wait(left)

    def _head(self) -> Segment | None:
        """The next segment that is worth sending."""
        with self._change:
            while self._offered and self._offered[0].end < self._clock() - LATE:
                self._offered.popleft()
            return self._offered[0] if self._offered else None

    def _taken(self, segment: Segment) -> bool:
        """Take it off the list; False where it has been hidden since."""
        with self._change:
            if not self._offered or self._offered[0] is not segment:
                return False
            self._offered.popleft()
            return True

    def _pass_on(self) -> None:
        """One take, or as much of it as comes without a break. Raises PushFailed, RemuxEnded."""
        if self._note is None or self._note.state is not RelayState.FAILING:
            self._tell(RelayState.CONNECTING)
        with Push(self._target) as push, closing(_Line(self._tools, push)) as line:
            self.pid = line.pid
            heard, take_id = time.monotonic(), ""
            while not self._ending:
                head = self._head()
                if head is not None and take_id not in {"", head.take_id}:
                    break
                if head is not None and line.hungry and self._taken(head):
                    line.give(head, first=not take_id)
                    heard, take_id = time.monotonic(), head.take_id
                if line.turn():
                    self._tell(RelayState.CONNECTED)
                if time.monotonic() - heard > IDLE:
                    break
            line.finish()
        self._tell(RelayState.WAITING)

    def _tell(self, state: RelayState, error: str = "") -> None:
        """Write it down where it is new; since when it has been so stays while only the reason changes."""
        before = self._note
        if before is not None and (before.state, before.error) == (state, error):
            return
        since = before.since if before is not None and before.state is state else self._clock()
        self._note = RelayNote(state, since, error)
        log.info("a relay", broadcast=self._folder.name, state=state.value, error=error)
        with suppress(OSError):  # a full disk or a deleted archive is told elsewhere
            note_relay(self._folder, self._note)


class _Line:
    """ffmpeg and the connection behind it."""

    def __init__(self, tools: Tools, push: Push) -> None:
        self._push = push
        self._remuxer = Remuxer(tools)
        self._tags = TagReader()
        self.pid = self._remuxer.pid

    @property
    def hungry(self) -> bool:
        return self._remuxer.hungry

    def give(self, segment: Segment, *, first: bool) -> None:
        """The segment, after what comes before each where it is the first one."""
        with suppress(FileNotFoundError):  # the archive was deleted; then nothing comes any more
            self._remuxer.give((segment.init.read_bytes() if first else b"") + segment.path.read_bytes())

    def turn(self) -> bool:
        """Move things on for a moment; whether something was sent. Raises PushFailed, RemuxEnded."""
        found = self._tags.feed(self._remuxer.turn(_TURN))
        for tag in found:
            self._push.send(tag)
        return bool(found)

    def finish(self) -> None:
        """Send what is still to come out of ffmpeg."""
        until = time.monotonic() + LAST
        while not self._remuxer.hungry and time.monotonic() < until:
            self.turn()
        self._remuxer.no_more()
        with suppress(RemuxEnded):
            while time.monotonic() < until:
                self.turn()

    def close(self) -> None:
        """Leave nothing running."""
        self._remuxer.stop()

"""Each take becomes segments: by one process alone, again after a crash, and to its very end."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Final

import structlog

from helpcenter.ports import Ports
from streaming.local.archive import Archive
from streaming.local.takes import Take
from workers.media.ffmpeg import Tools, find_tools
from workers.media.live.segmenter import Segmenter, tracks_of

log = structlog.get_logger(__name__)
SILENT: Final = timedelta(minutes=10)
"""A take that has been silent for so long has ended; who comes back begins another.

A host's browser whose line is cut keeps what it records, and sends it into the same take when the line is back.
"""
DEATHS: Final = 3
"""So often a take may kill its ffmpeg at one place before it is given up; one that gets on may be killed as often as it likes."""
BROKEN: Final = "badContainer"
"""The problem of a take that cannot be read."""
_LAST_WORDS: Final = 20.0
_MOMENT: Final = 10**9
_STUCK: Final = 5.0
"""Seconds after which a take is tried again that could not be worked on, mostly for a full disk."""


@dataclass
class _Running:
    """A take that this process works on, and the lock that keeps others away."""

    take: Take
    lock: IO[bytes]
    segmenter: Segmenter | None = None
    deaths: int = 0
    died_at: int = -1
    ending_since: float | None = None
    again_at: float = field(default=0.0)


class Segmenting:
    """Looks for takes that are to become segments, and feeds them to ffmpeg."""

    def __init__(self, ports: Ports) -> None:
        self._root, self._clock, self._settings = ports.settings.live_root, ports.clock, ports.settings
        self._running: dict[str, _Running] = {}
        # Archives all of whose takes are finished, and when another take was made in them last: of many, one is running.
        self._over: dict[str, int] = {}

    def start(self) -> None:
        """Nothing has to be ready."""
        self._root.mkdir(parents=True, exist_ok=True)

    def step(self) -> None:
        """Take new takes up, feed those that run, end those that are over."""
        for take in self._unfinished():
            with suppress(OSError):  # a full disk, or an archive that is deleted at this moment
                if str(take.folder) not in self._running and (lock := _locked(take)) is not None:
                    self._running[str(take.folder)] = _Running(take, lock)
        for running in list(self._running.values()):
            try:
                self._work(running)
            except FileNotFoundError:
                self._drop(running)  # its archive was deleted
            except OSError as error:  # nobody else's take suffers
                log.warning("a take cannot be worked on", take=str(running.take.folder), why=str(error))
                self._let_go(running)
                running.again_at = time.monotonic() + _STUCK

    def stop(self) -> None:
        """End every ffmpeg; whoever starts next feeds again from the first chunk."""
        for running in list(self._running.values()):
            self._drop(running)

    def _unfinished(self) -> Iterator[Take]:
        for folder in self._root.glob("*/takes"):
            with suppress(ValueError, FileNotFoundError):  # no archive of ours; one that is deleted at this moment
                changed = folder.stat().st_mtime_ns
                if self._over.get(str(folder)) == changed:
                    continue
                takes = Archive(self._root, folder.parent.name).takes()
                unfinished = [take for take in takes if not take.finished]
                # A take whose folder is just being made is none yet; and within a moment, a change does not show.
                if not unfinished and len(takes) == len(list(folder.iterdir())) and time.time_ns() - changed > _MOMENT:
                    self._over[str(folder)] = changed
                yield from unfinished

    def _work(self, running: _Running) -> None:
        take, now = running.take, self._clock()
        if not take.closed and now - (take.last_seen or take.opened_at) > SILENT:
            take.close(now=now)
        if running.segmenter is None:
            if time.monotonic() < running.again_at:
                return
            if not take.count():
                self._finish(running) if take.closed else None
                return
            running.segmenter = Segmenter(self._tools(), take)
        self._feed(running, running.segmenter)

    def _feed(self, running: _Running, segmenter: Segmenter) -> None:
        take = running.take
        status = segmenter.poll()
        with suppress(BrokenPipeError):
            segmenter.feed()
        if not take.tracks:
            take.keep_init()
            take.note_tracks(tracks_of(take))
        if status is not None:
            self._ended(running, segmenter, status)
        elif take.closed and segmenter.drained and running.ending_since is None:
            segmenter.end()
            running.ending_since = time.monotonic()
        elif running.ending_since is not None and time.monotonic() - running.ending_since > _LAST_WORDS:
            segmenter.stop()

    def _ended(self, running: _Running, segmenter: Segmenter, status: int) -> None:
        well = status == 0 and running.ending_since is not None
        if not well:
            log.warning("ffmpeg ended", take=running.take.id, status=status, said=segmenter.complaint[-300:])
        self._let_go(running)
        if well:
            self._finish(running)
            return
        got_to = sum(1 for _ in running.take.segments())
        running.deaths = 1 if got_to > running.died_at else running.deaths + 1
        running.died_at = got_to
        if running.deaths >= DEATHS:
            running.take.note_problem(BROKEN)
            running.take.close(now=self._clock())
            self._finish(running)
            return
        running.again_at = time.monotonic() + 2.0 ** (running.deaths - 1) / 2

    def _finish(self, running: _Running) -> None:
        running.take.finish()
        self._drop(running)

    def _let_go(self, running: _Running) -> None:
        if running.segmenter is not None:
            running.segmenter.stop()
        running.segmenter, running.ending_since = None, None

    def _drop(self, running: _Running) -> None:
        self._let_go(running)
        running.lock.close()
        self._running.pop(str(running.take.folder), None)

    def _tools(self) -> Tools:
        return find_tools(ffmpeg_binary=self._settings.ffmpeg_binary or None, sandbox=self._settings.sandbox)


def _locked(take: Take) -> IO[bytes] | None:
    """The lock of the take, which the kernel frees when we die; None where another process has it."""
    with ExitStack() as stack:
        lock = stack.enter_context((take.folder / "lock").open("wb"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        stack.pop_all()
        return lock

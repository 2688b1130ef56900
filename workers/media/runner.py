"""The one place that runs a program on foreign media: limits, progress, an end for every process, errors in words."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from helpcenter.errors import N_, HelpCenterError, NotConfigured, StorageFull, UnusableMedia
from workers.media import sandbox
from workers.media.ffmpeg import MISSING, Tools
from workers.media.sandbox import Limits, Program

Progress = Callable[[float], None]

TAIL = 16_000
STDOUT_LIMIT = 64 << 20
GRACE = 2.0
_COMMON = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-y", "-progress", "pipe:1"]

_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_NO_MEMORY = ("Cannot allocate memory", "MemoryError", "out of memory")
# A shell's way of telling by which signal a program ended; bubblewrap tells it the same way.
_BY_SIGNAL = 128


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went: the end of what it said, its CPU and wall seconds, and what it printed."""

    stderr_tail: str
    cpu_seconds: float
    wall_seconds: float
    stdout: bytes = b""


def run(
    tools: Tools,
    stream_or_args: Any,
    *,
    inputs: list[Path],
    out_dir: Path,
    duration: float | None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Run an ffmpeg graph (of ffmpeg-python, or its arguments) over `inputs` into `out_dir`.

    `duration` (seconds of media to be worked through) sets the time limit and what `progress`, 0 to 1, is measured by.
    Raises UnusableMedia (broken, or stopped at a limit), StorageFull, NotConfigured. Exit status 0 is not yet success:
    callers look at what was written.
    """
    arguments = stream_or_args if isinstance(stream_or_args, list) else stream_or_args.get_args()
    _check(arguments)
    program = sandbox.ffmpeg_program(tools.ffmpeg, [*_COMMON, *arguments])
    watch = _ProgressLines(duration, progress)
    result = execute(
        tools, program, inputs=inputs, out_dir=out_dir, duration=duration, limits=limits, on_output=watch.feed
    )
    watch.finish()
    return result


def run_python(tools: Tools, script: Path, arguments: list[str], *, inputs: list[Path], limits: Limits) -> RunResult:
    """Run one of our own scripts (see `sandbox.python_program`) over `inputs`; it can write nothing but its output."""
    program = sandbox.python_program(script, arguments)
    return execute(tools, program, inputs=inputs, out_dir=None, duration=None, limits=limits)


def execute(
    tools: Tools,
    program: Program,
    *,
    inputs: list[Path],
    out_dir: Path | None,
    duration: float | None,
    limits: Limits | None = None,
    on_output: Callable[[bytes], None] | None = None,
) -> RunResult:
    """Run `program` in a box; without `on_output` its output is kept, up to 64 MiB."""
    limits = limits or Limits()
    wall = limits.wall(duration)
    limited = sandbox.prlimit(limits, wall)
    with sandbox.boxed(program, inputs, out_dir, walls=tools.sandbox, limited=limited) as box:
        try:
            process = subprocess.Popen(  # noqa: S603 -- fixed arguments, see _check
                box.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=box.cwd, env=box.env, start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise NotConfigured(MISSING) from error
        run = _Run(process, deadline=time.monotonic() + wall, on_output=on_output)
        status = run.until_end()
    result = RunResult(run.tail.decode(errors="replace"), run.cpu, run.wall, bytes(run.kept))
    if run.timed_out:
        raise UnusableMedia(_TOO_SLOW, minutes=round(wall / 60, 1))
    if status != 0:
        _fail(status, result.stderr_tail)
    return result


def _check(arguments: list[str]) -> None:
    """Refuse a graph whose inputs were not made by `ffmpeg.source`."""
    for flag, value in pairwise(arguments):
        if flag == "-i" and not (value.startswith("file:in") and value.removeprefix("file:in").isdigit()):
            message = f"not an input of ours: {value}"
            raise ValueError(message)
    if arguments.count("-i") != arguments.count("-format_whitelist"):
        message = "an input without whitelists"
        raise ValueError(message)


class _Run:
    """One running process: its output is drained, and nothing of it is left when `until_end` returns."""

    def __init__(
        self, process: subprocess.Popen[bytes], *, deadline: float, on_output: Callable[[bytes], None] | None
    ) -> None:
        self.process = process
        self.deadline = deadline
        self.on_output = on_output
        self.started = time.monotonic()
        self.tail = b""
        self.kept = bytearray()
        self.cpu = 0.0
        self.wall = 0.0
        self.timed_out = False

    def until_end(self) -> int:
        """The exit status, once it is over or was stopped at its deadline."""
        try:
            self._drain()
            status = self._reap(self.deadline)
            if status is None:
                self.timed_out = True
        finally:
            ended = self._stop()
            self.wall = time.monotonic() - self.started
            for pipe in (self.process.stdout, self.process.stderr):
                if pipe is not None:
                    pipe.close()
        return ended if status is None else status

    def _drain(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ, self._take_output)
            selector.register(self.process.stderr, selectors.EVENT_READ, self._take_complaint)
            while selector.get_map() and (left := self.deadline - time.monotonic()) > 0:
                for key, _ in selector.select(min(left, 1.0)):
                    data = os.read(key.fd, 65536)
                    if data:
                        key.data(data)
                    else:
                        selector.unregister(key.fileobj)

    def _take_output(self, data: bytes) -> None:
        if self.on_output is not None:
            self.on_output(data)
        elif len(self.kept) < STDOUT_LIMIT:
            self.kept += data

    def _take_complaint(self, data: bytes) -> None:
        self.tail = (self.tail + data)[-TAIL:]

    def _reap(self, deadline: float) -> int | None:
        pause = 0.001
        while self.process.returncode is None:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu = usage.ru_utime + usage.ru_stime
            elif time.monotonic() > deadline:
                return None
            else:
                time.sleep(pause)
                pause = min(pause * 2, 0.05)
        return self.process.returncode

    def _stop(self) -> int:
        """End the whole process group, politely at first."""
        for sign, wait in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 60.0)):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sign)
            if self._reap(time.monotonic() + wait) is not None and sign is signal.SIGKILL:
                break
        return self.process.returncode if self.process.returncode is not None else -signal.SIGKILL


class _ProgressLines:
    """ffmpeg's `-progress` lines, as a fraction that only rises."""

    def __init__(self, duration: float | None, report: Progress | None) -> None:
        self.duration = duration
        self.report = report
        self.rest = b""
        self.best = 0.0

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data)[-TAIL:].split(b"\n")
        for line in lines:
            key, _, value = line.partition(b"=")
            if key == b"out_time_us" and value.strip().isdigit() and self.duration:
                self._tell(min(int(value) / 1e6 / self.duration, 0.99))

    def finish(self) -> None:
        self._tell(1.0)

    def _tell(self, done: float) -> None:
        if self.report is not None and done > self.best:
            self.best = done
            self.report(done)


def _fail(status: int, said: str) -> NoReturn:
    by_signal = -status if status < 0 else status - _BY_SIGNAL
    if any(words in said for words in _FULL) or by_signal == signal.SIGXFSZ:
        raise StorageFull
    if any(words in said for words in _NO_MEMORY):
        raise UnusableMedia(
            N_("This recording needs more memory than is allowed here. Please convert it to a usual mp4 first.")
        )
    if by_signal in {signal.SIGXCPU, signal.SIGKILL}:
        raise UnusableMedia(_TOO_SLOW, minutes="?")
    if said.startswith("bwrap:"):
        raise HelpCenterError(N_("The sandbox could not start: %(reason)s"), reason=said.strip()[:300])
    raise UnusableMedia(_BROKEN, reason=_last_line(said))


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "-"


_TOO_SLOW = N_(
    "Working on this recording was stopped after %(minutes)s minutes. Please convert it to a usual mp4 and try again."
)
_BROKEN = N_("This file is damaged or is not what it seems to be (%(reason)s). Please export the recording again.")

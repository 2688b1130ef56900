"""The parent's side: starts the child, listens, restarts it after a crash, and ends it at its limit."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from helpcenter import errors
from helpcenter.errors import N_, HelpCenterError, Message, Unavailable
from workers.media.transcribe.base import Progress
from workers.media.transcribe.chunks import Chunk, plan
from workers.media.transcribe.job import Job, prepare, read_chunk, write_chunk
from workers.media.transcribe.pieces import Recognised

ROOT = Path(__file__).resolve().parents[3]
CRASHES = 2  # on one chunk; then it is left out, as it would crash for ever
ALL_CRASHES = 4
LOG = "child.log"
TAIL = 2000
SILENCE = 0.5  # seconds
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "OMP_NUM_THREADS")

TOO_SLOW = N_(
    "Speech recognition was stopped after %(minutes)d minutes. What it has is kept; try again to go on from there."
)
CRASHED = N_("Speech recognition ended unexpectedly (%(reason)s). What it has is kept; try again to go on from there.")


@dataclass(frozen=True, slots=True)
class Limit:
    """Seconds that the child may take: `start` to load its model, and `factor` for each second of speech."""

    start: float
    factor: float

    def seconds(self, duration: float) -> float:
        """The limit for `duration` seconds of speech."""
        return self.start + self.factor * duration


def recognise(job: Job, *, work_dir: Path, limit: Limit, progress: Progress) -> list[tuple[Chunk, Recognised]]:
    """The results of all chunks of `job`; those that `work_dir` already has are not made again.

    Raises what the child reports, and Unavailable when it crashes again and again or takes too long.
    """
    prepare(work_dir, job)
    crashes: Counter[str] = Counter()
    deadline = time.monotonic() + limit.seconds(job.duration)
    while (crashed := _attempt(work_dir, deadline, progress)) is not None:
        crashes[crashed] += 1
        if crashes.total() >= ALL_CRASHES:
            raise Unavailable(CRASHED, reason=_last_words(work_dir))
        if crashed and crashes[crashed] >= CRASHES:
            write_chunk(work_dir, crashed, Recognised((), crashed=True))
    chunks = plan(Path(job.speech), job.duration, job.silences, longest=job.longest)
    return [(chunk, result) for chunk in chunks if (result := read_chunk(work_dir, chunk)) is not None]


def _attempt(work_dir: Path, deadline: float, progress: Progress) -> str | None:
    """Run the child to its end: None if it finished, else the chunk at which it crashed ("" between chunks)."""
    begun = time.monotonic()
    chunk, done = "", 0.0
    with _child(work_dir) as child:
        for line in _lines(child, deadline):
            if "error" in line:
                _raise(line["error"])
            if "finished" in line:
                return None
            chunk = line.get("chunk", chunk)
            if "done" in line:
                chunk, done = "", line["done"]
            if not line or "done" in line:
                progress(done)
        if time.monotonic() >= deadline:
            raise Unavailable(TOO_SLOW, minutes=round((time.monotonic() - begun) / 60))
    return chunk


@contextmanager
def _child(work_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The running child; nothing of its process group is left afterwards."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", "workers.media.transcribe.child", str(work_dir.resolve()), str(os.getpid())]
    with (work_dir / LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- this interpreter and our own module
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _lines(child: subprocess.Popen[bytes], deadline: float) -> Iterator[dict[str, Any]]:
    """What the child says, and every now and then nothing, until it is silent for ever or `deadline` has come."""
    assert child.stdout is not None
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(min(left, SILENCE)):
                yield {}  # a chunk takes long, and whoever waits may have been asked to stop
                continue
            data = os.read(child.stdout.fileno(), 65536)
            if not data:
                return
            *complete, rest = (rest + data).split(b"\n")
            yield from (json.loads(line) for line in complete if line.startswith(b"{"))


def _raise(error: dict[str, Any]) -> NoReturn:
    kind: type[HelpCenterError] = getattr(errors, error["kind"], HelpCenterError)
    if error["message"] is None:
        raise kind
    message = Message.from_json(error["message"])
    raise kind(message.text, **message.params)


def _last_words(work_dir: Path) -> str:
    lines = (work_dir / LOG).read_text(errors="replace")[-TAIL:].split("\n")
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "-")

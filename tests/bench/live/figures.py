"""The figures: 500 viewers alone, beside a transcode, through two web processes, and what more of them do."""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from helpcenter.settings import Settings
from tests.bench.live.audience import Audience
from tests.bench.live.stage import seed
from tests.gunicorns import Gunicorn

SECONDS = 20.0
VIEWERS = 500
GROWTH = (50, 200, 1000)
READS = ("list", "segment", "page", "poll")


class Run(NamedTuple):
    """Milliseconds of reads, votes and updates as (p50, p99); memory in MB and CPU in cores of the web processes."""

    reads: tuple[float, float]
    votes: tuple[float, float]
    updates: tuple[float, float]
    errors: list[str]
    memory: float
    cpu: float

    def __str__(self) -> str:
        pairs = zip(("reads", "votes", "updates"), (self.reads, self.votes, self.updates), strict=True)
        times = ", ".join(f"{name} {p50:.0f}/{p99:.0f}" for name, (p50, p99) in pairs)
        return f"{times} ms (p50/p99), {len(self.errors)} errors, PSS {self.memory:.0f} MB, CPU {self.cpu:.0%}"


def bench_live(seconds: float = SECONDS) -> dict[str, dict[str, Any]]:
    """`live_500_read_p99_ms`, `live_500_vote_p99_ms`, `live_500_update_p99_ms` and `live_500_errors`, with all else in words."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    main = measure(VIEWERS, seconds)
    others = {f"{number} viewers": measure(number, seconds) for number in GROWTH}
    others[f"{VIEWERS} in two processes"] = measure(VIEWERS, seconds, processes=2)
    with transcode():
        others[f"{VIEWERS} beside a transcode"] = measure(VIEWERS, seconds)
    errors = [
        *main.errors,
        *(one for name, run in others.items() if name.startswith(f"{VIEWERS} ") for one in run.errors),
    ]
    rates = f"{VIEWERS} streams, reads 250/s, votes 25/s, asks 1/s, open loop, for {seconds:.0f} s, load beside it on the same cores"
    more = "; ".join(f"{name}: {run}" for name, run in others.items())
    return {
        "live_500_read_p99_ms": _figure(main.reads[1], "ms", f"{rates}; {main}"),
        "live_500_vote_p99_ms": _figure(main.votes[1], "ms", "from when it was due to its answer"),
        "live_500_update_p99_ms": _figure(main.updates[1], "ms", "from a vote's answer to each viewer's event"),
        "live_500_errors": _figure(
            len(errors), "errors", f"of all runs with {VIEWERS}; {'; '.join(errors[:3])} {more}"
        ),
    }


def measure(viewers: int, seconds: float, *, processes: int = 1) -> Run:
    """One evening of so many seconds on a stage of its own."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = Settings(data_root=Path(folder), secret_key="a key for this bench only")
        stage = seed(settings)
        servers = [stack.enter_context(_server(settings, viewers)) for _ in range(processes)]
        before, began = sum(_cpu(one) for one in servers), time.monotonic()
        results = Audience(stage, [one.port for one in servers], settings.secret, viewers, seconds).run()
        cpu = (sum(_cpu(one) for one in servers) - before) / (time.monotonic() - began)
        memory = sum(one.worker.memory_full_info().pss for one in servers) / 1e6
        updates = results.updates()
        reads = [one for kind in READS for one in results.took[kind]]
        return Run(_both(reads), _both(results.took["vote"]), _both(updates), results.errors, memory, cpu)


@contextmanager
def _server(settings: Settings, viewers: int) -> Iterator[Gunicorn]:
    server = Gunicorn(settings, live_viewers=max(viewers, 500))
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def transcode() -> Iterator[None]:
    """An ffmpeg that makes a rendition as the worker does, as long as the block runs."""
    command = [
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25", "-t", "600", "-c:v", "libx264",
        "-preset", "veryfast", "-threads", "2", "-f", "null", os.devnull,
    ]  # fmt: skip
    running = subprocess.Popen(["nice", *command])
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def _cpu(server: Gunicorn) -> float:
    spent: Any = psutil.Process(server.worker.pid).cpu_times()
    return float(spent.user + spent.system)


def _both(values: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    ordered = sorted(values) or [float("nan")]
    return tuple(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.99))  # type: ignore[return-value]


def _figure(value: float, unit: str, how: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": unit, "how": how}

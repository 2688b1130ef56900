import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from helpcenter.errors import NotConfigured, StorageFull, UnusableMedia
from workers.media import runner
from workers.media.ffmpeg import Tools, source, target
from workers.media.probe import MediaInfo
from workers.media.sandbox import Limits, Program

Fake = Callable[[str], Tools]


@pytest.fixture(params=[True, False], ids=["sandbox", "bare"])
def both_tools(request: pytest.FixtureRequest, tools: Tools, bare_tools: Tools) -> Tools:
    return tools if request.param else bare_tools


@pytest.fixture
def fake(both_tools: Tools, tmp_path: Path) -> Fake:
    """An ffmpeg that is a shell script."""

    def fake(script: str) -> Tools:
        path = tmp_path / "fake-ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return replace(both_tools, ffmpeg=str(path))

    return fake


def encode(info: MediaInfo, name: str = "out.wav", **options: object):
    return source(info.format, **options).output(target(name), format="wav")


def run(tools: Tools, talk: Path, info: MediaInfo, out_dir: Path, **options: object):
    out_dir.mkdir(exist_ok=True)
    return runner.run(tools, encode(info), inputs=[talk], out_dir=out_dir, duration=info.duration, **options)


def survivors(mark: Path) -> list[str]:
    """The processes that have to do with `mark`."""
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if str(mark) in words and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
            found.append(words)
    return found


def gone(mark: Path) -> bool:
    """Whether nothing of `mark` runs any more, or stops within a moment."""
    deadline = time.monotonic() + 10
    while survivors(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not survivors(mark)


def test_a_graph_runs_and_tells_how_far_it_is(both_tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    told: list[float] = []
    result = run(both_tools, talk, talk_info, tmp_path / "out", progress=told.append)
    assert (tmp_path / "out" / "out.wav").stat().st_size > 12 * 44100 * 4 * 0.98
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert 0 < result.cpu_seconds < 20


def test_progress_rises_line_by_line():
    told: list[float] = []
    lines = runner._ProgressLines(10.0, told.append)
    for data in (
        b"out_time_us=10",
        b"00000\nframe=3\nout_time_us=N/A\n",
        b"out_time_us=500000\nout_time_us=99000000\n",
    ):
        lines.feed(data)
    lines.finish()
    assert told == [0.1, 0.99, 1.0]


def test_only_inputs_with_whitelists_are_run(tools: Tools, tmp_path: Path):
    for arguments in (["-i", "/etc/passwd", "out.wav"], ["-i", "file:in0", "x"], ["-i", "http://127.0.0.1/", "x"]):
        with pytest.raises(ValueError, match="input"):
            runner.run(tools, arguments, inputs=[], out_dir=tmp_path, duration=1)


def test_a_hang_is_ended_at_the_limit_with_all_that_it_started(
    fake: Fake, talk: Path, talk_info: MediaInfo, tmp_path: Path
):
    tools = fake("trap '' TERM\n(trap '' TERM; sleep 300) &\nsleep 300 & wait\nsleep 300")
    started = time.monotonic()
    with pytest.raises(UnusableMedia, match=r"was stopped after 0\.0 minutes"):
        run(tools, talk, talk_info, tmp_path / "out", limits=Limits(wall_floor=0.5, wall_per_second=0))
    assert time.monotonic() - started < 10
    assert gone(tmp_path / "fake-ffmpeg")


def test_a_gigabyte_of_complaints_neither_blocks_nor_is_kept(
    fake: Fake, talk: Path, talk_info: MediaInfo, tmp_path: Path
):
    tools = fake(
        "head -c 1000000000 /usr/lib/x86_64-linux-gnu/libc.so.6 >&2; yes x | head -c 50000000 >&2; echo last words >&2; exit 1"
    )
    with pytest.raises(UnusableMedia, match="last words"):
        run(tools, talk, talk_info, tmp_path / "out")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", StorageFull),
        ("exit 153", StorageFull),
        ("echo 'Cannot allocate memory' >&2; exit 1", UnusableMedia),
        ("exit 139", UnusableMedia),
    ],
)
def test_each_way_to_fail_has_its_words(
    fake: Fake, talk: Path, talk_info: MediaInfo, tmp_path: Path, script: str, error: type[Exception]
):
    with pytest.raises(error):
        run(fake(script), talk, talk_info, tmp_path / "out")


def test_a_file_that_grows_too_large_is_stopped(both_tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    with pytest.raises(StorageFull):
        run(both_tools, talk, talk_info, tmp_path / "out", limits=Limits(file_size=100_000))


def test_memory_has_a_limit(both_tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path):
    with pytest.raises(UnusableMedia):
        run(both_tools, talk, talk_info, tmp_path / "out", limits=Limits(memory=40 << 20))


def test_a_program_that_is_not_there_is_named(
    bare_tools: Tools, talk: Path, talk_info: MediaInfo, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotConfigured, match="apt install ffmpeg"):
        run(replace(bare_tools, ffmpeg=str(tmp_path / "none")), talk, talk_info, tmp_path / "out")


def test_nothing_of_the_environment_reaches_the_program(
    both_tools: Tools, talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HELPCENTER_DATABASE_URL", "postgresql://secret")
    result = runner.execute(both_tools, Program(("/usr/bin/env",)), inputs=[talk], out_dir=tmp_path, duration=1)
    assert b"secret" not in result.stdout
    assert b"HELPCENTER" not in result.stdout


@pytest.mark.kill
def test_a_killed_worker_leaves_no_ffmpeg_behind(fake: Fake, talk: Path, tmp_path: Path):
    tools = fake("exec sleep 300")
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import sys\nfrom pathlib import Path\n"
        "from helpcenter.errors import Message\nfrom workers.media import runner\n"
        "from workers.media.ffmpeg import Tools, source, target\n"
        "tools = Tools(sys.argv[1], sandbox=sys.argv[2] == 'True', sandbox_state=Message(''))\n"
        "graph = source('mov').output(target('x'))\n"
        "runner.run(tools, graph, inputs=[Path(sys.argv[3])], out_dir=Path(sys.argv[4]), duration=100)\n"
    )
    (tmp_path / "out").mkdir()
    words = [sys.executable, str(worker), tools.ffmpeg, str(tools.sandbox), str(talk), str(tmp_path / "out")]
    process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})
    deadline = time.monotonic() + 20
    while (
        not any("sleep" in c.name() for c in psutil.Process(process.pid).children(recursive=True))
        and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []

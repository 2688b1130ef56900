"""Boxes in which programs that touch foreign media run.

    working directory        in0, in1 ...   the inputs, read-only
                             out            the output folder, writable
    nothing else of the machine but /usr and the program itself: no /proc, no network, no environment.

Where bubblewrap cannot run, the same names are symbolic links in a temporary folder, and limits and whitelists remain.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from helpcenter.errors import N_, Message

TRIAL_SECONDS = 20
# Debian's ffmpeg finds libblas through /etc/alternatives.
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/alternatives", "/etc/ld.so.cache")
_MAX_PROCESSES = 512


@dataclass(frozen=True, slots=True)
class Program:
    """A command, and the files and folders beyond /usr that it needs, as they are named outside."""

    argv: tuple[str, ...]
    needs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: bytes of memory and of one written file; seconds of wall time per second of media.

    `cpu_factor` times the wall limit is the limit of CPU seconds, as several threads may run at once.
    """

    wall_floor: float = 60.0
    wall_per_second: float = 1.0
    cpu_factor: float = 4.0
    memory: int = 4 << 30
    file_size: int = 32 << 30

    def wall(self, duration: float | None) -> float:
        """The seconds after which a run over `duration` seconds of media is stopped."""
        return self.wall_floor + self.wall_per_second * (duration or 0.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A ready command: start `argv` in `cwd` with an empty environment."""

    argv: list[str]
    cwd: str | None = None
    env: dict[str, str] = field(default_factory=dict)


def ffmpeg_program(binary: str, arguments: list[str]) -> Program:
    """The program ffmpeg with these arguments."""
    return Program((binary, *arguments), _outside_usr(Path(binary)))


def python_program(script: Path, arguments: list[str]) -> Program:
    """One of our own scripts, in this interpreter, with PyAV as its only library."""
    spec = find_spec("av")
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parent.parent
    python = Path(sys.executable).resolve()
    needs = (*_outside_usr(Path(sys.base_prefix)), site / "av", site / "av.libs", script)
    return Program((str(python), "-I", "-S", "-B", str(script), str(site), *arguments), needs)


def _outside_usr(path: Path) -> tuple[Path, ...]:
    return () if path.is_relative_to("/usr") and not path.is_relative_to("/usr/local") else (path,)


@contextmanager
def boxed(
    program: Program, inputs: list[Path], out_dir: Path | None, *, walls: bool, limited: list[str]
) -> Iterator[Box]:
    """A box around `program`, with bubblewrap's `walls` or without; `limited` is what `prlimit` returns."""
    if walls:
        bwrap = shutil.which("bwrap") or "bwrap"
        yield Box([*limited, bwrap, *_bwrap(program, inputs, out_dir), *program.argv])
        return
    with tempfile.TemporaryDirectory(prefix="media-") as folder:
        for index, path in enumerate(inputs):
            (Path(folder) / f"in{index}").symlink_to(path.resolve())
        if out_dir is not None:
            (Path(folder) / "out").symlink_to(out_dir.resolve(), target_is_directory=True)
        # LANG keeps Python's own file names in UTF-8; nothing of the worker's environment goes along.
        yield Box([*limited, *_orphan_guard(), *program.argv], cwd=folder, env={"LANG": "C.UTF-8"})


def prlimit(limits: Limits, wall: float) -> list[str]:
    """The words before a command that hold it to `limits`, `wall` seconds being its time."""
    program = shutil.which("prlimit")
    if program is None:
        return []
    cpu = int(wall * limits.cpu_factor) + 1
    return [program, f"--as={limits.memory}", f"--cpu={cpu}", f"--fsize={limits.file_size}", "--core=0"]


def _orphan_guard() -> list[str]:
    """Ends the program when the worker dies; bubblewrap does so itself."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "KILL", "--no-new-privs"] if program else []


def _bwrap(program: Program, inputs: list[Path], out_dir: Path | None) -> list[str]:
    arguments = [
        "--unshare-all",
        "--as-pid-1",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "box",
    ]
    arguments += _system_mounts()
    for need in program.needs:
        arguments += ["--ro-bind-try", str(need), str(need)]
    arguments += ["--dir", "/job"]
    for index, path in enumerate(inputs):
        arguments += ["--ro-bind", str(path.resolve()), f"/job/in{index}"]
    if out_dir is not None:
        arguments += ["--bind", str(out_dir.resolve()), "/job/out"]
    arguments += ["--remount-ro", "/", "--chdir", "/job", "--"]
    if Path("/usr/bin/prlimit").exists():
        arguments += ["/usr/bin/prlimit", f"--nproc={_MAX_PROCESSES}"]  # counted inside the box alone
    return arguments


@lru_cache(maxsize=1)
def _system_mounts() -> list[str]:
    arguments: list[str] = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), name]
        elif path.exists():
            arguments += ["--ro-bind", name, name]
    return arguments


def trial(binary: str) -> Message | None:
    """What keeps ffmpeg from running inside bubblewrap on this machine; None where it runs."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return Message(
            N_("bubblewrap is missing, so media tools run without a sandbox. Install it: sudo apt install bubblewrap")
        )
    program = ffmpeg_program(binary, ["-version"])
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments
            [bwrap, *_bwrap(program, [], None), *program.argv],
            stdin=subprocess.DEVNULL, capture_output=True, env={}, timeout=TRIAL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return Message(_REFUSED, {"reason": str(error)})
    if done.returncode == 0:
        return None
    reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return Message(_REFUSED, {"reason": reason})


_REFUSED = N_(
    "bubblewrap cannot run here (%(reason)s), so media tools run without a sandbox. In a container allow user namespaces; "
    "on Ubuntu set kernel.apparmor_restrict_unprivileged_userns=0 or give bwrap an AppArmor profile."
)

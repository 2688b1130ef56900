"""`helpcenter run`: web, worker, beat and the live path as children of one supervisor."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click

from helpcenter.db import migrate
from helpcenter.settings import Settings

PATIENCE = 15.0
LONGEST_PAUSE = 30.0
STEADY = 60.0
WATCHED = 2.0
"""The live path is back soon however often it dies: people watch, and an encoder waits to come back."""
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    # The supervisor may be killed without a chance to end its children: then the kernel does.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A process that is started again when it dies: after one second, then two, four … as long as it keeps dying early.

    `longest` is how long it may stay away at most, in seconds.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    longest: float = LONGEST_PAUSE
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 1.0
    restart_at: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(  # noqa: S603 -- our own fixed command
            self.command, env=environment, start_new_session=True, preexec_fn=_end_with_parent  # noqa: PLW1509 -- one prctl
        )  # fmt: skip
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it has died and its pause is over."""
        now = time.monotonic()
        if self.process is not None:
            if self.process.poll() is None:
                return
            self.pause = 1.0 if now - self.started > STEADY else min(self.pause * 2, self.longest)
            click.echo(
                f"{self.name} ended with status {self.process.returncode}; again in {self.pause:.0f} s", err=True
            )
            self.process, self.restart_at = None, now + self.pause
        if now >= self.restart_at:
            self.start()

    def signal(self, number: int) -> None:
        """Send the signal to the process and all its children."""
        if self.process is not None and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


class Supervisor:
    """Keeps children running until it is told to stop, then stops them all."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    child.look_after()
                time.sleep(0.2)
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask every child to end, and kill what has not ended after a while."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
                child.process.wait()

    def _stop(self, *_: object) -> None:
        self.stopping = True


def web_command(port: int) -> list[str]:
    """The web server on that port."""
    return [
        sys.executable, "-m", "gunicorn", "helpcenter.app:create_app()", "--bind", f"127.0.0.1:{port}",
        "--config", "python:helpcenter.cli.server", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def worker_command(*, with_beat: bool = False) -> list[str]:
    """The worker that does the steps; on request with the beat inside it, for one command's time."""
    return [*_celery("worker"), "--without-gossip", "--without-mingle", *(["--beat"] if with_beat else [])]


def beat_command() -> list[str]:
    """The beat that looks for due and lost work."""
    return [*_celery("beat"), "--pidfile="]


def live_command() -> list[str]:
    """The process that takes in what arrives of live sessions."""
    return [sys.executable, "-m", "helpcenter", "live"]


def _celery(what: str) -> list[str]:
    # Celery warns at length of running as root, which is how containers run; it means pickled messages, and ours are JSON.
    calm = ["-W", "ignore:You're running the worker with superuser privileges"]
    return [sys.executable, *calm, "-m", "celery", "--app", "workers.app", "--quiet", what, "--loglevel", "warning"]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=None,
    help="Port of the site; by default that of HELPCENTER_SITE_URL, or 8000.",
)
def run(port: int | None) -> None:
    """Start web, worker, beat and the live path; restart one that dies; stop them all on Ctrl-C or SIGTERM."""
    settings = Settings()
    port = port or urlsplit(settings.site_url).port or 8000
    _refuse_taken(port)
    migrate(settings.database)
    environment = {} if "HELPCENTER_SITE_URL" in os.environ else {"HELPCENTER_SITE_URL": f"http://127.0.0.1:{port}"}
    click.echo(f"http://127.0.0.1:{port}  (stop with Ctrl-C)", err=True)
    Supervisor(
        [
            Child("web", web_command(port), environment),
            Child("worker", worker_command(), environment),
            Child("beat", beat_command(), environment),
            Child("live", live_command(), environment, longest=WATCHED),
        ]
    ).run()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} is taken by another program; choose another with --port"
            ) from error

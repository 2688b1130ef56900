"""Real servers for the tests, each private to one test process, started and ended by pid."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

PATIENCE = 30.0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres, newest version first; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def _as_nobody_in_particular() -> list[str]:
    # PostgreSQL refuses to run as root; Debian's package made this account for it.
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not start within {PATIENCE:.0f} s")


@contextmanager
def postgres() -> Iterator[str]:
    """The address (without a database's name) of a PostgreSQL server made for this block and deleted after it."""
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed; run: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="hc-pg-") as folder:
        data, prefix, port = Path(folder) / "data", _as_nobody_in_particular(), free_port()
        if prefix:
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run(
            [*prefix, programs / "initdb", "-D", data, "-U", "hc", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off", "-c", "max_connections=200"]
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen(
                [*prefix, programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=folder
            )
            try:
                _wait(lambda: _answers_postgres(port), "PostgreSQL")
                yield f"postgresql+psycopg://hc@127.0.0.1:{port}"
            finally:
                server.terminate()
                server.wait(PATIENCE)


def _answers_postgres(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://hc@127.0.0.1:{port}/postgres", connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis server made for this block; it keeps nothing."""
    port = free_port()
    server = redis_on(port)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def redis_on(port: int) -> subprocess.Popen[bytes]:
    """A Redis server that answers on this port, for the caller to end."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed; run: apt-get install redis-server")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    _wait(lambda: _answers_redis(port), "Redis")
    return server


def _answers_redis(port: int) -> bool:
    with redis.Redis(host="127.0.0.1", port=port) as client:
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False

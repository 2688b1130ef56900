import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import requests

from tests.servers import free_port

PATIENCE = 40


@pytest.fixture
def site(sqlite_url):
    """`helpcenter run` in a process of its own, and its port."""
    port = free_port()
    command = [sys.executable, "-c", "from helpcenter.cli import main; main()", "run", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    yield process, port
    process.kill()
    process.wait()


def _until(what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def _answers(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _child(process, word):
    for child in psutil.Process(process.pid).children():
        try:
            if word in " ".join(child.cmdline()):
                return child
        except psutil.NoSuchProcess:  # it has died, and nobody has noticed yet
            continue
    return None


def test_what_dies_is_started_again_and_all_ends_on_sigterm(site):
    process, port = site
    _until(lambda: _answers(port))
    children = {word: _until(lambda word=word: _child(process, word)) for word in ("gunicorn", "worker", "beat")}
    os.killpg(children["gunicorn"].pid, signal.SIGKILL)
    again = _until(lambda: (child := _child(process, "gunicorn")) and child.pid != children["gunicorn"].pid and child)
    _until(lambda: _answers(port))
    everybody = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert [
        child for child in (*everybody, again) if child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    ] == []


def test_a_port_that_is_taken_is_said_in_one_line(sqlite_url, capsys):
    import socket

    from helpcenter.cli import call

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert call(["run", "--port", str(port)]) == 1
    assert (
        capsys.readouterr().err == f"helpcenter: port {port} is taken by another program; choose another with --port\n"
    )

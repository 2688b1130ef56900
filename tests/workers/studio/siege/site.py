"""`helpcenter run` with a data root of its own, and a broker where one is wanted; each of its processes may be killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import requests

from helpcenter.queue import SilentQueue
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from tests.servers import free_port, redis_on

PATIENCE = 120.0
AWAY = 2.0
"""Seconds for which a killed broker stays away; whoever looks after it starts it again."""
SECRET = "siege"
WORDS = {"live": "helpcenter live", "ffmpeg": "index.m3u8", "worker": "celery", "web": "gunicorn"}


def until(what, ready, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


class Broker:
    """A Redis server that comes back empty when it is killed."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = redis_on(self.port)

    def kill(self):
        self.process.kill()
        self.process.wait()
        time.sleep(AWAY)
        self.process = redis_on(self.port)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Site:
    """The site as people run it, supervised; `killed` says what was killed."""

    def __init__(self, folder, *, broker=None):
        self.folder, self.port, self.rtmp, self.broker = folder, free_port(), free_port(), broker
        self.url, self.killed = f"http://127.0.0.1:{self.port}", []
        given = {
            "DATA_ROOT": str(folder), "SITE_URL": self.url, "RTMP_PORT": str(self.rtmp), "SECRET_KEY": SECRET,
            "LEASE_SECONDS": "5", "BROKER_URL": broker.url if broker else "",
        }  # fmt: skip
        environment = os.environ | {f"HELPCENTER_{name}": value for name, value in given.items()}
        self.log = (folder / "site.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpcenter", "run", "--port", str(self.port)], env=environment,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        until("the site", self.answers)
        settings = Settings(data_root=folder, site_url=self.url, secret_key=SECRET, rtmp_port=self.rtmp)
        self.ports = wire(settings, queue=SilentQueue())

    def answers(self):
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/health", timeout=2).ok
        return False

    def kill(self, what, chance):
        """Kill one of them as the kernel would; or let all its bells be forgotten."""
        self.killed.append(what)
        if what == "bells":
            self._forget_bells()
            return
        until(f"{what}, to be killed", lambda: self._running(what))  # what died with another one is on its way back
        with suppress(psutil.NoSuchProcess):
            chance.choice(self._running(what)).kill()

    def _running(self, what):
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if WORDS[what] in _command(one)]

    def _forget_bells(self):
        if self.broker:
            self.broker.kill()
            return
        messages = self.folder / "queue" / "messages"
        shutil.rmtree(messages, ignore_errors=True)
        messages.mkdir(parents=True, exist_ok=True)

    def stop(self):
        """End it as a supervisor does; what still runs of it after that."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.log.close()
        return self.survivors()

    def survivors(self):
        """Processes of ours that belong to nobody any more."""
        return [one.pid for one in psutil.process_iter() if str(self.folder) in _command(one) and _parent(one) == 1]

    def half_files(self):
        """What somebody who was killed has left half written."""
        return [path for path in self.folder.rglob("*") if path.name.endswith((".part", ".tmp"))]


def _command(process):
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _parent(process):
    with suppress(psutil.Error):
        return process.ppid()
    return 0

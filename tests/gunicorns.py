"""Our web server as it runs in production, in processes of its own, each ended by its pid."""

import os
import signal
import subprocess
import time

import psutil
import requests

from helpcenter.cli.run import web_command
from helpcenter.settings import Settings
from tests.servers import free_port

PATIENCE = 40.0


class Gunicorn:
    """One web process of `helpcenter run` for these settings; `worker` is the process that answers."""

    def __init__(self, settings: Settings, **more: object) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        named = {
            "data_root": settings.data_root,
            "database_url": settings.database_url,
            "secret_key": settings.secret_key,
            **more,
        }
        environment = {f"HELPCENTER_{name.upper()}": str(value) for name, value in named.items() if value != ""}
        self.process = subprocess.Popen(
            web_command(self.port), env={**os.environ, **environment}, stderr=subprocess.DEVNULL
        )
        self.wait()

    @property
    def worker(self) -> psutil.Process:
        return psutil.Process(self.process.pid).children()[0]

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.address}/health", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError("the web server did not start")

    def kill_worker(self) -> None:
        """Kill the process that answers as the kernel would, without a word; gunicorn starts another."""
        old = self.worker
        old.kill()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            children = psutil.Process(self.process.pid).children()
            if children and children[0].pid != old.pid:
                return self.wait()
            time.sleep(0.05)
        raise RuntimeError("no new worker came")

    def stop(self) -> float:
        """End it as the supervisor does; the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return time.monotonic() - began

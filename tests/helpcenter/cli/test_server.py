"""How gunicorn runs the web process."""

import gc
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

from helpcenter.cli import server


def test_each_viewer_has_a_thread_beside_those_that_make_pages():
    environment = {**os.environ, "HELPCENTER_WEB_THREADS": "8", "HELPCENTER_LIVE_VIEWERS": "40"}
    words = [
        "-m",
        "gunicorn",
        "--print-config",
        "--check-config",
        "--config",
        "python:helpcenter.cli.server",
        "wsgi:app",
    ]
    said = subprocess.run([sys.executable, *words], env=environment, check=True, capture_output=True, text=True).stdout
    told = dict(line.split("=", 1) for line in said.replace(" ", "").splitlines() if "=" in line)
    assert (told["threads"], told["worker_connections"], told["worker_class"]) == ("48", "1048", "gthread")


def test_what_was_loaded_at_the_beginning_is_not_looked_through_again_and_again(app, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    try:
        server.post_worker_init(SimpleNamespace(wsgi=app))
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def test_the_application_is_loaded_before_anybody_can_connect():
    script = "import sys; from helpcenter.cli import server; server.on_starting(None); print('helpcenter.app' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"

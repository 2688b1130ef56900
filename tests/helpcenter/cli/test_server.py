"""How gunicorn runs the web process."""

import os
import subprocess
import sys


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

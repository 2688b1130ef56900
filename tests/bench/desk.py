"""From “done” to an answer that plays, and how far behind viewers are: the whole site as processes, a real encoder by RTMP."""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from helpcenter.models import Clip, LiveSession, LiveSessionState
from helpcenter.permissions import Role
from helpcenter.ports import Ports
from helpcenter.queue import SilentQueue
from helpcenter.services import accounts, broadcasts
from helpcenter.services.sessions.desk import open_desk
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from streaming.local.platform import stream_key
from tests.servers import free_port
from tests.workers.studio.siege.people import Host
from tests.workers.studio.siege.site import SECRET

ANSWERS = 10
SAID = 8.0
"""Seconds for which each answer lasts."""
PATIENCE = 90.0
FILM = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25", "-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4"]
CODED = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-b:v", "1500k", "-pix_fmt", "yuv420p", "-c:a", "aac"]


class Desk:
    """A site of its own with one session that is live."""

    def __init__(self, ports: Ports, url: str) -> None:
        self.ports, self.url = ports, url
        with ports.database.transaction() as db:
            host = accounts.create_user(db, email="host@example.org", role=Role.EXPERT, name="Maria", now=ports.clock())
            desk = open_desk(
                db, host=host, topics=[], minutes=60, language="en", zone="Europe/Berlin", now=ports.clock()
            )
            self.id, self.public_id = desk.id, desk.public_id
        self.host = Host(self, host, self.public_id)
        until("the ingest", lambda: self.archive is not None)

    @property
    def archive(self) -> str | None:
        with self.ports.database.reading() as db:
            row = broadcasts.of_session(db, db.get_one(LiveSession, self.id))
            return row.remote_id if row else None

    @property
    def state(self) -> LiveSessionState:
        with self.ports.database.reading() as db:
            return db.get_one(LiveSession, self.id).state

    def answer(self, number: int) -> float:
        """Seconds from the press of “done”, as the host's page sends it, until the clip's file comes whole from the site."""
        title = f"Question {number}"
        self.host.press("answer", title=title)
        time.sleep(SAID)
        began = time.monotonic()
        self.host.press("done")
        until("the clip", lambda: self._plays(title))
        return time.monotonic() - began

    def _plays(self, title: str) -> bool:
        with self.ports.database.reading() as db:
            key = db.scalar(select(Clip.media_key).where(Clip.title == title))
        if key is None:
            return False
        film = requests.get(f"{self.url}/media/{key}", timeout=10)
        return film.status_code == requests.codes.ok and b"moov" in film.content

    def behind(self) -> float:
        """Seconds between now and the newest picture that viewers can load."""
        listed = requests.get(f"{self.url}/live/{self.public_id}/index.m3u8", timeout=10).text
        began = datetime.fromisoformat(re.findall(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)", listed)[-1])
        length = float(re.findall(r"#EXTINF:([\d.]+)", listed)[-1])
        return (datetime.now(UTC) - began).total_seconds() - length


def until(what: str, ready: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.05)


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    """The program as a process group of its own, ended at the block's end."""
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def bench_desk() -> dict[str, dict[str, Any]]:
    """Alone, and with two encodings beside it that keep both cores busy."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port, rtmp = free_port(), free_port()
        url = f"http://127.0.0.1:{port}"
        given = {
            "HELPCENTER_DATA_ROOT": folder, "HELPCENTER_SITE_URL": url, "HELPCENTER_RTMP_PORT": str(rtmp),
            "HELPCENTER_SECRET_KEY": SECRET,
        }  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPCENTER_")} | given
        stack.enter_context(running([sys.executable, "-m", "helpcenter", "run", "--port", str(port)], environment))
        until("the site", lambda: answers(f"{url}/health"))
        settings = Settings(data_root=Path(folder), site_url=url, secret_key=SECRET, rtmp_port=rtmp)
        desk = Desk(wire(settings, queue=SilentQueue()), url)
        address = f"rtmp://127.0.0.1:{rtmp}/live/{stream_key(SECRET, str(desk.archive))}"
        stack.enter_context(running(["ffmpeg", "-v", "error", "-re", *FILM, *CODED, "-f", "flv", address]))
        until("the session to be live", lambda: desk.state is LiveSessionState.LIVE)
        time.sleep(8)
        alone, behind = measure(desk, 0)
        with running(["nice", "ffmpeg", "-v", "error", *FILM, "-c:v", "libx264", "-preset", "slow", "-f", "null", "-"]):
            busy, _ = measure(desk, ANSWERS)
    how = f"median of {ANSWERS} answers, 720p25 by RTMP, from the press to the whole file, both over HTTP"
    return {
        "done_to_playable_p50_s": {"value": round(statistics.median(alone), 2), "unit": "s", "how": how},
        "done_to_playable_p95_s": {"value": round(p95(alone), 2), "unit": "s", "how": "95th percentile of the same"},
        "done_to_playable_busy_p50_s": {"value": round(statistics.median(busy), 2), "unit": "s", "how": "with a transcode beside it"},
        "done_to_playable_busy_p95_s": {"value": round(p95(busy), 2), "unit": "s", "how": "95th percentile of the same"},
        "live_latency_s": {"value": round(statistics.median(behind), 2), "unit": "s", "how": "from the picture to the viewers' list"},
    }  # fmt: skip


def measure(desk: Desk, first: int) -> tuple[list[float], list[float]]:
    took, behind = [], []
    for number in range(first, first + ANSWERS):
        behind.append(desk.behind())
        took.append(desk.answer(number))
    return took, behind


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def answers(address: str) -> bool:
    try:
        return bool(requests.get(address, timeout=2).ok)
    except requests.RequestException:
        return False

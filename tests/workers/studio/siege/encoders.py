"""Encoders whose film tells its own time: one that comes back by RTMP as OBS does, one that sends as the studio does."""

import subprocess
import time
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from uuid import uuid4

from streaming.local.platform import stream_key
from tests.workers.studio.siege.people import Browser
from tests.workers.studio.siege.site import SECRET

MIME = "video/webm;codecs=h264,opus"


class Obs(Thread):
    """Sends the film whose clock shows the seconds since `began`, and comes back when the line breaks."""

    def __init__(self, film, site, archive):
        super().__init__(daemon=True)
        self.film, self.over = film, Event()
        self.address = f"rtmp://127.0.0.1:{site.rtmp}/live/{stream_key(SECRET, archive.id)}"
        self.archive, self.began = archive, datetime.now(UTC)

    def run(self):
        while not self.over.is_set():
            at = (datetime.now(UTC) - self.began).total_seconds()
            code = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac"]
            process = subprocess.Popen(
                ["ffmpeg", "-v", "quiet", "-re", "-ss", f"{at:.3f}", "-i", self.film, *code, "-f", "flv", self.address],
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            while process.poll() is None and not self.over.is_set():
                time.sleep(0.05)
            process.terminate()
            process.wait()
            self.over.wait(0.3)

    def shown_at(self, instant):
        """What the film's clock showed then; what an encoder needs before its first picture is its own delay, not ours."""
        delay = (self.archive.takes()[0].began - self.began).total_seconds()
        return (instant - self.began).total_seconds() - delay

    def stop(self):
        self.over.set()
        self.join(20)


class Studio(Thread):
    """The host's browser: a chunk each second, kept until the site has said that it is safe, so that nothing is ever lost."""

    def __init__(self, film, site, public_id, user):
        super().__init__(daemon=True)
        self.browser, self.path = Browser(site, user), f"/console/{public_id}/studio/takes"
        self.over, self.recorded = Event(), Event()
        self.recorder = subprocess.Popen(
            ["ffmpeg", "-v", "quiet", "-re", "-i", film, "-c:v", "copy", "-c:a", "libopus", "-f", "matroska",
             "-cluster_time_limit", "200", "-flush_packets", "1", "pipe:1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
        )  # fmt: skip
        self._piece, self._lock = self.recorder.stdout.read(1), Lock()
        self.began = datetime.now(UTC)
        self._recording = Thread(target=self._record, daemon=True)
        self._recording.start()
        self.takes, self.worst = 0, 0.0

    def _record(self):
        while data := self.recorder.stdout.read(65536):
            with self._lock:
                self._piece += data
        self.recorded.set()

    def run(self):
        take = self._open()
        number, due = 0, time.monotonic() + 1
        while not (self.over.is_set() and self.recorded.is_set() and not self._piece):
            time.sleep(max(0.0, due - time.monotonic()))
            due += 1
            with self._lock:
                data, self._piece = self._piece, b""
            if data:
                began = time.monotonic()
                answer = self.browser.send("PUT", f"{self.path}/{take}/{number}", data=data, refused={409})
                if answer.status_code == 409:
                    return  # the session is over
                self.worst = max(self.worst, time.monotonic() - began)
                number += 1
        self.browser.send("POST", f"{self.path}/{take}/close", refused={409})

    def _open(self):
        self.takes += 1
        age = (datetime.now(UTC) - self.began).total_seconds() * 1000
        said = {"mime": MIME, "age_ms": age, "sender": str(uuid4()), "take_over": False}
        return self.browser.send("POST", self.path, json=said).json()["take"]

    def shown_at(self, instant):
        """What the film's clock showed then."""
        return (instant - self.began).total_seconds()

    def stop(self):
        self.over.set()
        self.recorder.terminate()
        self.recorder.wait()
        self.join(60)
        self._recording.join(10)
        self.recorder.stdout.close()

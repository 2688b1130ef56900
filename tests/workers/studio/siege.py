"""A session on this site under fire: real processes, a real encoder that comes back like OBS, people who press and ask."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import psutil
import requests
from sqlalchemy import select

from helpcenter.models import (
    Clip,
    LiveSession,
    LiveSessionState,
    Marker,
    MarkerKind,
    Question,
    QuestionVote,
    Recording,
    SessionQuestion,
)
from helpcenter.permissions import Role
from helpcenter.queue import SilentQueue
from helpcenter.services import accounts, broadcasts, console, recordings
from helpcenter.services.console import Press
from helpcenter.services.sessions.desk import open_desk
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from streaming.local.archive import Archive
from streaming.local.platform import stream_key
from tests.servers import free_port

PATIENCE = 120.0


def until(what, ready, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


class Site:
    """`helpcenter run` with a data root of its own."""

    def __init__(self, folder):
        self.folder, self.port, self.rtmp = folder, free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {
            "HELPCENTER_DATA_ROOT": str(folder), "HELPCENTER_SITE_URL": self.url, "HELPCENTER_RTMP_PORT": str(self.rtmp),
            "HELPCENTER_SECRET_KEY": "siege", "HELPCENTER_LEASE_SECONDS": "5",
        }  # fmt: skip
        self.log = (folder / "site.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpcenter", "run", "--port", str(self.port)], env={**os.environ, **given},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        settings = Settings(data_root=folder, site_url=self.url, secret_key="siege", rtmp_port=self.rtmp)
        until("the site", self.answers)
        self.ports = wire(settings, queue=SilentQueue())

    def answers(self):
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/health", timeout=2).ok
        return False

    def processes(self, word):
        """Ours whose command holds the word."""
        ours = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in ours if _command(one) and word in _command(one)]

    def kill(self, what, chance):
        """Kill one of them as the kernel would; or let all its bells be forgotten."""
        if what == "bells":
            shutil.rmtree(self.folder / "queue" / "messages", ignore_errors=True)
            (self.folder / "queue" / "messages").mkdir(parents=True, exist_ok=True)
            return
        words = {"live": " live", "ffmpeg": "index.m3u8", "worker": "celery", "web": "gunicorn"}
        found = self.processes(words[what])
        if found:
            with suppress(psutil.NoSuchProcess):
                chance.choice(found).kill()

    def stop(self):
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.log.close()


def _command(process):
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


class Encoder(Thread):
    """Sends the film whose clock shows the seconds since `began`, and comes back when the line breaks."""

    def __init__(self, film, address):
        super().__init__(daemon=True)
        self.film, self.address, self.over = film, address, Event()
        self.began = datetime.now(UTC)

    def run(self):
        while not self.over.is_set():
            at = (datetime.now(UTC) - self.began).total_seconds()
            code = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac"]
            self.process = subprocess.Popen(
                ["ffmpeg", "-v", "quiet", "-re", "-ss", f"{at:.3f}", "-i", self.film, *code, "-f", "flv", self.address],
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            while self.process.poll() is None and not self.over.is_set():
                time.sleep(0.05)
            self.process.terminate()
            self.process.wait()
            self.over.wait(0.3)

    def stop(self):
        self.over.set()
        self.join(20)


class People(Thread):
    """Asks and votes by HTTP, again and again until it is confirmed; only that counts."""

    def __init__(self, site, public_id):
        super().__init__(daemon=True)
        self.address = f"{site.url}/sessions/{public_id}/questions"
        self.over, self.asked, self.site = Event(), [], site

    def run(self):
        number = 0
        while not self.over.wait(1.0):
            number += 1
            title = f"Question {number} of the audience"
            if self.confirmed({"title": title}):
                self.asked.append(title)

    def confirmed(self, data):
        origin = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "127.0.0.1"}
        for _ in range(40):
            with suppress(requests.RequestException):
                answer = requests.post(self.address, data=data, headers=origin, timeout=3, allow_redirects=False)
                if answer.status_code < 400:
                    return True
                if answer.status_code == 429:
                    return False
            if self.over.wait(0.25):
                return False
        return False

    def stop(self):
        self.over.set()
        self.join(20)


class Siege:
    """One session from its first picture to its recording, while things are killed."""

    def __init__(self, folder, film, *, seed=1):
        self.stack, self.chance = ExitStack(), random.Random(seed)
        self.site = Site(folder)
        self.stack.callback(self.site.stop)
        self.answers = []
        ports = self.site.ports
        with ports.database.transaction() as db:
            host = accounts.create_user(db, email="host@example.org", role=Role.EXPERT, name="Maria", now=ports.clock())
            desk = open_desk(
                db, host=host, topics=[], minutes=60, language="en", zone="Europe/Berlin", now=ports.clock()
            )
            self.id, self.public_id = desk.id, desk.public_id
        until("the ingest", lambda: self.row().remote_id is not None)
        self.archive = Archive(ports.settings.live_root, self.row().remote_id)
        address = f"rtmp://127.0.0.1:{self.site.rtmp}/live/{stream_key('siege', self.archive.id)}"
        self.encoder = Encoder(film, address)
        self.encoder.start()
        self.stack.callback(self.encoder.stop)
        until("the session to be live", lambda: self.session().state is LiveSessionState.LIVE)
        # What an encoder needs before its first picture is its own delay, not ours.
        self.delay = (self.archive.takes()[0].began - self.encoder.began).total_seconds()
        self.people = People(self.site, self.public_id)
        self.people.start()
        self.stack.callback(self.people.stop)

    def session(self):
        with self.site.ports.database.reading() as db:
            return db.get_one(LiveSession, self.id)

    def row(self):
        with self.site.ports.database.reading() as db:
            return broadcasts.of_session(db, db.get_one(LiveSession, self.id))

    def press(self, what, *given, **values):
        """A press that the host sees confirmed; its instant."""
        ports = self.site.ports
        with ports.database.transaction() as db:
            now = ports.clock()
            getattr(console, what)(db, db.get_one(LiveSession, self.id), *given, Press(uuid4().hex, now, now), **values)
        return now

    def round(self, targets, *, seconds):
        """An answer of so many seconds, in the middle of which the targets are killed, one after the other."""
        title = f"Answer {len(self.answers) + 1}"
        begun = self.press("answer", None, title=title)
        pause = seconds / (len(targets) + 1)
        for target in targets:
            time.sleep(pause)
            self.site.kill(target, self.chance)
        time.sleep(pause)
        self.answers.append((title, begun, self.press("done")))

    def finish(self):
        """End it, and wait until all that can be made of it is there."""
        time.sleep(4)
        self.people.stop()
        until("the site", self.site.answers)
        for _ in range(2):
            with self.site.ports.database.transaction() as db, suppress(Exception):
                session = db.get_one(LiveSession, self.id)
                console.end(db, session, settings=self.site.ports.settings, actor=None, now=self.site.ports.clock())
        until("the end", lambda: self.session().state is not LiveSessionState.LIVE)
        self.encoder.stop()
        until("the recording", self.is_done, seconds=240)

    def is_done(self):
        with self.site.ports.database.reading() as db:
            recording = db.get_one(LiveSession, self.id).recording
            return recording is not None and recordings.settled(db, recording.id)

    def recording(self):
        """The version, its file, its clips by title, its markers."""
        ports = self.site.ports
        with ports.database.reading() as db:
            recording = db.get_one(Recording, self.session().recording_id)
            version = recording.version
            clips = {clip.title: clip for clip in db.scalars(select(Clip).where(Clip.recording_id == recording.id))}
            return version, ports.settings.media / (version.original_key or "missing"), clips

    def shown_at(self, instant):
        """What the film's clock showed at that instant, by the encoder's own clock."""
        return (instant - self.encoder.began).total_seconds() - self.delay

    def is_covered(self, version, instant):
        """Whether the instant lies in the recording, well away from a gap."""
        at = (instant - version.t0) / timedelta(seconds=1)
        near = any(start - 0.6 < at < end + 0.6 for start, end in version.gaps)
        return not near and 0.6 < version.offset(instant) < version.duration - 0.6

    def has_pictures(self, version, begun, done):
        """Whether at least a second of the stretch has arrived; the live path may have been away for all of it."""
        moments = [begun + timedelta(seconds=tenth / 2) for tenth in range(int((done - begun).total_seconds() * 2))]
        return sum(self.is_covered(version, moment) for moment in moments) >= 2

    def kept(self):
        """Titles of all questions of the session that are in the database, and how many markers of each kind."""
        with self.site.ports.database.reading() as db:
            titles = set(db.scalars(select(Question.title).join(SessionQuestion)))
            kinds = [marker.kind for marker in db.scalars(select(Marker).where(Marker.session_id == self.id))]
            votes = db.scalars(select(QuestionVote)).all()
        return titles, {kind: kinds.count(kind) for kind in MarkerKind}, len(votes)

    def orphans(self):
        """ffmpegs that belong to nobody any more."""
        return [
            one.pid
            for one in psutil.process_iter(["cmdline"])
            if str(self.site.folder) in " ".join(one.info["cmdline"] or []) and one.ppid() == 1
        ]

    def close(self):
        self.stack.close()

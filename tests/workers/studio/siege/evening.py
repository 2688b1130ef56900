"""One session from its first picture to its recording, while things are killed."""

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from helpcenter.models import Clip, LiveSession, LiveSessionState, OutgoingMail, Recording, RecordingVersion
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts, recordings
from helpcenter.services.sessions.desk import open_desk
from streaming.local.archive import Archive
from tests.factories import make_question
from tests.workers.studio.siege.encoders import Obs, Studio
from tests.workers.studio.siege.people import Crowd, Host, Viewer
from tests.workers.studio.siege.site import Site, until

MOST = 30
"""Questions that wait, more than are answered."""


@dataclass
class Answer:
    """An answer that was given and confirmed: the keys of its two presses, and who waits for it."""

    title: str
    asker: str
    begun: str
    done: str


class Siege:
    """`answers` are those that were confirmed; `sender` is "obs" or "studio"."""

    def __init__(self, folder, film, *, sender, seed=1, broker=None):
        self.stack, self.chance, self.answers = ExitStack(), random.Random(seed), []
        if broker:
            self.stack.callback(broker.stop)
        self.site = Site(folder, broker=broker)
        self.stack.callback(self.site.stop)
        self.ports = self.site.ports
        with self.ports.database.transaction() as db:
            user = accounts.create_user(
                db, email="host@example.org", role=Role.EXPERT, name="Maria", now=self.ports.clock()
            )
            questions = [
                make_question(db, title=f"Answer {number}", email=f"asker{number}@example.org", created_at=self.ports.clock())
                for number in range(MOST)
            ]  # fmt: skip
            self.waiting = [(one.public_id, one.title, one.askers[0].email) for one in questions]
            desk = open_desk(
                db, host=user, topics=[], minutes=60, language="en", zone="Europe/Berlin", now=self.ports.clock()
            )
            self.id, self.public_id = desk.id, desk.public_id
        until("the ingest", lambda: self._row().remote_id is not None)
        self.archive = Archive(self.ports.settings.live_root, self._row().remote_id)
        self.host = Host(self.site, user, self.public_id)
        self.encoder = self._begin(
            Obs(film, self.site, self.archive) if sender == "obs" else Studio(film, self.site, self.public_id, user)
        )
        until("the session to be live", lambda: self.session().state is LiveSessionState.LIVE)
        self.crowd = self._begin(Crowd(self.site, self.public_id))
        self.viewer = self._begin(Viewer(self.site, self.public_id))

    def _begin(self, thread):
        thread.start()
        self.stack.callback(thread.stop)
        return thread

    def session(self):
        with self.ports.database.reading() as db:
            return db.get_one(LiveSession, self.id)

    def _row(self):
        with self.ports.database.reading() as db:
            return broadcasts.of_session(db, db.get_one(LiveSession, self.id))

    def round(self, targets, *, seconds):
        """An answer of so many seconds, in the middle of which the targets are killed, one after the other."""
        question, title, asker = self.waiting.pop(0)
        began = time.monotonic()
        begun = self.host.press("answer", question=question)
        pause = seconds / (len(targets) + 1)
        for number, target in enumerate(targets):
            time.sleep(max(0.0, began + pause * (number + 1) - time.monotonic()))
            self.site.kill(target, self.chance)
        time.sleep(max(0.5, began + seconds - time.monotonic()))
        self.answers.append(Answer(title, asker, begun, self.host.press("done")))

    def finish(self):
        """End it, and wait until all that can be made of it is there."""
        time.sleep(4)
        self.crowd.stop()
        for form in ({}, {"at_once": "1"}):
            self.host.browser.send("POST", f"/console/{self.public_id}/do/end", data=form, refused={409})
        until("the end", lambda: self.session().state is not LiveSessionState.LIVE)
        self.viewer.stop()
        self.encoder.stop()
        until("the recording", self.is_done, seconds=240)
        until("the mails", self.is_told)

    def is_done(self):
        with self.ports.database.reading() as db:
            recording = db.get_one(LiveSession, self.id).recording
            return recording is not None and recordings.settled(db, recording.id)

    def is_told(self):
        with self.ports.database.reading() as db:
            return all(state.value == "sent" for state in db.scalars(select(OutgoingMail.state)))

    def result(self):
        """What became of it."""
        with self.ports.database.reading() as db:
            recording = db.get_one(Recording, self.session().recording_id)
            clips = db.scalars(select(Clip).where(Clip.recording_id == recording.id)).all()
            media = self.ports.settings.media
            version = recording.version
            return Result(
                version, media / (version.original_key or "missing"), {clip.title: clip for clip in clips}, media
            )

    def close(self):
        self.stack.close()


@dataclass
class Result:
    """The recording with its file, and its clips by their titles."""

    version: RecordingVersion
    film: Path
    clips: dict[str, Clip]
    media: Path

    def covers(self, instant: datetime) -> bool:
        """Whether the instant was recorded, and does not lie at the edge of what was."""
        at = (instant - self.version.t0) / timedelta(seconds=1)
        near = any(start - 0.6 < at < end + 0.6 for start, end in self.version.gaps)
        return not near and 0.6 < self.version.offset(instant) < self.version.duration - 0.6

    def moments(self, begun: datetime, done: datetime) -> list[datetime]:
        """Instants of the stretch that were recorded; the live path may have been away for all of it."""
        halves = int((done - begun).total_seconds() * 2)
        return [one for half in range(halves) if self.covers(one := begun + timedelta(seconds=half / 2))]

"""An evening on this site, driven by hand: an encoder whose film tells its own time, and everything that works on it."""

import time
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from helpcenter.models import LiveSession, Marker, MarkerKind, Question
from helpcenter.services import broadcasts, channels, clips, console
from helpcenter.services.sessions.changes import spread
from streaming.local.archive import Archive, Container, TakeSource
from tests.clockfilm import clock_film
from tests.factories import make_session, make_user
from workers.live.project import project
from workers.pipeline.advance import advance
from workers.studio.segmenting import Segmenting

SECOND = timedelta(seconds=1)


def settle(ports):
    """Do everything that is to be done with broadcasts now."""
    for _ in range(100):
        with ports.database.reading() as db:
            due = broadcasts.due(db, now=ports.clock())
        if not [project(ports, one) for one in due]:
            return
    raise AssertionError("the broadcasts do not come to rest")


def work(ports, recording_id):
    """Do everything that is to be done with the recording now."""
    while advance(ports, recording_id):
        pass


class Encoder:
    """Sends a film as an encoder does, a second at a time; the film's own clock stands for the time since it began."""

    def __init__(self, evening, film, *, seconds, sender="tab-1", take_over=False):
        self.evening, self.sent = evening, 0
        data = film.read_bytes()
        step = -(-len(data) // seconds)
        self.chunks = [data[at : at + step] for at in range(0, len(data), step)]
        now = evening.clock()
        self.take = evening.archive.open_take(
            source=TakeSource.BROWSER, container=Container.FLV, codecs="h264,aac", began=now, sender=sender, label="Maria",
            now=now, take_over=take_over,
        )  # fmt: skip

    def send(self, seconds):
        """So many seconds, as time passes, until all of it is segments that can be."""
        for _ in range(seconds):
            self.put()
        self.evening.segment()

    def put(self):
        """One second."""
        self.evening.clock.advance(seconds=1)
        self.take.put(self.sent, self.chunks[self.sent], now=self.evening.clock())
        self.sent += 1

    def close(self):
        self.take.close(now=self.evening.clock())
        self.evening.segment(whole=True)


class Evening:
    """One session on this site."""

    def __init__(self, ports, clock):
        self.ports, self.clock = ports, clock
        self.segmenting = Segmenting(ports)
        self.segmenting.start()
        with ports.database.transaction() as db:
            channel = channels.local_channel(db, now=clock())
            host = make_user(db, role="expert", name="Maria Weber")
            start = clock() + timedelta(minutes=5)
            session = make_session(db, channel_id=channel.id, hosts=[host], starts_at=start)
            spread(db, [session], now=clock())
            self.session_id = session.id
        settle(ports)

    @contextmanager
    def session(self):
        with self.ports.database.transaction() as db:
            yield db, db.get_one(LiveSession, self.session_id)

    @property
    def archive(self):
        with self.session() as (db, session):
            return Archive(self.ports.settings.live_root, broadcasts.of_session(db, session).remote_id)

    def segment(self, *, whole=False):
        """Wait until ffmpeg has made what it can of what came; `whole`: until the take is finished."""
        deadline, before = time.monotonic() + 30, None
        while time.monotonic() < deadline:
            self.segmenting.step()
            takes = self.archive.takes()
            there = len(self.archive.segments())
            if whole and all(take.finished for take in takes):
                return
            if not whole and before and there == before[0] and time.monotonic() - before[1] > 0.8:
                return
            before = before if before and before[0] == there else (there, time.monotonic())
            time.sleep(0.05)
        raise AssertionError("ffmpeg does not get on")

    def pass_by(self, seconds, encoder=None):
        """Time passes, and everybody does his work."""
        for _ in range(seconds):
            encoder.put() if encoder else self.clock.advance(seconds=1)
            self.segmenting.step()
            settle(self.ports)
        if encoder:
            self.segment()

    def command(self, name, **values):
        with self.session() as (db, session):
            getattr(console, name)(db, session, actor=None, now=self.clock(), **values)
        settle(self.ports)

    def go_live(self, encoder):
        self.command("go_live")
        encoder.send(2)
        settle(self.ports)
        self.pass_by(8, encoder)

    def mark(self, kind, *, question=None, title="", ago=0.0):
        with self.session() as (db, session):
            at = self.clock() - timedelta(seconds=ago)
            question = db.get_one(Question, question.id) if question else None
            return console.mark(
                db, session, kind=MarkerKind(kind), title=title, question=question, at=at, key=None, actor=None,
                now=self.clock(),
            ).id  # fmt: skip

    def press(self, name, *about, ago=0.0):
        """Somebody presses a button at the desk, `ago` seconds before that reaches us."""
        with self.session() as (db, session):
            now, found = self.clock(), [db.get_one(type(one), one.id) for one in about]
            getattr(console, name)(db, session, *found, console.Press(uuid4().hex, now - ago * SECOND, now))

    def answered(self, answering_id, answered_id):
        """What the host's page does when he says that he is done."""
        with self.session() as (db, session):
            pair = {
                name: db.get_one(Marker, one) for name, one in (("answering", answering_id), ("answered", answered_id))
            }
            return clips.cut_live(db, session, **pair, now=self.clock()).id

    def end(self):
        self.command("end", settings=self.ports.settings)
        self.command("end", settings=self.ports.settings)
        settle(self.ports)


def film(folder, seconds, name="film.flv"):
    return clock_film(folder / name, seconds, "-f", "flv")

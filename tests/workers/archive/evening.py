"""A connected channel on the emulator, sessions that were broadcast there, and the workers driven by hand."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from helpcenter.models import (
    Broadcast,
    Channel,
    ChannelImport,
    ChannelState,
    LiveSession,
    LiveSessionState,
    Marker,
    MarkerKind,
    OutgoingMail,
    PlatformVideo,
    Recording,
)
from helpcenter.permissions import Role
from helpcenter.services import channels, recordings, steps, videos
from helpcenter.services.channels.secrets import sealed_token
from streaming.platform import BroadcastPlan, BroadcastStatus, Priority, Privacy
from tests.factories import make_session, make_user
from workers.archive.importing import import_channel
from workers.archive.watch import watch
from workers.pipeline.advance import advance

WORDS = [f"{one}{two}" for one in ("ba", "ke", "li", "mo", "nu", "ra") for two in ("dor", "fen", "gal", "mit", "tus")]


def vtt(seconds, *, every=20, seed=1):
    """Captions of that many seconds, a line each `every`."""
    random = Random(seed)
    clock = "{:02}:{:02}:{:02}.000".format
    blocks = []
    for start in range(0, seconds - every + 1, every):
        text = " ".join(random.choice(WORDS) for _ in range(8)).capitalize() + "."
        at, end = (clock(t // 3600, t // 60 % 60, t % 60) for t in (start, start + every - 1))
        blocks.append(f"{at} --> {end}\n{text}")
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


class Evening:
    """See the module."""

    def __init__(self, ports, clock, emulator):
        self.ports, self.clock, self.emulator = ports, clock, emulator
        self.pipeline = True  # ten steps for each recording, for tests that look at what comes of them
        self.remote = emulator.add_channel(title="Product experts")
        with ports.database.transaction() as db:
            token = sealed_token(ports.settings, self.remote, emulator.refresh_token(self.remote))
            uploads = "UU" + self.remote.removeprefix("UC")
            row = Channel(
                remote_id=self.remote, title="Product experts", uploads=uploads, token=token, connected_at=clock()
            )
            row.scopes = "https://www.googleapis.com/auth/youtube.force-ssl"
            db.add(row)
            make_user(db, Role.EDITOR, email="editor@example.org")
            make_user(db, Role.ADMIN, email="admin@example.org")
            db.flush()
            self.channel_id = row.id
        self.platform = self.of(self.channel_id)

    def connect_again(self):
        """The admin has connected the channel anew."""
        with self.ports.database.transaction() as db:
            row = db.get_one(Channel, self.channel_id)
            row.token = sealed_token(self.ports.settings, self.remote, self.emulator.refresh_token(self.remote))
            row.state, row.connections = ChannelState.OK, row.connections + 1
            channels.wake(db, row, now=self.clock())

    def of(self, channel_id):
        return self.ports.platforms.of(channel_id, priority=Priority.CRITICAL)

    def advance(self, **delta):
        self.clock.advance(**delta)
        self.emulator.clock.advance(0)

    def broadcast(self, *, minutes=60, captions="", marks=(), **values):
        """A session that has just ended; the id of its video. `marks` are (seconds after the start, title)."""
        now = self.clock()
        plan = BroadcastPlan(
            f"qa-{now:%H%M%S}", "Questions", "Bring your questions.", now + timedelta(minutes=5),
            None, Privacy.UNLISTED,
        )  # fmt: skip
        made = self.platform.create_broadcast(plan)
        ingest = self.platform.create_ingest(plan.marker)
        self.platform.bind(made.id, ingest.stream_id)
        if captions:
            self.emulator.set_recording(made.id, captions=captions)
        encoder = self.emulator.ingest(ingest.key)
        encoder.start()
        self.platform.transition(made.id, BroadcastStatus.LIVE)
        self.advance(seconds=5)
        started = self.platform.broadcasts([made.id])[made.id].actual_start
        self.advance(minutes=minutes)
        self.platform.transition(made.id, BroadcastStatus.COMPLETE)
        encoder.stop()
        self._ended(made.id, started, marks, values)
        return made.id

    def _ended(self, video_id, started, marks, values):
        done = self.platform.broadcasts([video_id])[video_id]
        with self.ports.database.transaction() as db:
            defaults = {"state": LiveSessionState.PROCESSING, "starts_at": started, "channel_id": self.channel_id}
            session = make_session(db, **{**defaults, **values})
            row = Broadcast(
                session_id=session.id, channel_id=self.channel_id, marker=f"m-{video_id}", remote_id=video_id,
                status=BroadcastStatus.COMPLETE, actual_start=done.actual_start, actual_end=done.actual_end,
            )  # fmt: skip
            db.add(row)
            for seconds, title in marks:
                at = started + timedelta(seconds=seconds)
                db.add(Marker(session_id=session.id, at=at, kind=MarkerKind.ANSWERING, title=title, key=title))
            db.flush()
            videos.expect(db, session, row, now=self.clock())

    def video(self, remote_id):
        with self.ports.database.reading() as db:
            return db.scalars(select(PlatformVideo).where(PlatformVideo.remote_id == remote_id)).one()

    def session(self):
        with self.ports.database.reading() as db:
            return db.scalars(select(LiveSession)).one()

    def recording(self, remote_id):
        """The recording's summary."""
        with self.ports.database.reading() as db:
            row = db.scalars(select(PlatformVideo).where(PlatformVideo.remote_id == remote_id)).one()
            return recordings.summary(db, db.get_one(Recording, row.recording_id))

    def version(self, remote_id):
        with self.ports.database.reading() as db:
            row = db.scalars(select(PlatformVideo).where(PlatformVideo.remote_id == remote_id)).one()
            version = db.get_one(Recording, row.recording_id).version
            db.expunge_all()
            return version

    def work(self):
        """Do all that is due now, until nothing is."""
        for _ in range(300):
            with self.ports.database.reading() as db:
                now = self.clock()
                due = (
                    *((import_channel, one) for one in videos.due_imports(db, now=now)),
                    *((watch, one) for one in videos.due(db, now=now)),
                    *((advance, one) for one in (steps.due(db, now=now) if self.pipeline else ())),
                )
            if not due:
                return
            for task, row_id in due:
                task(self.ports, row_id)
        raise AssertionError("it never comes to rest")

    def live_through(self, **delta):
        """Let that time pass, doing what is due whenever it is."""
        until = self.clock() + timedelta(**delta)
        self.work()
        while (due := self._next_due()) is not None and due <= until:
            self.advance(seconds=(due - self.clock()).total_seconds())
            self.work()
        self.advance(seconds=(until - self.clock()).total_seconds())
        self.work()

    def _next_due(self):
        with self.ports.database.reading() as db:
            dues = [*db.scalars(select(PlatformVideo.due_at)), *db.scalars(select(ChannelImport.due_at))]
        return min((due for due in dues if due is not None), default=None)

    def asked(self, method):
        """How often the platform was asked that, and knew who asked."""
        return len([entry for entry in self.emulator.journal.of(method) if entry.status != 401])

    def mails(self, kind="alert"):
        """(recipient, sentence) of every mail of that kind."""
        with self.ports.database.reading() as db:
            rows = db.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind)).all()
            return [(row.recipient, row.params.get("message", {}).get("text", "")) for row in rows]

"""A session on a connected channel of the emulator, and a worker that does what is due on it, on one clock that is moved."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

from sqlalchemy import select

from helpcenter.models import Broadcast, Channel, LiveSession
from helpcenter.ports import Ports
from helpcenter.services import broadcasts, console
from helpcenter.wiring import wire
from streaming.emulator import Emulator
from tests.conftest import on_emulator
from tests.factories import make_channel, make_session
from workers.live.project import project

APPLIED = ("apply-then-timeout", "apply-then-close", "apply-then-503")
PICTURE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


@dataclass
class Evening:
    """`clock` is everybody's: the site's and the platform's. `session_id` is a row that is scheduled on `channel_id`."""

    ports: Ports
    emulator: Emulator
    clock: object
    channel_id: int = 0
    session_id: int = 0

    def work(self, most: int = 60) -> list[str]:
        """Do what is due, step by step, until nothing is; the platform's calls that were made."""
        before = len(self.emulator.journal)
        for _ in range(most):
            with self.ports.database.reading() as db:
                ids = broadcasts.due(db, now=self.ports.clock())
            if not ids:
                made = list(self.emulator.journal)[before:]
                return [entry.method for entry in made if entry.status == 200 and "oauth" not in entry.method]
            for broadcast_id in ids:
                project(self.ports, broadcast_id)
        raise AssertionError([entry.method for entry in list(self.emulator.journal)[before:]])

    def wait(self, seconds: float, *, step: float = 1.0) -> None:
        """Let time pass, with a tick every `step` seconds."""
        passed = 0.0
        while passed < seconds:
            self.clock.advance(seconds=step)
            passed += step
            self.work()

    def until(self, wanted, *, most: float = 200.0, step: float = 1.0) -> float:
        """Let time pass until it is so; after how many seconds it was."""
        for passed in range(int(most / step)):
            self.work()
            if wanted():
                return passed * step
            self.clock.advance(seconds=step)
        raise AssertionError(self.row.held, self.row.error, self.row.status)

    def do(self, command, **values):
        """A command of the host."""
        with self.ports.database.transaction() as db:
            session = db.get_one(LiveSession, self.session_id)
            return command(db, session, actor=None, now=self.ports.clock(), **values)

    def end(self):
        self.do(console.end, settings=self.ports.settings)

    def change(self, **values) -> None:
        """Somebody edits the session."""
        with self.ports.database.transaction() as db:
            session = db.get_one(LiveSession, self.session_id)
            for name, value in values.items():
                setattr(session, name, value)
            broadcasts.request_sync(db, session, now=self.ports.clock())

    @property
    def row(self) -> Broadcast:
        with self.ports.database.reading() as db:
            return db.scalars(select(Broadcast).where(Broadcast.session_id == self.session_id)).one()

    @property
    def session(self) -> LiveSession:
        with self.ports.database.reading() as db:
            return db.get_one(LiveSession, self.session_id)

    @property
    def channel(self) -> Channel:
        with self.ports.database.reading() as db:
            return db.get_one(Channel, self.channel_id)

    @property
    def view(self) -> console.ConsoleView:
        with self.ports.database.reading() as db:
            session = db.get_one(LiveSession, self.session_id)
            return console.view(db, session, settings=self.ports.settings, now=self.ports.clock())

    @property
    def remote(self):
        """The only broadcast on the platform."""
        (one,) = self.emulator.broadcasts.values()
        return one

    @property
    def encoder(self):
        return self.emulator.ingest(self.channel.stream_id)

    def asked(self, method: str) -> int:
        return sum(entry.method == method for entry in self.emulator.journal)


@contextmanager
def evening(ports: Ports, clock, *, pace: float = 1.0, **session) -> Iterator[Evening]:
    """An emulator, a channel that is connected to it, and a session that was scheduled just now."""
    with Emulator(time=clock, pace=pace) as emulator:
        made = Evening(connected(ports, emulator, pace=pace), emulator, clock)
        made.channel_id = add_channel(made)
        with made.ports.database.transaction() as db:
            row = make_session(
                db, **{"starts_at": clock() + timedelta(hours=3), "channel_id": made.channel_id, **session}
            )
            broadcasts.request_sync(db, row, now=clock())
            made.session_id = row.id
        yield made
        made.ports.database.dispose()


def connected(ports: Ports, emulator: Emulator, *, pace: float = 1.0) -> Ports:
    """The same site, its channels on this emulator, with all the quota in the world."""
    table = json.loads((resources.files("streaming.youtube") / "costs.json").read_text())
    quota = ports.settings.data_root / "quota.json"
    quota.parent.mkdir(parents=True, exist_ok=True)
    quota.write_text(json.dumps({**table, "buckets": dict.fromkeys(table["buckets"], 10**9)}))
    settings = on_emulator(ports.settings, emulator, live_pace=pace, youtube_quota=quota)
    return wire(settings, queue=ports.queue, clock=ports.clock)


def add_channel(made: Evening, **values) -> int:
    """One more channel, on the platform and here; its row's id."""
    remote_id = made.emulator.add_channel(title="Filters & Co.", **values)
    with made.ports.database.transaction() as db:
        token = made.emulator.refresh_token(remote_id)
        return make_channel(db, settings=made.ports.settings, token=token, remote_id=remote_id).id


def one_more(tonight: Evening) -> None:
    """Another session of the same channel, as the one that `tonight` speaks of."""
    with tonight.ports.database.transaction() as db:
        start = tonight.clock() + timedelta(hours=3)
        row = make_session(db, starts_at=start, channel_id=tonight.channel_id)
        broadcasts.request_sync(db, row, now=tonight.clock())
        tonight.session_id = row.id


def fault(tonight: Evening, method: str, kind: str, **options: object) -> None:
    tonight.emulator.faults.add(method=method, kind=kind, **{"seconds": 0.01, **options})


def assert_one_each(tonight: Evening) -> None:
    found = [one.description.rpartition("Ref: ")[2].split()[0] for one in tonight.emulator.broadcasts.values()]
    with tonight.ports.database.reading() as db:
        markers = [f"qa-{one.public_id}" for one in db.query(LiveSession)]
        ids = {row.remote_id for row in db.query(Broadcast)}
    assert sorted(found) == sorted(markers)
    assert ids == set(tonight.emulator.broadcasts)

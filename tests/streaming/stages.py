"""Platforms to try the contract of `LivePlatform` on, each with its other side: the hands that move it, and what it saw."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from streaming.emulator import Emulator
from streaming.local.archive import Archive
from streaming.local.platform import LocalPlatform
from streaming.platform import BroadcastPlan, Privacy
from streaming.youtube import connect
from streaming.youtube.oauth import SCOPE, OAuthClient
from streaming.youtube.quota import next_reset
from tests.streaming.local.conftest import list_segments, open_take

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PATIENT = (5.0, 20.0)


def plan(marker="qa-7F3K2", **changes):
    """A plan as a session makes it."""
    usual = {
        "title": "Ask us about filters",
        "description": f"Bring your questions.\n\nRef: {marker}",
        "starts_at": NOW + timedelta(days=1),
        "ends_at": NOW + timedelta(days=1, hours=1),
        "privacy": Privacy.UNLISTED,
    }
    return BroadcastPlan(marker=marker, **usual | changes)


@dataclass
class Meter:
    """Counts what is paid for."""

    now: Callable[[], datetime]
    charged: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def charge(self, method: str) -> Iterator[None]:
        with self.lock:
            self.charged.append(method)
        yield

    def exhausted(self, method: str) -> datetime:
        self.emptied.append(method)
        return next_reset(self.now())


class OverEmulator:
    """`streaming.youtube` over HTTP against the emulator, whose clock stands still until it is moved."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.channel_id = emulator.add_channel(title="Filters & Co.")
        self.meter = Meter(emulator.clock.now)
        self.platform = self.connected(self.channel_id)

    def connected(self, channel_id="", *, meter=None, timeout=PATIENT, scopes=(SCOPE,)):
        """A platform of its own for that channel; "" is an account without one."""
        client = OAuthClient(self.emulator.client_id, self.emulator.client_secret, self.emulator.url)
        token = self.emulator.refresh_token(channel_id, scopes=frozenset(scopes))
        return connect(
            client.credentials(token, scopes),
            api_root=self.emulator.url,
            meter=meter or self.meter,
            clock=self.emulator.clock.now,
            timeout=timeout,
        )

    def fault(self, method, kind, **options):
        """What is never answered is closed after a moment, as if something in between had given up waiting."""
        options = {"seconds": 0.02, **options}
        return self.emulator.faults.add(method=method, kind=kind, **options)

    def asked(self, method):
        """How often the platform was asked that, carried out or not."""
        return len(self.emulator.journal.of(method))

    def advance(self, **delta):
        self.emulator.clock.advance(timedelta(**delta).total_seconds())

    def ingest(self, key):
        return self.emulator.ingest(key)

    def prepared(self, **changes):
        """A broadcast that pictures can be sent to, and what sends them: start(), stop()."""
        made = self.platform.create_broadcast(plan(**changes))
        ingest = self.platform.create_ingest("room-1")
        return self.platform.bind(made.id, ingest.stream_id), self.ingest(ingest.key)

    @property
    def studio(self):
        """What people do by hand on the platform's own pages."""
        return self.emulator.studio

    def parts(self, broadcast_id):
        """The platform's own record of a broadcast."""
        return self.emulator.broadcasts[broadcast_id].parts


@contextmanager
def over_emulator():
    with Emulator(time=lambda: NOW) as emulator:
        yield OverEmulator(emulator)


class LocalEncoder:
    """Sends to a broadcast of this site, as fast as time passes."""

    def __init__(self, stage, broadcast_id):
        self.stage, self.archive, self.take = stage, Archive(stage.root, broadcast_id), None

    def start(self):
        self.take = open_take(self.archive, now=self.stage.now)
        self.stage.sending.append(self)
        self.stage.advance(seconds=4)

    def stop(self):
        self.stage.sending.remove(self)

    def send(self):
        """What has been sent by now: a chunk, and segments of two seconds each."""
        passed = int((self.stage.now - self.take.began).total_seconds())
        self.take.put(self.take.count(), b"chunk", now=self.stage.now)
        list_segments(self.take, *[2.0] * (passed // 2))
        self.take.note_tracks(("audio", "video"))


class OnThisSite:
    """`streaming.local` in a folder; its clock stands still until it is moved."""

    def __init__(self, root):
        self.root, self.now, self.sending = root, NOW, []
        self.platform = LocalPlatform(root, clock=lambda: self.now, encoder_address="rtmp://127.0.0.1/live")

    def advance(self, **delta):
        self.now += timedelta(**delta)
        for encoder in self.sending:
            encoder.send()

    def prepared(self, **changes):
        """A broadcast that pictures can be sent to, and what sends them: start(), stop()."""
        made = self.platform.create_broadcast(plan(**changes))
        return made, LocalEncoder(self, made.id)


@contextmanager
def on_this_site():
    with TemporaryDirectory() as folder:
        yield OnThisSite(Path(folder))


STAGES = {"youtube over the emulator": over_emulator}
ALL = {**STAGES, "on this site": on_this_site}

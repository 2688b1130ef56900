"""Platforms to try the contract of `LivePlatform` on, each with its other side: the hands that move it, and what it saw."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from streaming.emulator import Emulator
from streaming.platform import BroadcastPlan, Privacy
from streaming.youtube import connect
from streaming.youtube.oauth import SCOPE, OAuthClient
from streaming.youtube.quota import next_reset

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


STAGES = {"youtube over the emulator": over_emulator}

"""The edges of the product as Protocols, and the bundle of them that one process uses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from helpcenter.errors import Message
from helpcenter.jobs import Doorbell
from helpcenter.settings import Settings
from streaming.platform import LivePlatform, Priority


class Database(Protocol):
    """The rows. One commit per use case: the block's end."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A session that commits at the block's end, rolls back on an error, and rings its doorbells after the commit."""

    def reading(self) -> AbstractContextManager[Session]:
        """A session for reading one consistent state; what it changes is thrown away."""


class Queue(Protocol):
    """The alarm clock. Ringing may be lost; it may not fail the caller."""

    def ring(self, bell: Doorbell) -> None:
        """Ask some worker to look at the row; returns at once, logs when the broker cannot be reached."""


class Storage(Protocol):
    """Files by key, such as `recordings/7Hq…/play-3f9a.mp4`; a key once written keeps its content."""

    def put(self, key: str, source: Path) -> None:
        """Store the file under the key, durable when it returns; the source may be moved away.

        Raises StorageFull.
        """

    def local(self, key: str) -> AbstractContextManager[Path]:
        """The content as a local file for reading. Raises NotFound."""

    def exists(self, key: str) -> bool:
        """Whether the key has content."""

    def url(self, key: str) -> str | None:
        """A signed address that a browser may fetch for some minutes, or None where we serve the file ourselves."""

    def delete_tree(self, prefix: str) -> None:
        """Delete every key that starts with the prefix, which ends with a slash."""

    def check(self) -> Message:
        """What serves as storage, and how much room there is. Raises Unavailable or NotConfigured in words."""


class Mailer(Protocol):
    """Where mail goes. Sending twice with one Message-ID is the caller's mistake to avoid.

    Sending takes at most `prelude` until `before_data` is called, and at most `hand_over` from there; after that,
    `was_sent` is final.
    """

    prelude: timedelta
    hand_over: timedelta

    def send(self, message: EmailMessage, *, before_data: Callable[[], None]) -> None:
        """Hand the message over; call `before_data` when from here on a lost answer leaves it unknown whether it was sent.

        Raises Unavailable (surely not sent, try again), InvalidInput (refused for good), AnswerLost (sent or not), or
        whatever `before_data` raises (surely not sent).
        """

    def was_sent(self, message_id: str) -> bool | None:
        """Whether the message was handed over: yes, no, or None where this way of mail cannot tell."""

    def check(self) -> Message:
        """Where mail goes. Raises Unavailable or NotConfigured in words."""


class Platforms(Protocol):
    """The channels that are connected, each as a platform that can be asked."""

    def of(self, channel_id: int, *, priority: Priority, session_id: int | None = None) -> LivePlatform:
        """The channel, each of its calls paid for from the quota on behalf of that session.

        Raises NotConfigured without an OAuth client, streaming.errors.ReauthNeeded for a channel that is revoked.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that touches the outside, as one process is wired."""

    settings: Settings
    database: Database
    queue: Queue
    storage: Storage
    mailer: Mailer
    platforms: Platforms
    clock: Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of every process but a test's."""
    return datetime.now(UTC)


JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """What a part says of itself: `ok` is None where it is not set up; `mend` says what to do, where that is known."""

    name: str
    ok: bool | None
    message: Message
    mend: Message | None = None

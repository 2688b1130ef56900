"""Encoders such as OBS: who knows a session's stream key may send, and what he sends becomes takes."""

import shutil
import time
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from helpcenter.errors import Conflict, NotFound
from helpcenter.ports import Ports
from helpcenter.services import broadcasts
from streaming.local.archive import Archive, Busy, Closed, Container, Missing, Take, TakeSource
from streaming.local.notes import Refusal, note_refusal
from streaming.local.platform import broadcast_of_key
from streaming.rtmp import Refused, WrongKey, serving

log = structlog.get_logger(__name__)
AGAIN: Final = 10.0
"""Seconds until a port that was taken is tried again."""
LOOK: Final = 10.0
"""Seconds between two looks whether the session may still be fed, and the disk has room."""
BROKEN: Final = 4.0
"""Seconds without a piece after which an encoder that comes back to us from the same address is no second one."""


class Receiving:
    """Listens for encoders, as a part of `helpcenter live`; what is sent is taken in by threads of its own."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._door = StudioDoor(ports)
        self._running = ExitStack()
        self._again_at: float | None = 0.0

    def start(self) -> None:
        """Have a place for what comes. A port that is taken stops nothing here: browsers send all the same."""
        self._ports.settings.live_root.mkdir(parents=True, exist_ok=True)
        if not self._ports.settings.rtmp_port:
            self._again_at = None

    def step(self) -> None:
        """Listen, unless we do, or shall not."""
        if self._again_at is None or time.monotonic() < self._again_at:
            return
        settings = self._ports.settings
        host, port = settings.rtmp_bind, settings.rtmp_port
        try:
            self._running.enter_context(serving(self._door, host=host, port=port, clock=self._ports.clock))
        except OSError as error:
            self._again_at = time.monotonic() + AGAIN
            log.warning("encoders cannot reach us by RTMP", host=host, port=port, why=str(error), again_in=AGAIN)
            return
        self._again_at = None
        log.info("encoders may send by RTMP", host=host, port=port)

    def stop(self) -> None:
        """End every conversation; what had come is kept."""
        self._running.close()


class StudioDoor:
    """Lets in who knows the stream key of a broadcast that may be fed, one at a time. See `streaming.rtmp.Door`."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._guard = Lock()
        self._sending: dict[str, Publication] = {}

    def authorise(self, app: str, key: str, peer: str) -> "Publication":  # noqa: ARG002 -- the key says it all
        """The place for what is published under that key. Raises Refused, WrongKey."""
        root = self._ports.settings.live_root
        broadcast_id = broadcast_of_key(self._ports.settings.secret, key)
        if broadcast_id is None:
            return self._refuse(WrongKey(), root, peer)
        archive = Archive(root, broadcast_id)
        try:
            check(self._ports, broadcast_id)
            with self._guard:
                self._make_way(archive, peer)
                made = self._sending[broadcast_id] = Publication(self._ports, archive, peer)
        except Refused as no:
            return self._refuse(no, archive.folder, peer)
        except SQLAlchemyError as error:
            raise Refused("The site cannot look this key up now. Try again in a moment.", "unavailable") from error
        log.info("an encoder sends", broadcast=broadcast_id, peer=peer)
        return made

    def _make_way(self, archive: Archive, peer: str) -> None:
        """Let go of what is left of a connection that broke. Raises Refused while somebody else is sending."""
        now = self._ports.clock()
        before = self._sending.get(archive.id)
        if before is not None and before.open:
            if before.peer != peer or not before.silent:
                raise _busy(before.label, before.since)
            before.let_go()
        current = archive.current(now)
        if current is not None and not (current.source is TakeSource.RTMP and current.label == label_of(peer)):
            raise _busy(current.label, current.opened_at)
        if current is not None:  # of a process that died
            current.close(now=now)

    def _refuse(self, no: Refused, folder: Path, peer: str) -> "Publication":
        sent_away(no, folder, peer, now=self._ports.clock())
        raise no


class Publication:
    """One connection that sends; its take begins with its first piece. See `streaming.rtmp.Sink`."""

    def __init__(self, ports: Ports, archive: Archive, peer: str) -> None:
        self.peer, self.label, self.since = peer, label_of(peer), ports.clock()
        self.open = True
        self._ports, self._archive = ports, archive
        self._take: Take | None = None
        self._number = 0
        self._heard = self._looked = time.monotonic()

    @property
    def silent(self) -> bool:
        """Whether nothing has come for so long that the connection may be broken."""
        return time.monotonic() - self._heard > BROKEN

    def start(self, began: datetime, codecs: str) -> None:
        """Begin the take. Raises Refused."""
        try:
            self._take = self._archive.open_take(
                source=TakeSource.RTMP, container=Container.FLV, codecs=codecs, began=began, sender=f"rtmp-{uuid4().hex}",
                label=self.label, now=self._ports.clock(),
            )  # fmt: skip
        except Busy as busy:
            raise _busy(busy.label, busy.since) from busy
        except OSError as error:
            raise self._no_room(error) from error

    def put(self, piece: bytes) -> None:
        """Keep the piece. Raises Refused where it cannot be kept, or is no longer wanted."""
        assert self._take is not None
        self._heard = time.monotonic()
        if self._heard - self._looked > LOOK:
            self._looked = self._heard
            self._check_again()
        try:
            self._number = self._take.put(self._number, piece, now=self._ports.clock())
        except Closed as closed:
            raise Refused(
                "Somebody else has begun to send for this session, so this encoder stops.", "takenOver"
            ) from closed
        except (OSError, Missing) as error:
            raise self._no_room(error) from error

    def _no_room(self, error: Exception) -> Refused:
        log.warning("what was sent could not be kept", broadcast=self._archive.id, why=str(error))
        return Refused("What was sent cannot be stored. The operator has to look at the disk.", "storage")

    def _check_again(self) -> None:
        """Raise Refused where the session is over by now; a database that does not answer ends nobody's session."""
        try:
            check(self._ports, self._archive.id)
        except SQLAlchemyError as error:
            log.warning(
                "whether an encoder may go on is not known", broadcast=self._archive.id, why=type(error).__name__
            )

    def close(self, why: Refused | None) -> None:
        """End the take, and say on the host's page why, where it was refused."""
        self.let_go()
        if why is not None:
            sent_away(why, self._archive.folder, self.peer, now=self._ports.clock())
        log.info("an encoder has stopped", broadcast=self._archive.id, peer=self.peer, pieces=self._number)

    def let_go(self) -> None:
        """End the take, so that another one may begin."""
        self.open = False
        if self._take is not None and self._take.folder.exists():
            self._take.close(now=self._ports.clock())


def label_of(peer: str) -> str:
    """How an encoder at that address is called."""
    return f"RTMP {peer}"


def check(ports: Ports, broadcast_id: str) -> None:
    """Pass over a broadcast that may be fed, on a disk with room. Raises Refused."""
    try:
        with ports.database.reading() as db:
            broadcasts.check_feeding(db, broadcast_id)
    except (NotFound, Conflict) as no:
        raise Refused(str(no), "notOpen") from no
    if shutil.disk_usage(ports.settings.live_root).free < ports.settings.min_free_bytes:
        raise Refused("The disk is full, so nothing can be taken in. The operator has to make room.", "storage")


def sent_away(no: Refused, folder: Path, peer: str, *, now: datetime) -> None:
    """Write down who was sent away, and why: encoders show that to nobody."""
    log.warning("an encoder was sent away", peer=peer, why=no.code)
    with suppress(OSError):  # the refusal counts, be the disk full or the folder gone
        note_refusal(folder, Refusal(now, no.code, no.text, peer))


def _busy(label: str, since: datetime) -> Refused:
    return Refused(f"{label} has been sending for this session since {since:%H:%M} UTC. Stop that first.", "busy")

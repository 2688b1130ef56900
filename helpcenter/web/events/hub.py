"""The hub of a web process: one thread looks for changes in the sessions that somebody watches, and wakes their streams.

A stream holds a thread of the web server and nothing else: no connection, no transaction. A few times a second the hub asks
for the pulses of all watched sessions in one tiny query; only where one has grown is the board read, once for everybody.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
from flask import Flask, current_app, render_template
from sqlalchemy.exc import SQLAlchemyError

from helpcenter.db import SqlDatabase
from helpcenter.errors import N_, NotFound, Unavailable
from helpcenter.models import LiveSession
from helpcenter.ports import Ports
from helpcenter.services import live
from helpcenter.services.pages import Board, Item, read_board
from helpcenter.web.events.room import Room

log = structlog.get_logger(__name__)

TICK: Final = 0.25
GAP: Final = 0.5
"""Seconds between two editions at least: with many votes a second, each viewer gets a few messages, not all of them."""
REFRESH: Final = 3.0
"""Seconds after which a board is read though its pulse stands still: what changed a session without a beat is found, too."""
IDLE: Final = 20.0
"""Seconds that a session which nobody asks for any more is remembered."""


class Full(Unavailable):
    """Too many watch at once for more streams. The page asks every few seconds instead."""


class Hub:
    """The sessions that somebody watches through this process, by their ids."""

    def __init__(self, app: Flask, ports: Ports) -> None:
        assert isinstance(ports.database, SqlDatabase)
        self._app, self._database, self._most = app, ports.database, ports.settings.live_viewers
        self._rooms: dict[int, Room] = {}
        self._ids: dict[str, int] = {}
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._thread: threading.Thread | None = None
        self._streams = 0
        self._stopped = threading.Event()

    def room(self, session_id: int, public_id: str) -> Room:
        """The session's room, which is opened where nobody watched until now. Raises NotFound."""
        room = self._rooms.get(session_id) or self._open(session_id, public_id)
        room.used = time.monotonic()
        return room

    def known(self, public_id: str) -> Room | None:
        """The room of the session with this public id, if it is open."""
        return self._rooms.get(self._ids.get(public_id, 0))

    def enter(self, room: Room) -> Callable[[], None]:
        """Count one more stream in this room; what ends that, to be called when it is closed, however it ends.

        Raises Full at the cap, and while the process ends.
        """
        with self._lock:
            # A room that was forgotten at this very moment would never hear of anything: the page comes again.
            forgotten = self._rooms.get(room.session_id) is not room
            if self._streams >= self._most or self._stopped.is_set() or forgotten:
                raise Full
            self._streams += 1
            room.listeners += 1
        inside = [room]

        def leave() -> None:
            with self._lock:
                if inside:
                    inside.clear()
                    self._streams -= 1
                    room.listeners -= 1
            room.used = time.monotonic()

        return leave

    @property
    def streams(self) -> int:
        """How many are open."""
        return self._streams

    def stop(self) -> None:
        """End every stream at once, and let none begin: the process is told to end."""
        self._stopped.set()
        for room in list(self._rooms.values()):
            room.close()

    def close(self) -> None:
        """Stop, and wait until nothing is read any more."""
        self.stop()
        if thread := self._thread:
            thread.join()

    def _open(self, session_id: int, public_id: str) -> Room:
        with self._opening:  # of many who come at once, one reads
            if room := self._rooms.get(session_id):
                return room
            now = time.monotonic()
            room = Room(session_id, partial(self._render, public_id), self._read(session_id), now, now)
            with self._lock:
                self._rooms[session_id], self._ids[public_id] = room, session_id
                if self._thread is None and not self._stopped.is_set():
                    self._thread = threading.Thread(target=self._run, name="live events", daemon=True)
                    self._thread.start()
            return room

    def _run(self) -> None:
        while not self._stopped.wait(TICK):
            with self._lock:
                self._forget_idle()
                if not self._rooms:
                    self._thread = None
                    return
            try:
                self._look()
            except (SQLAlchemyError, OSError, self._database.engine.dialect.loaded_dbapi.Error) as error:
                # The database is away: whoever listens waits for what happens next, and misses nothing.
                log.warning("live events: the database does not answer", why=str(error))
            except Exception:  # one session that cannot be shown silences no other
                log.exception("live events: a look failed")

    def _forget_idle(self) -> None:
        now = time.monotonic()
        idle = [key for key, room in self._rooms.items() if not room.listeners and now - room.used > IDLE]
        for key in idle:
            del self._rooms[key]
        self._ids = {name: key for name, key in self._ids.items() if key in self._rooms}

    def _look(self) -> None:
        rooms = list(self._rooms.values())
        numbers = self._database.pulses([room.session_id for room in rooms])
        now = time.monotonic()
        for room in rooms:
            beaten = numbers.get(room.session_id, 0) != room.board.number
            if (beaten and now - room.changed_at >= GAP) or now - room.read_at >= REFRESH:
                self._renew(room, beaten=beaten)

    def _renew(self, room: Room, *, beaten: bool) -> None:
        try:
            board = self._read(room.session_id)
        except NotFound:
            with self._lock:
                self._rooms.pop(room.session_id, None)
            room.close()
            return
        if not beaten and board.number == room.board.number and room.differs(board):
            # Something changed without a beat. It gets one, so that every viewer of every process can tell old from new.
            with self._database.transaction() as db:
                live.beat(db, room.session_id)
            return
        room.take(board, time.monotonic())

    def _read(self, session_id: int) -> Board:
        with self._database.reading() as db:
            if not self._database.is_sqlite:
                # One state for all queries, as SQLite gives it anyway: what the number says is there, and nothing beyond it.
                db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            session = db.get(LiveSession, session_id)
            if session is None:
                raise NotFound(N_("There is nothing here, or not for you."))
            return read_board(db, session)

    def _render(self, public_id: str, language: str, item: Item) -> str:
        with self._app.test_request_context(f"/?lang={language}"):
            return render_template("sessions/_question.html", item=item, public_id=public_id, voted=False, own=False)


def current_hub() -> Hub:
    """The hub of this process."""
    found = current_app.extensions["hub"]
    assert isinstance(found, Hub)
    return found

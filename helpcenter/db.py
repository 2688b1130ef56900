"""The database: engines, transactions (the one place that commits), and migrations."""

import fcntl
import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, inspect, text, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from helpcenter.jobs import take_deferred
from helpcenter.models import ContentVersion, PublicContent
from helpcenter.ports import Queue

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
_BUSY_MS = 30_000
_TOUCHED = "content touched"


def touch_content(db: Session) -> None:
    """Make every cached page stale at this transaction's end; for changes that go past the session's objects."""
    db.info[_TOUCHED] = True


class SqlDatabase:
    """SQLite or PostgreSQL behind one pair of doors; see ports.Database."""

    def __init__(self, url: str, queue: Queue | None = None, *, pool_size: int = 20) -> None:
        self.engine = _engine(url, pool_size)
        # A reader must not wait for SQLite's one writer, so it begins without asking for the write lock.
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)
        self._queue = queue
        self._writing = RLock()
        self._version, self._pulses = _Glance(self), _Glance(self)
        event.listen(self._sessions, "before_flush", _notice_public_content)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the block's end, rolls back on an error, and rings its doorbells after the commit."""
        with self._one_writer(), self._sessions() as db:
            yield db
            db.flush()
            if db.info.pop(_TOUCHED, False):
                _count_change(db)
            bells = take_deferred(db)
            db.commit()
        if self._queue:
            for bell in bells:
                self._queue.ring(bell)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Stand in line for SQLite's one write lock: for it, waiting is sleeping and trying again, up to a tenth of a second.

        Threads of this process hand it on at once instead. Whoever holds it for too long is not waited for: SQLite decides.
        """
        mine = self.is_sqlite and self._writing.acquire(timeout=_BUSY_MS / 1000)
        try:
            yield
        finally:
            if mine:
                self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading one consistent state; what it changes is thrown away."""
        with self._readers() as db:
            yield db

    def content_version(self) -> int:
        """The number of the public content as it is now; the cheapest query there is, asked for each cached page."""
        rows = self._version.rows("SELECT number FROM content_version")
        return int(rows[0][0]) if rows else 0

    def pulses(self, session_ids: Collection[int]) -> dict[int, int]:
        """The pulses of these live sessions as they are now, by their ids; one that never beat is not there."""
        wanted = ", ".join(str(int(one)) for one in session_ids)
        rows = self._pulses.rows(f"SELECT session_id, number FROM live_pulses WHERE session_id IN ({wanted})")  # noqa: S608 -- numbers
        return {int(session_id): int(number) for session_id, number in rows}

    def dispose(self) -> None:
        """Close every connection; the next use opens new ones (after a fork, at the end)."""
        self._version.close()
        self._pulses.close()
        self.engine.dispose()


class _Glance:
    """Tiny queries that are asked again and again, on a connection of their own, without SQLAlchemy's transaction around each.

    That is ten times as fast.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self._database, self._lock = database, Lock()
        self._connection: PoolProxiedConnection | None = None

    def rows(self, statement: str) -> list[Any]:
        with self._lock:
            try:
                return self._ask(statement)
            except self._database.engine.dialect.loaded_dbapi.Error:
                self._connection = None  # the server went away; a second try gets a new connection
                return self._ask(statement)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection = None

    def _ask(self, statement: str) -> list[Any]:
        if self._connection is None:
            self._connection = self._database.engine.raw_connection()
            if not self._database.is_sqlite:
                self._connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's
        cursor = self._connection.cursor()
        cursor.execute(statement)
        rows = list(cursor.fetchall())
        cursor.close()
        return rows


def _count_change(db: Session) -> None:
    counted = db.execute(update(ContentVersion).values(number=ContentVersion.number + 1))
    if not cast("CursorResult[Any]", counted).rowcount:
        db.add(ContentVersion(number=1))


def _notice_public_content(db: Session, *_: Any) -> None:
    changed = (*db.new, *db.deleted, *(row for row in db.dirty if db.is_modified(row)))
    if any(isinstance(row, PublicContent) for row in changed):
        touch_content(db)


def _engine(url: str, pool_size: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # The driver would begin transactions by itself, late and deferred; we begin them (see _begin_sqlite).
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that turns from reading to writing fails at once when another wrote in between; so who may write
    # asks for the write lock first, and waits for it (busy_timeout).
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; several processes may ask at once, one does it."""
    if revision == "head" and _revision_of(url) == _newest():
        return
    from alembic import command  # half a second that a process whose database is new enough need not spend

    with _one_at_a_time(url):
        command.upgrade(_config(url), revision)


def pending_migrations(url: str) -> list[str]:
    """The revisions that the database lacks, oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config(url))
    lacking = script.iterate_revisions("head", _revision_of(url) or "base")
    return [revision.revision for revision in lacking][::-1]


def _config(url: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def _revision_of(url: str) -> str | None:
    """The revision that the database is at, None for an empty one."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engine.dispose()


@cache
def _newest() -> str:
    """The revision that no other one follows, by the names that stand in the files."""
    texts = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    revisions = {found[1] for one in texts if (found := _REVISION.search(one))}
    (newest,) = revisions - {found[1] for one in texts if (found := _FOLLOWS.search(one))}
    return newest


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///") + ".migrating")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(7450912)"))
        yield
        connection.execute(text("SELECT pg_advisory_unlock(7450912)"))
    engine.dispose()

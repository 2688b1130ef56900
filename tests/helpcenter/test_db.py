import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import event, select, text

from helpcenter.db import SqlDatabase
from helpcenter.jobs import Doorbell, defer
from helpcenter.models import ContentVersion, Topic, User
from helpcenter.services import live
from tests.factories import make_session, make_topic, make_user


def test_what_a_transaction_wrote_can_be_read(ports, each_database):
    with ports.database.transaction() as db:
        make_user(db, email="kim@example.org")
    with ports.database.reading() as db:
        assert db.scalars(select(User.email)).all() == ["kim@example.org"]


def test_instants_come_back_as_they_were(ports, clock, each_database):
    with ports.database.transaction() as db:
        make_user(db, created_at=clock.now)
    with ports.database.reading() as db:
        assert db.scalars(select(User.created_at)).one() == clock.now


def test_an_error_undoes_everything_and_rings_nothing(ports, queue, each_database):
    try:
        with ports.database.transaction() as db:
            make_user(db)
            defer(db, "tick")
            raise KeyError
    except KeyError:
        pass
    with ports.database.reading() as db:
        assert db.scalars(select(User)).all() == []
    assert queue.rung == []


def test_bells_ring_once_each_after_the_commit(ports, queue):
    with ports.database.transaction() as db:
        defer(db, "advance_recording", 7)
        defer(db, "advance_recording", 7)
        defer(db, "tick")
        assert queue.rung == []
    assert queue.rung == [Doorbell("advance_recording", 7), Doorbell("tick")]


def test_a_change_of_public_content_makes_cached_pages_stale(ports, each_database):
    def number():
        with ports.database.reading() as db:
            return db.scalar(select(ContentVersion.number))

    with ports.database.transaction() as db:
        make_user(db)
    assert number() is None
    with ports.database.transaction() as db:
        make_topic(db, slug="battery")
    assert number() == 1
    with ports.database.transaction() as db:
        db.scalars(select(Topic)).one().position = 3
    assert number() == 2
    with ports.database.transaction() as db:
        db.scalars(select(Topic)).one()
    assert number() == 2


def test_sqlite_is_durable_and_keeps_its_references(ports):
    assert isinstance(ports.database, SqlDatabase)
    with ports.database.reading() as db:
        pragmas = {name: db.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_threads_of_one_process_stand_in_line_for_sqlites_one_writer(sqlite_url):
    database = SqlDatabase(sqlite_url)
    # Nobody may wait in SQLite itself: whoever finds it locked fails.
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"))

    def write(number):
        with database.transaction() as db:
            db.execute(text("SELECT 1"))
            time.sleep(0.01)
            return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(24))) == list(range(24))
    database.dispose()


def test_the_pulses_of_sessions_are_read_as_they_are_now(ports, each_database):
    with ports.database.transaction() as db:
        one, two = make_session(db), make_session(db)
        live.beat(db, one.id)
    assert ports.database.pulses([one.id, two.id]) == {one.id: 1}
    with ports.database.transaction() as db:
        live.beat(db, one.id), live.beat(db, two.id)
    assert ports.database.pulses([one.id, two.id]) == {one.id: 2, two.id: 1}

from sqlalchemy import select, text

from helpcenter.db import SqlDatabase
from helpcenter.jobs import Doorbell, defer
from helpcenter.models import ContentVersion, Topic, User
from tests.factories import make_topic, make_user


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

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.jobs import PROJECT_BROADCAST, Doorbell, take_deferred
from helpcenter.models import Broadcast
from helpcenter.services import broadcasts
from helpcenter.services.broadcasts import claims
from helpcenter.services.broadcasts.claims import LEASE, NotOursAnyMore
from tests.factories import NOW, make_channel, make_session

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def make_broadcast(db, *, now=NOW):
    session = make_session(db, channel_id=make_channel(db).id)
    broadcasts.request_sync(db, session, now=now)
    return db.scalars(select(Broadcast)).one(), session


def test_a_session_on_a_channel_gets_one_row_however_often_it_changes(db):
    row, session = make_broadcast(db)
    broadcasts.request_sync(db, session, now=NOW + HOUR)
    db.refresh(row)
    assert (row.marker, row.due_at, row.asked) == (f"qa-{session.public_id}", NOW + HOUR, 2)
    assert take_deferred(db) == [Doorbell(PROJECT_BROADCAST, row.id)]


def test_a_session_without_a_channel_has_none(db):
    session = make_session(db)
    broadcasts.request_sync(db, session, now=NOW)
    assert broadcasts.of_session(db, session) is None


def test_a_claim_ends_with_its_lease(each_database, db):
    row, _ = make_broadcast(db)
    first = claims.claim(db, row.id, now=NOW)
    assert claims.claim(db, row.id, now=NOW + LEASE - SECOND) is None
    second = claims.claim(db, row.id, now=NOW + LEASE)
    assert second.fence == first.fence + 1
    with pytest.raises(NotOursAnyMore):
        claims.lock(db, first)
    with pytest.raises(NotOursAnyMore):
        claims.note(db, first, now=NOW, create_looks=1)
    assert claims.lock(db, second).attempts == 2


def test_what_is_not_due_is_not_claimed(db):
    row, _ = make_broadcast(db, now=NOW + HOUR)
    assert broadcasts.due(db, now=NOW) == []
    assert claims.claim(db, row.id, now=NOW) is None
    assert broadcasts.due(db, now=NOW + HOUR) == [row.id]


def test_a_row_that_is_given_back_is_due_when_its_worker_says(each_database, db):
    row, _ = make_broadcast(db)
    claim = claims.claim(db, row.id, now=NOW)
    take_deferred(db)
    claims.release(db, claim, due_at=NOW + HOUR, now=NOW)
    assert (broadcasts.due(db, now=NOW), broadcasts.due(db, now=NOW + HOUR)) == ([], [row.id])
    assert take_deferred(db) == []


def test_a_wish_that_comes_meanwhile_is_due_at_once(each_database, db):
    row, session = make_broadcast(db)
    claim = claims.claim(db, row.id, now=NOW)
    broadcasts.request_sync(db, session, now=NOW + SECOND)
    take_deferred(db)
    claims.release(db, claim, due_at=NOW + HOUR, now=NOW + SECOND)
    assert broadcasts.due(db, now=NOW + SECOND) == [row.id]
    assert take_deferred(db) == [Doorbell(PROJECT_BROADCAST, row.id)]

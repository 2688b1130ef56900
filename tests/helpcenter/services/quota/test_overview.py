import json
from datetime import UTC, datetime, timedelta

import pytest

from helpcenter.models import LiveSessionState
from helpcenter.services import quota
from helpcenter.services.quota.overview import Bucket
from streaming.platform import Priority
from tests.factories import NOW, make_channel, make_session

HOUR = timedelta(hours=1)


@pytest.fixture
def spend(ports, clock):
    def spent(method, times, session=None):
        ledger = quota.Ledger(
            ports.database,
            ports.settings,
            clock,
            priority=Priority.CRITICAL,
            session_id=session.id if session else None,
        )
        for _ in range(times):
            with ledger.charge(method):
                pass

    return spent


@pytest.fixture
def sessions(ports):
    """Two sessions before the reset, one after it, one without a channel, one that is over."""
    with ports.database.transaction() as db:
        channel = make_channel(db).id
        starts = [(2, channel), (3, channel), (48, channel), (4, None)]
        ahead = [
            make_session(db, starts_at=NOW + at * HOUR, channel_id=where, title=f"In {at}") for at, where in starts
        ]
        over = make_session(db, starts_at=NOW - 24 * HOUR, channel_id=channel, state=LiveSessionState.PUBLISHED)
    return [*ahead, over]


def look(ports, clock):
    with ports.database.reading() as db:
        return quota.overview(db, ports.settings, now=clock())


def test_without_any_call_everything_is_left(ports, clock):
    found = look(ports, clock)
    assert (found.day, found.until, found.main) == ("2026-11-22", datetime(2026, 11, 23, 8, 2, tzinfo=UTC), "default")
    assert found.buckets[:2] == [
        Bucket("default", 10_000, 0, 0, 10_000, exhausted=False), Bucket("search", 100, 0, 0, 100, exhausted=False),
    ]  # fmt: skip
    assert (found.sessions, found.methods) == ([], [])
    assert (found.forecast.sessions, found.forecast.units, found.forecast.enough) == (0, 0, True)


def test_spending_is_told_by_session_and_by_method(each_database, ports, clock, spend, sessions):
    spend("liveBroadcasts.insert", 1, sessions[0])
    spend("liveBroadcasts.list", 7, sessions[0])
    spend("liveBroadcasts.list", 3, sessions[1])
    spend("captions.list", 2)
    spend("search.list", 4)
    found = look(ports, clock)
    assert [(one.name, one.id, one.calls, one.units) for one in found.sessions] == [
        ("", None, 2, 100), ("In 2", sessions[0].public_id, 8, 57), ("In 3", sessions[1].public_id, 3, 3),
    ]  # fmt: skip
    assert [(one.name, one.bucket, one.calls, one.units) for one in found.methods] == [
        ("captions.list", "default", 2, 100), ("liveBroadcasts.insert", "default", 1, 50),
        ("liveBroadcasts.list", "default", 10, 10), ("search.list", "search", 4, 4),
    ]  # fmt: skip
    assert [(one.spent, one.left) for one in found.buckets[:2]] == [(160, 9_840), (4, 96)]


def test_the_forecast_is_estimated_until_a_session_has_been_measured(each_database, ports, clock, spend, sessions):
    forecast = look(ports, clock).forecast
    assert (forecast.sessions, forecast.measured, forecast.units) == (2, False, 2 * forecast.each)
    assert 1_000 < forecast.each < 2_000  # "about 1,500" for an evening
    clock.advance(days=-1)
    spend("captions.download", 4, sessions[4])
    clock.advance(days=1)
    spend("captions.download", 1, sessions[0])
    forecast = look(ports, clock).forecast
    assert (forecast.measured, forecast.each, forecast.units) == (True, 800, 800 - 200 + 800)
    assert forecast.enough


def test_the_forecast_says_when_it_will_not_do(ports, clock, spend, sessions):
    spend("captions.download", 45)
    forecast = look(ports, clock).forecast
    assert (forecast.left, forecast.enough) == (1_000, False)


def test_an_exhausted_bucket_has_nothing_left(ports, clock):
    quota.Ledger(ports.database, ports.settings, clock, priority=Priority.NORMAL).exhausted("search.list")
    assert look(ports, clock).buckets[1] == Bucket("search", 100, 0, 0, 0, exhausted=True)


def test_the_overview_can_be_printed_as_json(ports, clock, spend, sessions):
    spend("liveBroadcasts.list", 1, sessions[0])
    data = json.loads(json.dumps(quota.as_json(look(ports, clock))))
    assert data["until"] == "2026-11-23T08:02:00+00:00"
    assert data["forecast"]["enough"] is True
    assert data["sessions"] == [
        {"name": "In 2", "id": sessions[0].public_id, "bucket": "default", "calls": 1, "units": 1}
    ]

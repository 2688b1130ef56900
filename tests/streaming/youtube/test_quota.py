import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streaming.youtube.quota import COSTS, Cost, FreeMeter, load_costs, next_reset, pacific_day

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("method", "cost"),
    [
        ("liveBroadcasts.list", Cost("default", 1)),
        ("liveBroadcasts.insert", Cost("default", 50)),
        ("liveBroadcasts.delete", Cost("default", 50)),
        ("liveStreams.list", Cost("default", 1)),
        ("captions.download", Cost("default", 200)),
        ("captions.update", Cost("default", 450)),
        ("search.list", Cost("search", 1)),
        ("videos.insert", Cost("uploads", 1)),
        ("videos.batchGetStats", Cost("stats", 1)),
        ("somethingNew.list", Cost("default", 1)),
        ("somethingNew.move", Cost("default", 50)),
    ],
)
def test_costs_by_method(method, cost):
    assert COSTS.of(method) == cost


def test_every_bucket_has_its_size():
    assert COSTS.buckets == {"default": 10_000, "search": 100, "uploads": 100, "stats": 10_000}


def test_a_file_replaces_the_table(tmp_path):
    file = tmp_path / "costs.json"
    file.write_text(json.dumps({
        "buckets": {"default": 50_000}, "reading": 2, "writing": 3, "methods": {"videos.update": {"units": 7}}
    }))  # fmt: skip
    costs = load_costs(file)
    assert [costs.of(name).units for name in ("videos.update", "videos.list", "captions.insert")] == [7, 2, 3]
    assert costs.buckets == {"default": 50_000}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"buckets": {"default": -1}, "reading": 1, "writing": 1, "methods": {}}',
        '{"buckets": {"default": true}, "reading": 1, "writing": 1, "methods": {}}',
        '{"buckets": {"default": 1}, "reading": 1, "writing": "1", "methods": {}}',
        '{"buckets": {"default": 1}, "reading": 1, "writing": 1, "methods": {"x.list": 1}}',
        '{"buckets": {"default": 1}, "reading": 1, "writing": 1, "methods": {"x.list": {"units": 1, "bucket": "b"}}}',
        '{"buckets": {"other": 1}, "reading": 1, "writing": 1, "methods": {}}',
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path, text):
    file = tmp_path / "costs.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"costs\.json is no table of costs"):
        load_costs(file)


@pytest.mark.parametrize(
    ("at", "day", "reset"),
    [
        ("2026-11-23T07:59:59", "2026-11-22", "2026-11-23T08:00:00"),
        ("2026-11-23T08:00:00", "2026-11-23", "2026-11-24T08:00:00"),
        ("2026-07-01T06:59:59", "2026-06-30", "2026-07-01T07:00:00"),
        ("2026-03-08T08:00:00", "2026-03-08", "2026-03-09T07:00:00"),
        ("2026-11-01T07:00:00", "2026-11-01", "2026-11-02T08:00:00"),
    ],
    ids=["last second", "midnight", "summer", "the day of 23 hours", "the day of 25 hours"],
)
def test_a_day_of_the_quota_ends_at_midnight_in_pacific_time(at, day, reset):
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert pacific_day(instant) == day
    assert next_reset(instant) == datetime.fromisoformat(reset).replace(tzinfo=UTC)


def test_every_quarter_of_an_hour_of_a_year_belongs_to_the_day_before_its_reset():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(0, 365 * 96, 7):
        reset = next_reset(at)
        assert at < reset <= at + timedelta(hours=25)
        assert reset.astimezone(PACIFIC).time().isoformat() == "00:00:00"
        assert pacific_day(reset - timedelta(microseconds=1)) == pacific_day(at) != pacific_day(reset)
        at += timedelta(minutes=105)


def test_the_free_meter_lets_everything_pass():
    meter = FreeMeter(lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
    with meter.charge("captions.update"):
        pass
    assert meter.exhausted("captions.update") == datetime(2026, 11, 24, 8, tzinfo=UTC)

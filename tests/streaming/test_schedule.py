"""Wall times and rules become instants, across every change of the clocks."""

# ruff: noqa: DTZ001, DTZ901 -- what clocks on the wall show has no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import gettz, resolve_imaginary
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.schedule import (
    HORIZON,
    MOST,
    BadRule,
    BadStart,
    Doubled,
    Fault,
    Skipped,
    UnknownZone,
    expand,
    near,
    read_local,
    read_rule,
    read_zone,
    to_instant,
    to_local,
    write_local,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
THURSDAY = datetime(2026, 12, 3, 18)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(rule, start, zone=BERLIN, **options):
    return expand(read_rule(rule), start, zone, **options)


# Weekly at 18:00 on the wall, across both switches of a year; the hours in UTC written by hand from the zones' rules.
@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("Europe/Berlin", "2027-03-18T18:00", ["03-18 17:00", "03-25 17:00", "04-01 16:00", "04-08 16:00"]),
        ("Europe/Berlin", "2027-10-21T18:00", ["10-21 16:00", "10-28 16:00", "11-04 17:00", "11-11 17:00"]),
        ("America/New_York", "2027-03-04T18:00", ["03-04 23:00", "03-11 23:00", "03-18 22:00", "03-25 22:00"]),
        ("America/New_York", "2027-10-28T18:00", ["10-28 22:00", "11-04 22:00", "11-11 23:00", "11-18 23:00"]),
        ("Australia/Lord_Howe", "2027-03-25T18:00", ["03-25 07:00", "04-01 07:00", "04-08 07:30", "04-15 07:30"]),
        ("Australia/Lord_Howe", "2027-09-23T18:00", ["09-23 07:30", "09-30 07:30", "10-07 07:00", "10-14 07:00"]),
    ],
)
def test_a_weekly_series_keeps_its_time_on_the_wall(zone, start, expected):
    found = dates("FREQ=WEEKLY;COUNT=4", read_local(start), read_zone(zone))
    assert [f"{one.at:%m-%d %H:%M}" for one in found] == expected
    assert {f"{to_local(one.at, read_zone(zone)):%H:%M}" for one in found} == {"18:00"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("hour", ["00:00", "01:30", "02:00", "02:15", "02:30", "03:00", "18:00", "23:59"])
def test_daily_dates_are_those_that_dateutil_finds_with_its_own_zones(zone, hour):
    """A hundred days across each switch; dateutil's zones are not ours, and it says by itself what a skipped time means."""
    for month in ("01-15", "03-01", "08-15", "09-20"):
        start = read_local(f"2027-{month}T{hour}")
        found = dates("FREQ=DAILY;COUNT=100", start, read_zone(zone))
        aware = rrulestr("FREQ=DAILY;COUNT=100", dtstart=start.replace(tzinfo=gettz(zone)))
        assert [one.at for one in found] == [resolve_imaginary(one).astimezone(UTC) for one in aware]
        assert [one.local for one in found] == [start + timedelta(days=day) for day in range(100)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=20",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=20",
        "FREQ=MONTHLY;BYDAY=1TH;COUNT=12",
        "FREQ=MONTHLY;BYDAY=-1SU;COUNT=12",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=10",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=4",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2",
        "FREQ=YEARLY;BYYEARDAY=-1;COUNT=3",
        "FREQ=DAILY;UNTIL=20270131",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1",
    ],
)
def test_each_kind_of_rule_gives_the_days_that_dateutil_gives(rule):
    found = dates(rule, THURSDAY)
    whole_days = rule.replace("UNTIL=20270131", "UNTIL=20270131T235959")
    assert [one.local for one in found] == list(rrulestr(whole_days, dtstart=THURSDAY))


@given(
    start=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2036, 1, 1)),
    zone=st.sampled_from(ZONES),
    weeks=st.integers(1, 3),
    count=st.integers(1, 40),
)
def test_the_dates_of_a_series_come_in_order_each_at_its_time_or_as_much_later_as_the_clocks_skip(
    start, zone, weeks, count
):
    start, zone = start.replace(second=0, microsecond=0), read_zone(zone)
    try:
        to_instant(start, zone, fold=0)
    except Skipped:
        return
    found = dates(f"FREQ=WEEKLY;INTERVAL={weeks};COUNT={count}", start, zone, fold=0)
    assert len(found) == count
    for number, one in enumerate(found):
        assert one.local == start + timedelta(weeks=weeks * number)
        assert timedelta(0) <= to_local(one.at, zone) - one.local <= timedelta(hours=1)
    assert [one.at for one in found] == sorted({one.at for one in found})


@given(at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 1, 1)), zone=st.sampled_from(ZONES))
def test_every_instant_is_found_again_from_what_the_clocks_show(at, zone):
    at, zone = at.replace(second=0, microsecond=0, tzinfo=UTC), read_zone(zone)
    local = to_local(at, zone)
    assert read_local(write_local(local)) == local
    assert at in {to_instant(local, zone, fold=fold) for fold in (0, 1)}
    try:
        assert to_instant(local, zone) == at
    except Doubled:
        assert to_instant(local, zone, fold=0) < to_instant(local, zone, fold=1)


@given(local=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 1, 1)), zone=st.sampled_from(ZONES))
def test_a_time_is_skipped_exactly_where_no_instant_shows_it(local, zone):
    local, zone = local.replace(second=0, microsecond=0), read_zone(zone)
    shown = {to_local(local.replace(tzinfo=UTC) + timedelta(minutes=15 * step), zone) for step in range(-56, 57)}
    try:
        to_instant(local, zone, fold=0)
        skipped = None
    except Skipped as error:
        skipped = error
    assert (local in shown) is (skipped is None)
    assert skipped is None or skipped.instead in shown


@pytest.mark.parametrize(
    ("zone", "start", "instead"),
    [
        ("Europe/Berlin", "2027-03-28T02:00", "2027-03-28T03:00"),
        ("Europe/Berlin", "2027-03-28T02:59", "2027-03-28T03:59"),
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T03:30"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-03T02:45"),
    ],
)
def test_a_skipped_time_is_refused_and_another_one_named(zone, start, instead):
    with pytest.raises(Skipped) as skipped:
        to_instant(read_local(start), read_zone(zone), fold=1)
    assert write_local(skipped.value.instead) == instead
    assert to_local(near(read_local(start), read_zone(zone)), read_zone(zone)) == read_local(instead)


@pytest.mark.parametrize("start", ["2027-03-28T01:59", "2027-03-28T03:00", "2027-10-31T01:59", "2027-10-31T03:00"])
def test_times_beside_the_switch_are_as_good_as_any(start):
    assert to_local(to_instant(read_local(start), BERLIN), BERLIN) == read_local(start)


@pytest.mark.parametrize(
    ("zone", "start", "first", "second"),
    [
        ("Europe/Berlin", "2027-10-31T02:00", "2027-10-31T00:00", "2027-10-31T01:00"),
        ("Europe/Berlin", "2027-10-31T02:59", "2027-10-31T00:59", "2027-10-31T01:59"),
        ("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30", "2027-11-07T06:30"),
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45", "2027-04-03T15:15"),
    ],
)
def test_a_doubled_time_is_asked_about_unless_it_was_said(zone, start, first, second):
    local, zone = read_local(start), read_zone(zone)
    with pytest.raises(Doubled):
        to_instant(local, zone)
    assert [to_instant(local, zone, fold=fold) for fold in (0, 1)] == [utc(first), utc(second)]
    assert near(local, zone) == utc(first)


def test_a_series_takes_a_doubled_time_at_its_first_coming_and_its_start_as_it_was_said():
    nights = dates("FREQ=DAILY;COUNT=3", datetime(2027, 10, 30, 2, 30), fold=None)
    assert [one.at for one in nights] == [utc(f"2027-10-{day}T{hour}:30") for day, hour in ((30, "00"), (31, "00"))] + [
        utc("2027-11-01T01:30")
    ]
    assert dates("FREQ=DAILY;COUNT=2", datetime(2027, 10, 31, 2, 30), fold=1)[0].at == utc("2027-10-31T01:30")


def test_a_start_that_is_no_day_of_the_rule_only_says_from_when_on():
    assert [one.local.day for one in dates("FREQ=WEEKLY;BYDAY=MO;COUNT=2", THURSDAY)] == [7, 14]


@pytest.mark.parametrize(
    ("until", "days"),
    [
        ("20261205", 3), ("20261205T175959", 2), ("20261205T180000", 3), ("20261205T165959Z", 2), ("20261205T170000Z", 3),
    ],
)  # fmt: skip
def test_the_end_of_a_rule_is_a_day_a_wall_time_or_an_instant(until, days):
    assert len(dates(f"FREQ=DAILY;UNTIL={until}", THURSDAY)) == days


def test_the_end_counts_in_the_zone():
    late = datetime(2026, 12, 3, 23, 30)
    assert len(dates("FREQ=DAILY;UNTIL=20261204T043000Z", late, ZoneInfo("America/New_York"))) == 1
    assert len(dates("FREQ=DAILY;UNTIL=20261204", late, ZoneInfo("America/New_York"))) == 2


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("", Fault.UNREADABLE),
        ("every Thursday", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=0", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=-1", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=٣", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", Fault.UNREADABLE),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=2", Fault.UNREADABLE),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=2", Fault.UNREADABLE),
        ("FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2", Fault.UNREADABLE),
        ("FREQ=MONTHLY;BYMONTHDAY=1,00;COUNT=2", Fault.UNREADABLE),
        ("FREQ=YEARLY;BYEASTER=0;COUNT=2", Fault.UNREADABLE),
        ("FREQ=YEARLY;BYEASTER=1;COUNT=2", Fault.UNREADABLE),
        ("FREQ=NEVER;COUNT=2", Fault.UNREADABLE),
        ("COUNT=2", Fault.UNREADABLE),
        ("FREQ=WEEKLY;UNTIL=20261399", Fault.UNREADABLE),
        ("FREQ=WEEKLY;UNTIL=tomorrow", Fault.UNREADABLE),
        ("DTSTART=20261203T180000;FREQ=WEEKLY;COUNT=2", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:20261203T180000", Fault.UNREADABLE),
        ("FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 100) + ";COUNT=2", Fault.UNREADABLE),
        ("FREQ=HOURLY;COUNT=2", Fault.TOO_OFTEN),
        ("FREQ=MINUTELY;COUNT=2", Fault.TOO_OFTEN),
        ("FREQ=SECONDLY;COUNT=2", Fault.TOO_OFTEN),
        ("FREQ=DAILY;BYHOUR=9,18;COUNT=2", Fault.BY_CLOCK),
        ("FREQ=WEEKLY", Fault.ENDLESS),
        ("FREQ=WEEKLY;UNTIL=20270101;COUNT=2", Fault.TWO_ENDS),
        (f"FREQ=DAILY;COUNT={MOST + 1}", Fault.TOO_MANY),
        ("FREQ=DAILY;UNTIL=99991231", Fault.TOO_MANY),
        ("FREQ=YEARLY;COUNT=5", Fault.TOO_LONG),
        ("FREQ=YEARLY;INTERVAL=400;COUNT=2", Fault.TOO_LONG),
        ("FREQ=WEEKLY;INTERVAL=999999;COUNT=2", Fault.TOO_LONG),
        ("FREQ=DAILY;UNTIL=20261202", Fault.EMPTY),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", Fault.EMPTY),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=1", Fault.EMPTY),
        ("FREQ=YEARLY;BYWEEKNO=99;COUNT=1", Fault.EMPTY),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule, fault):
    with pytest.raises(BadRule) as bad:
        dates(rule, THURSDAY)
    assert bad.value.fault is fault


@settings(deadline=None, max_examples=40)  # looking for a date that never comes takes half a second
@given(
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    more=st.dictionaries(
        st.sampled_from(["INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "WKST"]),
        st.one_of(
            st.integers(-400, 400).map(str),
            st.lists(st.sampled_from(["MO", "TU", "-1TH", "2FR", "31", "-1", "7"]), min_size=1, max_size=3).map(",".join),
        ),
        max_size=3,
    ),
    end=st.one_of(st.integers(1, 120).map("COUNT={}".format), st.just("UNTIL=20280101T000000Z")),
)  # fmt: skip
def test_any_rule_is_either_refused_or_within_its_bounds(freq, more, end):
    try:
        found = dates(";".join([f"FREQ={freq}", end, *(f"{name}={value}" for name, value in more.items())]), THURSDAY)
    except BadRule:
        return
    assert 1 <= len(found) <= MOST
    assert all(THURSDAY <= one.local <= THURSDAY + HORIZON and one.local.hour == 18 for one in found)
    assert [one.at for one in found] == sorted({one.at for one in found})


def test_a_rule_is_kept_in_one_spelling():
    assert read_rule(" rrule:freq=weekly; count=8; ").text == "FREQ=WEEKLY;COUNT=8"


@pytest.mark.parametrize("text", ["2026-12-03T18:00", "2026-12-03 18:00", " 2026-12-03T18:00:00 "])
def test_a_start_is_local_date_and_time(text):
    assert read_local(text) == THURSDAY


def test_seconds_count_where_somebody_writes_them():
    assert read_local("2026-12-03T18:00:30") == THURSDAY + timedelta(seconds=30)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2026-12-03", "18:00", "2026-12-03T18", "2026-12-03T18:00Z", "2026-12-03T18:00+01:00",
        "2026-02-30T18:00", "2026-12-03T24:00", "2026-W49-4T18:00", "20261203T1800", "٢٠٢٦-12-03T18:00",
    ],
)  # fmt: skip
def test_anything_else_is_no_start(text):
    with pytest.raises(BadStart):
        read_local(text)


@pytest.mark.parametrize(("local", "zone"), [(datetime.min, "Europe/Berlin"), (datetime.max, "America/New_York")])
def test_a_start_at_the_ends_of_the_calendar_is_none(local, zone):
    with pytest.raises(BadStart):
        to_instant(local.replace(microsecond=0), read_zone(zone))


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("europe/berlin", "Europe/Berlin"), ("Europe/Berln", "Europe/Berlin"), ("America/New York", "America/New_York"), ("Mars", ""),
        ("", ""), ("../etc/passwd", ""), ("localtime", ""), ("+01:00", ""), ("x" * 10_000, ""), ("Europe/Berlin\0", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_an_unknown_zone_is_refused_with_the_name_that_was_probably_meant(name, alike):
    with pytest.raises(UnknownZone) as unknown:
        read_zone(name)
    assert unknown.value.alike == alike

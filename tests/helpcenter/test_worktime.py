from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpcenter.settings import Settings
from helpcenter.worktime import Half, make_calendar, read_hours

HOUR = timedelta(hours=1)
USUAL = {"zone": "Europe/Berlin", "days": "MO,TU,WE,TH,FR", "morning": "08:00-12:00", "afternoon": "13:00-17:00"}
BAVARIA = make_calendar(**USUAL, region="DE-BY")
instants = some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=some.just(UTC))  # noqa: DTZ001
spans = some.timedeltas(timedelta(), timedelta(hours=60))


def at(day, hour, minute=0):
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=BAVARIA.zone)


def test_a_working_day_has_two_halves_in_local_time():
    summer, winter = BAVARIA.halves(date(2026, 7, 7)), BAVARIA.halves(date(2026, 12, 1))
    assert [one.half for one in summer] == [Half.MORNING, Half.AFTERNOON]
    assert summer[0].starts_at == datetime(2026, 7, 7, 6, tzinfo=UTC)
    assert winter[1].ends_at == datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("region", "day", "free"),
    [
        ("DE-BY", "2026-01-06", True),  # Epiphany
        ("DE-NW", "2026-01-06", False),
        ("DE", "2026-10-03", True),
        ("", "2026-12-25", False),
        ("DE-SN", "2026-11-18", True),  # the Day of Repentance and Prayer
        ("DE-BY", "2026-11-28", True),  # a Saturday
    ],
)
def test_holidays_are_those_of_the_land(region, day, free):
    assert make_calendar(**USUAL, region=region).is_free(date.fromisoformat(day)) is free


def test_four_hours_after_friday_afternoon_are_on_monday():
    assert BAVARIA.add(at("2026-11-27", 15), 4 * HOUR) == at("2026-11-30", 10)


def test_nobody_works_over_christmas():
    assert BAVARIA.add(at("2026-12-24", 16), 2 * HOUR) == at("2026-12-28", 9)


def test_no_work_at_all_is_done_when_working_time_next_runs():
    assert BAVARIA.add(at("2026-11-28", 11), timedelta()) == at("2026-11-30", 8)
    assert BAVARIA.add(at("2026-11-30", 11), timedelta()) == at("2026-11-30", 11)


def test_the_night_in_which_clocks_change_has_no_working_time():
    assert BAVARIA.between(at("2026-03-27", 16), at("2026-03-30", 9)) == 2 * HOUR


@given(instants, spans)
def test_what_is_added_lies_between(start, work):
    assert BAVARIA.between(start, BAVARIA.add(start, work)) == work


@given(instants, spans, spans)
def test_adding_twice_is_adding_the_sum(start, one, other):
    assert BAVARIA.add(BAVARIA.add(start, one), other) == BAVARIA.add(start, one + other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": ""},
        {"days": "MO,XX"},
        {"morning": "8-12"},
        {"morning": "09:00-25:00"},
        {"morning": "10:00-14:00"},
        {"region": "DE-XX"},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        make_calendar(**{**USUAL, "region": "DE", **wrong})


def test_the_settings_say_the_calendar():
    assert Settings(holidays="DE-BY").working_time.is_free(date(2026, 1, 6))
    with pytest.raises(ValueError, match="DE-XX"):
        Settings(holidays="DE-XX")


def test_a_day_has_the_hours_of_both_halves():
    assert BAVARIA.day_length == BAVARIA.between(
        datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)
    )


def test_hours_are_read_by_name_and_the_others_are_as_usual():
    usual = {"new": timedelta(hours=4), "being answered": timedelta(hours=8)}
    assert read_hours(" being answered = 1.5 ,", "new=4,being answered=8") == {
        **usual,
        "being answered": timedelta(hours=1.5),
    }
    assert read_hours("", "new=4,being answered=8") == usual


@pytest.mark.parametrize("wrong", ["new", "new=", "new=0", "new=-1", "new=four", "new=1001", "gone=4", "new=1e3"])
def test_hours_that_make_no_sense_are_refused_in_words(wrong):
    with pytest.raises(ValueError, match=r"there are: new|write it like new=4"):
        read_hours(wrong, "new=4")


def test_the_settings_say_the_hours():
    hours = {name: after / HOUR for name, after in Settings().due_after.items()}
    assert hours == {
        "new": 4, "routed": 8, "queued": 4, "being answered": 8, "reopened": 4, "passed on": 4, "escalated": 4,
    }  # fmt: skip
    with pytest.raises(ValueError, match="there are: new, routed, queued, being answered"):
        Settings(due_hours="answered=4")

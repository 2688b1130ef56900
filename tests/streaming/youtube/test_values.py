from datetime import UTC, datetime, timedelta, timezone

import pytest

from streaming.youtube.values import instant, number, rfc3339, same_instant, seconds

AT = datetime(2026, 12, 3, 17, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H2M3S", 3723.0),
        ("PT45S", 45.0),
        ("PT2H", 7200.0),
        ("P1DT1S", 86_401.0),
        ("P1W", 604_800.0),
        ("PT1.5S", 1.5),
        ("PT0S", None),
        ("P0D", None),
        ("", None),
        (None, None),
        ("1:02", None),
    ],
)
def test_durations(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2026-12-03T17:00:30Z", "2026-12-03T17:00:30.000Z", "2026-12-03T18:00:30+01:00", "2026-12-03T17:00:30"],
)
def test_instants(text):
    assert instant(text) == AT
    assert instant(text).tzinfo == UTC


def test_a_missing_instant_is_none_and_a_wrong_one_an_error():
    assert instant(None) is None
    assert instant("") is None
    with pytest.raises(ValueError, match="tomorrow"):
        instant("tomorrow")


def test_times_are_written_in_utc_to_the_second():
    berlin = timezone(timedelta(hours=1))
    assert rfc3339(AT.replace(microsecond=999_999).astimezone(berlin)) == "2026-12-03T17:00:30Z"
    assert same_instant("2026-12-03T18:00:30.000+01:00", AT.replace(microsecond=5))
    assert not same_instant("2026-12-03T17:00:31Z", AT)
    assert not same_instant(None, AT)


def test_numbers_come_as_text():
    assert (number("0"), number("12"), number(None)) == (0, 12, None)

from datetime import UTC, datetime, timedelta

import pytest

from helpcenter.services.sessions.times import say_when

START = datetime(2026, 7, 2, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "said"),
    [
        ("Europe/Berlin", "de", "Donnerstag, 2. Juli 2026, 18:00 – 19:00 (Berlin, Mitteleuropäische Sommerzeit)"),
        ("Europe/Berlin", "en", "Thursday, July 2, 2026, 6:00 PM – 7:00 PM (Berlin, Central European Summer Time)"),
        ("America/New_York", "de", "Donnerstag, 2. Juli 2026, 12:00 – 13:00 (New York, Nordamerikanische Ostküsten-Sommerzeit)"),
        ("Australia/Lord_Howe", "en", "Friday, July 3, 2026, 2:30 AM – 3:30 AM (Lord Howe Island, Lord Howe Standard Time)"),
        ("UTC", "en", "Thursday, July 2, 2026, 4:00 PM – 5:00 PM (UTC, Coordinated Universal Time)"),
        ("Asia/Kolkata", "xx", "Thursday, July 2, 2026, 9:30 PM – 10:30 PM (Kolkata, GMT+05:30)"),
    ],
)  # fmt: skip
def test_a_time_is_said_on_the_clocks_of_its_zone(zone, language, said):
    words = say_when(START, START + timedelta(hours=1), zone, language)
    assert words.replace("\u202f", " ") == said

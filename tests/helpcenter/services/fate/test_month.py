"""Some days of the simulated month of `make bench`: two beats, dying workers, illness, a colleague who leaves."""

import pytest

from tests.bench.month import simulate
from tests.bench.month.town import WEEK

QUESTIONS = 60


@pytest.mark.timeout(300)
def test_of_some_days_of_questions_none_is_lost_or_overdue_in_silence_and_no_mail_comes_twice(sqlite_url):
    found = simulate(QUESTIONS, WEEK, sqlite_url)
    assert found["unescalated"] == {}
    assert (found["asked"], found["lost"], found["doubles"]) == (QUESTIONS, 0, [])
    assert found["deaths"]
    assert found["plans"]
    assert {"assign", "pass on", "reminded", "passed on", "answered", "confirmed", "planned"} <= set(found["deeds"])

"""Broadcasts per session: one, over hundreds of lost answers of each kind, and over a kill at every point."""

import pytest

from helpcenter.models import LiveSessionState
from helpcenter.services import console
from streaming.platform import BroadcastStatus
from tests.workers.live.conftest import tonight  # noqa: F401 -- a fixture
from tests.workers.live.evening import APPLIED, assert_one_each, fault, one_more
from tests.workers.live.killing import DRILLS

pytestmark = [pytest.mark.drill, pytest.mark.timeout(900)]
MANY = 200
CALLS = 24
"""More than an evening makes."""


@pytest.mark.parametrize("kind", APPLIED)
def test_hundreds_of_lost_answers(tonight, kind):  # noqa: F811
    tonight.emulator.quota.limits = dict.fromkeys(tonight.emulator.quota.limits, 10**9)
    for number in range(MANY):
        if number:
            one_more(tonight)
        tonight.emulator.timings.list_lag = 40.0 * (number % 10 == 0)
        fault(tonight, "liveBroadcasts.insert", kind)
        tonight.until(lambda: tonight.row.status is BroadcastStatus.READY, step=5)
    assert_one_each(tonight)
    assert tonight.asked("liveBroadcasts.insert") == MANY
    assert len(tonight.emulator.streams) == 1


@pytest.mark.parametrize("kind", APPLIED)
@pytest.mark.parametrize("call", range(CALLS))
def test_an_evening_in_which_any_answer_is_lost(tonight, kind, call):  # noqa: F811
    fault(tonight, "*", kind, skip=call, when=lambda entry: not entry.method.startswith("oauth"))
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY, step=5)
    tonight.encoder.start()
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.session.state is LiveSessionState.LIVE, step=2)
    tonight.change(title="Another title")
    tonight.wait(60, step=20)
    tonight.end()
    tonight.until(lambda: tonight.session.state is LiveSessionState.PROCESSING, step=5)
    assert_one_each(tonight)
    assert (tonight.remote.status, tonight.remote.title) == ("complete", "Another title")


@pytest.mark.parametrize(("drill", "point"), [(drill, point) for drill, points in DRILLS.items() for point in points])
def test_killed_at_every_point(tonight, tmp_path, drill, point):  # noqa: F811
    drill(tonight, tmp_path, point)

"""A worker that is killed where it hurts most; at every other point as well in tests/torture."""

import pytest

from tests.workers.live.killing import drill_ending, drill_going_live, drill_making

SORE = {
    drill_making: ("create.noted", "create.done", "ingest.made", "playlists.made"),
    drill_going_live: ("live.asked",),
    drill_ending: ("complete.asked",),
}


@pytest.mark.parametrize(("drill", "point"), [(drill, point) for drill, points in SORE.items() for point in points])
def test_nothing_is_lost_and_nothing_done_twice(tonight, tmp_path, drill, point):
    drill(tonight, tmp_path, point)

"""The short form of the drills in tests/torture/test_live.py: everything is killed once."""

import pytest

from tests.clockfilm import clock_film
from tests.workers.studio.siege.checks import check
from tests.workers.studio.siege.evening import Siege

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return clock_film(tmp_path_factory.mktemp("film") / "film.mp4", 120)


def test_whatever_is_killed_in_mid_session_what_was_confirmed_is_there_and_at_its_second(tmp_path, film):
    siege = Siege(tmp_path, film, sender="studio")
    try:
        siege.round(["ffmpeg", "web", "live", "worker", "bells"], seconds=11)
        siege.finish()
        check(siege, nothing_missing=True)
    finally:
        siege.close()

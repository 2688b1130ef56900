"""Sessions on this site while web, worker, live path, ffmpeg and queue are killed again and again."""

import pytest

from tests.clockfilm import clock_film
from tests.workers.studio.siege import Siege
from tests.workers.studio.test_siege import check

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]
TARGETS = ("live", "ffmpeg", "worker", "web", "bells")
ROUNDS = 8


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return clock_film(tmp_path_factory.mktemp("film") / "film.mp4", 400)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_evening_under_fire(tmp_path, film, seed):
    siege = Siege(tmp_path, film, seed=seed)
    try:
        for _ in range(ROUNDS):
            siege.round(siege.chance.sample(TARGETS, 2), seconds=9)
        siege.finish()
        check(siege)
    finally:
        siege.close()

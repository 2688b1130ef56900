"""Sessions on this site while web, worker, live path, ffmpeg and broker are killed again and again."""

import pytest

from tests.clockfilm import clock_film
from tests.workers.studio.siege.checks import check
from tests.workers.studio.siege.evening import Siege
from tests.workers.studio.siege.site import Broker

pytestmark = [pytest.mark.drill, pytest.mark.kill, pytest.mark.timeout(900)]
TARGETS = ("live", "ffmpeg", "worker", "web", "bells")
ROUNDS = 8


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return clock_film(tmp_path_factory.mktemp("film") / "film.mp4", 400)


@pytest.mark.parametrize("sender", ["obs", "studio"])
@pytest.mark.parametrize("seed", [1, 2])
def test_an_evening_under_fire(tmp_path, film, sender, seed):
    siege = Siege(tmp_path, film, sender=sender, seed=seed, broker=Broker() if seed == 2 else None)
    try:
        for _ in range(ROUNDS):
            siege.round(siege.chance.sample(TARGETS, 2), seconds=9)
        siege.finish()
        check(siege, nothing_missing=sender == "studio")
    finally:
        siege.close()


def test_whatever_is_killed_in_mid_session_what_was_confirmed_is_there_and_at_its_second(tmp_path, film):
    siege = Siege(tmp_path, film, sender="studio")
    try:
        siege.round(["ffmpeg", "web", "live", "worker", "bells"], seconds=11)
        siege.finish()
        check(siege, nothing_missing=True)
    finally:
        siege.close()

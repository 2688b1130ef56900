"""Hundreds of questions hurry through their fate, with two beats and two workers, of which one is killed every few seconds."""

import pytest

from tests.torture.rush import Rush, Site

pytestmark = [pytest.mark.drill, pytest.mark.kill, pytest.mark.timeout(900)]


def _nothing_lost_nothing_twice_nothing_late_in_silence(site, seed):
    rush = Rush(site, seed)
    try:
        rush.run()
        rush.settle()
        told = rush.check()
    finally:
        site.end()
    print(f"\n{told}")


def test_embedded(tmp_path, sqlite_url):
    _nothing_lost_nothing_twice_nothing_late_in_silence(Site(tmp_path, sqlite_url), seed=4)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_production(tmp_path, postgres_url, redis_url, seed):
    _nothing_lost_nothing_twice_nothing_late_in_silence(Site(tmp_path, postgres_url, redis_url), seed)

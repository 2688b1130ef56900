"""Every step killed at every place, on the embedded set-up and on Redis + PostgreSQL."""

import pytest

from helpcenter.services import steps
from tests.workers.killing import POINTS, WORKING, drill, short_recording, site

pytestmark = [pytest.mark.drill, pytest.mark.kill, pytest.mark.timeout(600)]

NAMES = (*steps.CHAIN, steps.CUT)
ROUNDS = [tuple(f"{name}.{place}" for name in NAMES) for place in POINTS]
ROUNDS.append(tuple(f"{name}.working" for name in WORKING))


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    return short_recording(tmp_path_factory.mktemp("media"))


@pytest.mark.parametrize("points", ROUNDS, ids=[*POINTS, "working"])
def test_embedded(tmp_path, media, points):
    with site(tmp_path, points=points) as embedded:
        drill(embedded, media)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("points", ROUNDS, ids=[*POINTS, "working"])
def test_production(tmp_path, media, postgres_url, redis_url, points):
    with site(tmp_path, points=points, database_url=postgres_url, broker_url=redis_url) as production:
        drill(production, media)

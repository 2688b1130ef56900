"""kill -9 in every step, for real: a worker process, its children, a real queue, a real database."""

import pytest

from helpcenter.models import StepState
from tests.workers.killing import CAPTIONS, drill, short_recording, site, take_in

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]

# Together: every step once, and every kind of place. All of them at every place: tests/torture.
EMBEDDED = ("transcript.working", "chapters.stored", "clips.claimed", "index.storing", "notify.storing", "cut.working")
PRODUCTION = (
    "fetch.filed",
    "probe.claimed",
    "scan.working",
    "outline.storing",
    "play.worked",
    "notify.stored",
    "cut.filed",
)


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    return short_recording(tmp_path_factory.mktemp("media"))


def test_a_worker_killed_in_every_later_step_loses_nothing_and_does_nothing_twice(tmp_path, media):
    with site(tmp_path, points=EMBEDDED) as embedded:
        drill(embedded, media)
        assert embedded.starts == len(EMBEDDED) + 2, embedded.exits


@pytest.mark.drill
def test_a_single_process_of_the_pool_may_die_as_well(tmp_path, media):
    with site(tmp_path, points=("scan.working", "chapters.storing"), kills="self") as embedded:
        drill(embedded, media, captions=CAPTIONS)
        assert embedded.starts == 2, embedded.exits


@pytest.mark.postgres
@pytest.mark.redis
def test_the_same_holds_in_every_earlier_step_on_redis_and_postgresql(tmp_path, media, postgres_url, redis_url):
    with site(tmp_path, points=PRODUCTION, database_url=postgres_url, broker_url=redis_url) as production:
        drill(production, media, captions=CAPTIONS)


@pytest.mark.parametrize("all_processes", [False, True])
def test_a_worker_that_is_stopped_gives_its_step_back_at_once_and_uncounted(tmp_path, media, all_processes):
    with site(tmp_path) as embedded:
        recording_id = take_in(embedded, media)
        embedded.start()
        embedded.wait_for(recording_id, "transcript", StepState.DOING)
        assert embedded.stop(all_processes=all_processes) == 0
        embedded.assert_no_survivors()
        step = embedded.step(recording_id, "transcript")
        assert (step.state, step.attempts, step.leased_until) == (StepState.TODO, 0, None)


@pytest.mark.drill
def test_two_workers_and_two_beats_do_nothing_twice(tmp_path, media):
    with site(tmp_path) as other, site(tmp_path, beside=other) as one:
        drill(one, media, captions=CAPTIONS)

"""Exactly one broadcast per session and one stream per channel, whatever becomes of the answers."""

from datetime import timedelta
from threading import Thread
from time import sleep

import pytest

from helpcenter.models import LiveSessionState
from helpcenter.services import broadcasts, console
from streaming.platform import BroadcastStatus
from tests.workers.live.evening import APPLIED, Evening, assert_one_each, fault, one_more
from workers.live.project import project

EACH = {0.0: 15, 40.0: 3}
"""Sessions by the seconds that lists lag behind."""


def settled(tonight: Evening) -> bool:
    return tonight.row.status is BroadcastStatus.READY


@pytest.mark.parametrize("kind", APPLIED)
@pytest.mark.parametrize("lag", EACH)
def test_lost_answers_make_no_second_broadcast(tonight, kind, lag):
    tonight.emulator.timings.list_lag = lag
    for number in range(EACH[lag]):
        if number:
            one_more(tonight)
        fault(tonight, "liveBroadcasts.insert", kind)
        tonight.until(lambda: settled(tonight), step=5)
    assert_one_each(tonight)
    assert tonight.asked("liveBroadcasts.insert") == EACH[lag]
    assert len(tonight.emulator.streams) == 1


@pytest.mark.parametrize("kind", APPLIED)
def test_lost_answers_make_no_second_stream(tonight, kind):
    tonight.emulator.timings.list_lag = 40.0
    fault(tonight, "liveStreams.insert", kind)
    tonight.until(lambda: settled(tonight), step=5)
    assert len(tonight.emulator.streams) == tonight.asked("liveStreams.insert") == 1


def test_a_request_that_never_arrived_is_made_again_after_three_looks(tonight):
    fault(tonight, "liveBroadcasts.insert", "close")
    took = tonight.until(lambda: settled(tonight))
    assert 65 <= took <= 75
    assert tonight.asked("liveBroadcasts.insert") == 2
    assert_one_each(tonight)


def test_a_refusal_that_passes_is_tried_again_without_looking(tonight):
    fault(tonight, "liveBroadcasts.insert", "error", status=403, reason="userRequestsExceedRateLimit", times=2)
    tonight.until(lambda: settled(tonight))
    assert tonight.asked("liveBroadcasts.insert") == 3
    assert_one_each(tonight)


def test_of_two_that_were_made_the_older_stays(tonight):
    tonight.emulator.timings.list_lag = 200.0
    fault(tonight, "liveBroadcasts.insert", "apply-then-503")
    tonight.until(lambda: settled(tonight), step=5)
    assert len(tonight.emulator.broadcasts) == 2
    tonight.wait(310, step=10)
    assert_one_each(tonight)


def test_a_worker_that_is_slow_is_taken_over_and_stores_nothing(tonight):
    with tonight.ports.database.reading() as db:
        (broadcast_id,) = broadcasts.due(db, now=tonight.clock())
    fault(tonight, "liveBroadcasts.insert", "delay", seconds=0.5)
    slow = Thread(target=project, args=(tonight.ports, broadcast_id))
    slow.start()
    while not tonight.emulator.broadcasts:
        sleep(0.01)
    assert not project(tonight.ports, broadcast_id)
    tonight.clock.advance(seconds=80)
    tonight.work()
    assert settled(tonight)
    before = tonight.row.fence
    slow.join()
    assert (tonight.row.fence, tonight.asked("liveBroadcasts.insert")) == (before, 1)
    assert_one_each(tonight)


def test_two_workers_at_once_do_one_step(tonight):
    with tonight.ports.database.reading() as db:
        (broadcast_id,) = broadcasts.due(db, now=tonight.clock())
    workers = [Thread(target=project, args=(tonight.ports, broadcast_id)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tonight.work()
    assert tonight.asked("liveBroadcasts.insert") == 1
    assert_one_each(tonight)


def test_a_wish_during_a_step_is_not_lost(tonight):
    tonight.work()
    wished = []

    def meanwhile(_: object) -> bool:
        if not wished:
            wished.append(tonight.do(console.go_live))
        return False

    fault(tonight, "liveBroadcasts.update", "delay", when=meanwhile)
    tonight.encoder.start()
    tonight.change(title="Another title")
    tonight.work()
    assert tonight.row.due_at is not None
    assert tonight.row.due_at <= tonight.clock() + timedelta(seconds=10)
    tonight.until(lambda: tonight.session.state is LiveSessionState.LIVE)
    assert tonight.remote.title == "Another title"

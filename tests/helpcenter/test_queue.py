from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from helpcenter.jobs import Doorbell
from helpcenter.queue import CeleryQueue, celery_app

WRITERS, BELLS, READERS = 4, 100, 4
PATIENCE = 30.0


def take(settings, wanted, taken):
    """Take bells as a worker does, until all are there."""
    deadline = monotonic() + PATIENCE
    with celery_app(settings).connection_for_read() as connection:
        queue = connection.SimpleQueue("helpcenter")
        while len(taken) < wanted and monotonic() < deadline:
            try:
                message = queue.get(timeout=0.2)
            except queue.Empty:
                continue
            taken.append(message.payload[0][0])
            message.ack()


def test_bells_rung_by_many_at_once_are_heard_once_each_and_never_half(settings):
    taken: list[int] = []

    def ring(writer):
        queue = CeleryQueue(settings)
        for number in range(BELLS):
            queue.ring(Doorbell("advance_recording", writer * BELLS + number))

    with ThreadPoolExecutor(WRITERS + READERS) as threads:
        readers = [threads.submit(take, settings, WRITERS * BELLS, taken) for _ in range(READERS)]
        for writer in [threads.submit(ring, number) for number in range(WRITERS)]:
            writer.result()
        for reader in readers:
            reader.result()
    assert sorted(taken) == list(range(WRITERS * BELLS))
    assert list(settings.queue_root.rglob("*.msg*")) == []


def test_a_broker_that_is_away_does_not_fail_who_rings_and_holds_up_one_only(settings):
    queue = CeleryQueue(settings.model_copy(update={"broker_url": "redis://127.0.0.1:1/0"}))
    queue.ring(Doorbell("advance_recording", 1))
    begun = monotonic()
    for number in range(100):
        queue.ring(Doorbell("advance_recording", number))
    assert monotonic() - begun < 1

"""The tick looks while others write."""

import threading

import pytest

from helpcenter.jobs import ROUTE_QUESTION
from helpcenter.services import dispatch
from tests.factories import make_question
from workers import beat

SOON = 5


@pytest.mark.usefixtures("sqlite_url")
def test_what_is_due_is_looked_for_without_keeping_writers_waiting(ports, queue, monkeypatch):
    with ports.database.transaction() as db:
        question = make_question(db)
    waits = []

    def write():
        with ports.database.transaction() as other:
            make_question(other, email="another@example.org")

    def look(db, *, now):
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(SOON)
        waits.append(writer.is_alive())
        return dispatch.due(db, now=now)

    monkeypatch.setattr(beat, "_DUE", ((ROUTE_QUESTION, look),))
    beat.tick(ports)
    assert waits == [False]
    assert [bell.row_id for bell in queue.rung if bell.task == ROUTE_QUESTION] == [question.id]

"""What each viewer lacks is told once, whoever asks and however late."""

import json
import time
from threading import Barrier, Event, Thread

import pytest

from helpcenter.models import LiveSessionState, Visibility
from helpcenter.services.pages import Board, Item, Picture
from helpcenter.web.events import Room
from helpcenter.web.events import room as room_module


def board(number, *items, **values):
    given = {
        "state": LiveSessionState.LIVE,
        "visibility": Visibility.PUBLIC,
        "announced": True,
        "picture": Picture(),
        "open": True,
    }
    return Board(number, items=tuple(items), **{**given, **values})


def item(name, votes=0, **values):
    return Item(name, f"{name}?", "en", "", "open", pinned=False, asked=1, votes=votes)._replace(**values)


@pytest.fixture
def written():
    return []


@pytest.fixture
def room(written):
    def render(language, one):
        written.append((language, one.id))
        return f"<li>{one.title}"

    return Room(1, render, board(10, item("a"), item("b")), 0.0, 0.0)


def told(room, since, language="en"):
    said = json.loads(room.message(language, since))
    return said["all"], sorted(said["put"]), sorted(said["drop"]), said["votes"]


def test_whoever_has_nothing_gets_all(room):
    assert told(room, None) == (True, ["a", "b"], [], {})


def test_whoever_has_everything_gets_nothing(room):
    assert told(room, 10) == (False, [], [], {})


def test_votes_are_a_number_and_nothing_else(room):
    room.take(board(12, item("a", votes=3), item("b")), 1.0)
    assert told(room, 10) == (False, [], [], {"a": 3})


def test_what_changes_comes_whole_and_what_goes_is_named(room):
    room.take(board(11, item("a", pinned=True), item("c")), 1.0)
    assert told(room, 10) == (False, ["a", "c"], ["b"], {})


def test_whoever_slept_through_several_changes_gets_their_sum_once(room):
    room.take(board(11, item("a", votes=1), item("b")), 1.0)
    room.take(board(12, item("a", votes=2, title="New?"), item("b", votes=5)), 2.0)
    room.take(board(13, item("a", votes=3, title="New?")), 3.0)
    assert told(room, 10) == (False, ["a"], ["b"], {})
    assert told(room, 12) == (False, [], ["b"], {"a": 3})
    assert json.loads(room.message("en", 10))["put"]["a"]["votes"] == 3


def test_what_was_gone_and_is_back_is_put_again(room):
    room.take(board(11, item("a")), 1.0)
    room.take(board(12, item("a"), item("b")), 2.0)
    assert told(room, 10) == (False, ["b"], [], {})
    assert told(room, 11) == (False, ["b"], [], {})


@pytest.mark.parametrize("since", [9, 11, 0, 10**15])
def test_a_number_that_is_not_ours_gets_all(room, since):
    assert told(room, since)[0] is True


def test_each_piece_is_written_once_per_language_and_not_for_votes(room, written):
    for _ in range(5):
        room.message("en", None), room.message("de", None), room.message("en", 10)
    room.take(board(11, item("a", votes=1), item("b")), 1.0)
    room.message("en", None)
    assert sorted(written) == [("de", "a"), ("de", "b"), ("en", "a"), ("en", "b")]


def test_only_what_is_new_wakes_those_who_wait(room):
    assert room.take(board(11, item("a"), item("b")), 1.0) is False
    assert (room.edition, room.board.number) == (0, 11)
    assert room.take(board(12, item("a"), item("b"), off_record=True), 1.0) is True
    assert room.edition == 1
    assert json.loads(room.message("en", 11))["hush"] is True


def test_whoever_waits_is_woken_by_a_change_and_by_the_end(room):
    woken = []
    waiting = Thread(target=lambda: woken.append(room.wait(0, 10)))
    waiting.start()
    room.take(board(11, item("a")), 1.0)
    waiting.join(5)
    waiting = Thread(target=lambda: woken.append(room.wait(room.edition, 10)))
    waiting.start()
    room.close()
    waiting.join(5)
    assert (woken, room.wait(room.edition, 0)) == ([True, True], True)


def test_the_name_of_a_message_changes_with_what_it_says(room):
    names = {room.etag("en"), room.etag("de")}
    room.take(board(11, item("a")), 1.0)
    names.add(room.etag("en"))
    room.take(board(11, item("a"), state=LiveSessionState.ENDED), 1.0)
    names.add(room.etag("en"))
    assert len(names) == 4


def test_of_many_who_wait_only_some_are_woken_at_once_and_all_in_the_end(room, monkeypatch):
    monkeypatch.setattr(room_module, "AT_ONCE", 2)
    woken, asleep = [], Barrier(8)

    def listen():
        asleep.wait()
        woken.append(room.wait(0, 10.0))

    listeners = [Thread(target=listen) for _ in range(7)]
    for one in listeners:
        one.start()
    asleep.wait()
    while len(room.woken._waiters) < len(listeners):  # each has said that it is about to sleep, and now does
        Event().wait(0.01)
    room.listeners, counted = len(listeners), []
    monkeypatch.setattr(room_module.time, "sleep", lambda _: counted.append(until_woken(woken, 2 * len(counted) + 2)))
    room.take(board(11, item("a", votes=1)), 1.0)
    for one in listeners:
        one.join()
    assert (counted, woken) == ([2, 4, 6], [True] * 7)


def until_woken(woken, number):
    deadline = time.monotonic() + 10
    while len(woken) < number and time.monotonic() < deadline:
        Event().wait(0.01)
    return len(woken)

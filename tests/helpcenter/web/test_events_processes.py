"""The web server of production with viewers on it: killed in mid-session, ended with a word, and full of streams."""

import threading
import time

import pytest
import requests
from sqlalchemy import select

from helpcenter.models import LiveSessionState, Question, QuestionVote
from helpcenter.services import live
from tests.factories import NOW, make_session
from tests.gunicorns import Gunicorn
from tests.livehttp import Stream

OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}


@pytest.fixture
def session(ports):
    with ports.database.transaction() as db:
        return make_session(db, state=LiveSessionState.LIVE, live_at=NOW)


@pytest.fixture
def question(ports, session):
    with ports.database.transaction() as db:
        given = {"voter": "asker", "network": "n", "language": "en", "user": None, "now": NOW}
        return live.ask(db, db.merge(session), title="How far?", **given).question.public_id


@pytest.fixture
def start(settings):
    """`start(**settings)` is a web server that is ended with the test."""
    running = []

    def started(**more):
        running.append(Gunicorn(settings, **more))
        return running[-1]

    yield started
    for one in running:
        if one.process.poll() is None:
            one.stop()


@pytest.mark.kill
def test_what_was_acknowledged_is_there_after_the_process_was_killed(ports, session, question, start, each_database):
    server = start()
    site = f"{server.address}/sessions/{session.public_id}"
    stop, asked, voted = threading.Event(), [], []

    def send(address, data, told):
        try:
            answer = requests.post(address, data=data, headers=OURS, timeout=10)
        except requests.RequestException:
            return  # killed while it was under way: not acknowledged
        if answer.ok:
            told.append((data.get("title"), answer.cookies.get("voter")))

    def drive(number):
        count = 0
        while not stop.is_set():
            send(f"{site}/questions/{question}/vote", {}, voted)
            if count % 5 == 0:
                send(f"{site}/questions", {"title": f"Question {number}-{count}?"}, asked)
            count += 1

    drivers = [threading.Thread(target=drive, args=(number,)) for number in range(3)]
    for one in drivers:
        one.start()
    for _ in range(2):
        time.sleep(1.5)
        server.kill_worker()
    time.sleep(1)
    stop.set()
    for one in drivers:
        one.join()
    with ports.database.reading() as db:
        titles = set(db.scalars(select(Question.title)))
        voters = set(db.scalars(select(QuestionVote.voter)))
    from helpcenter.tokens import fingerprint

    assert {title for title, _ in asked} - titles == set()
    assert {fingerprint(cookie.partition(".")[0]) for _, cookie in voted} - voters == set()
    assert (len(asked) > 5, len(voted) > 20) == (True, True)


@pytest.mark.kill
def test_a_viewer_misses_nothing_while_the_server_is_started_again(session, question, start):
    server = start()
    site = f"{server.address}/sessions/{session.public_id}"
    stream = Stream(f"{site}/events")
    number = stream.next()["number"]
    server.kill_worker()
    requests.post(f"{site}/questions/{question}/vote", headers=OURS, timeout=10).raise_for_status()
    again = Stream(f"{site}/events", **{"Last-Event-ID": str(number)})
    message = again.next()
    assert message["put"][question]["votes"] if message["all"] else message["votes"] == {question: 1}
    stream.close()
    again.close()


def test_told_to_end_it_ends_at_once_however_many_watch(session, start):
    server = start()
    streams = [Stream(f"{server.address}/sessions/{session.public_id}/events") for _ in range(40)]
    for stream in streams:
        stream.next()
    assert server.stop() < 9.5  # after 10 s gunicorn would have ended it by force
    for stream in streams:
        assert stream.ends() <= 1
        stream.close()


def test_with_all_streams_taken_pages_are_answered_as_ever(session, start):
    server = start(web_threads=4, live_viewers=30)
    site = f"{server.address}/sessions/{session.public_id}"
    streams = [Stream(f"{site}/events") for _ in range(30)]
    assert {stream.status for stream in streams} == {200}
    assert requests.get(f"{site}/events", timeout=30).status_code == 503
    answers = [requests.get(address, timeout=30).status_code for address in (site, f"{site}/live.json", server.address)]
    assert answers == [200, 200, 200]
    for stream in streams:
        stream.close()

"""Viewers hear of changes over real HTTP: at once, each what he lacks, and never more than the server can carry."""

import threading
import time

import pytest
import requests
from werkzeug.serving import make_server

from helpcenter.app import create_app
from helpcenter.models import AgendaStage, LiveSession, LiveSessionState, SessionQuestion, User, Visibility
from helpcenter.permissions import Role
from helpcenter.services import accounts, live
from helpcenter.web.events import hub as hub_module
from helpcenter.web.events import stream as stream_module
from helpcenter.wiring import wire
from tests.factories import NOW, make_session, make_user
from tests.livehttp import Stream

S = LiveSessionState


@pytest.fixture
def session(ports):
    with ports.database.transaction() as db:
        return make_session(db, state=S.LIVE, live_at=NOW)


@pytest.fixture
def question(ports, session):
    return change(ports, session, lambda db, found: ask(db, found, "How far?").question.public_id)


@pytest.fixture
def few(settings, queue, clock):
    """The ports of a process that carries two streams."""
    wired = wire(settings.model_copy(update={"live_viewers": 2}), queue=queue, clock=clock)
    yield wired
    wired.database.dispose()


@pytest.fixture
def serve(ports, few):
    """`serve(ports)` is the address of a web process of its own; `serve.hubs` are those of all."""
    running = []

    def started(wired):
        app = create_app(wired)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        started.hubs.append(app.extensions["hub"])
        return f"http://127.0.0.1:{server.server_port}"

    started.hubs = []
    yield started
    for one in started.hubs:
        one.close()
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(serve, ports, session):
    return f"{serve(ports)}/sessions/{session.public_id}"


@pytest.fixture
def listen():
    """`listen(address)` is a stream that is closed at the test's end."""
    opened = []

    def listened(address, **headers):
        opened.append(Stream(address, **headers))
        return opened[-1]

    yield listened
    for one in opened:
        one.close()


def change(ports, session, do):
    with ports.database.transaction() as db:
        return do(db, db.get_one(LiveSession, session.id))


def ask(db, session, title, voter="asker"):
    return live.ask(db, session, title=title, voter=voter, network="n", language="en", user=None, now=NOW)


def vote(ports, session, voter):
    def do(db, found):
        item = db.query(SessionQuestion).first()
        return live.vote(db, found, item, voter=voter, network="n", now=NOW)

    return change(ports, session, do)


def number_of(ports, session):
    return change(ports, session, lambda db, found: live.pulse_of(db, found.id))


def test_a_viewer_gets_all_and_then_what_changes(ports, session, question, site, listen, each_database):
    stream = listen(f"{site}/events")
    assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
    assert (stream.headers["cache-control"], stream.headers["x-accel-buffering"]) == ("no-store", "no")
    first = stream.next()
    assert (first["all"], list(first["put"])) == (True, [question])
    vote(ports, session, "a")
    second = stream.next()
    assert (second["all"], second["put"], second["votes"]) == (False, {}, {question: 1})


def test_everybody_has_it_soon_and_at_about_the_same_time(ports, session, question, site, listen):
    streams = [listen(f"{site}/events") for _ in range(20)]
    for stream in streams:
        stream.next()
    began = time.monotonic()
    vote(ports, session, "a")
    for stream in streams:
        stream.until(lambda message: message["votes"] == {question: 1})
    assert time.monotonic() - began < 5  # a busy machine; `make bench` measures it


def test_two_web_processes_tell_their_viewers_the_same(ports, few, session, question, serve, listen, each_database):
    addresses = [f"{serve(one)}/sessions/{session.public_id}" for one in (ports, few)]
    streams = [listen(f"{address}/events") for address in addresses]
    for stream in streams:
        stream.next()
    ours = {"Sec-Fetch-Site": "same-origin"}
    requests.post(f"{addresses[0]}/questions/{question}/vote", headers=ours, timeout=10).raise_for_status()
    told = [stream.until(lambda message: message["votes"])["votes"] for stream in streams]
    assert told == [{question: 1}] * 2


def test_each_language_has_its_words_and_one_stream_is_never_the_others(ports, session, site, listen):
    streams = {language: listen(f"{site}/events", **{"Accept-Language": language}) for language in ("en", "de")}
    for stream in streams.values():
        stream.next()
    asked = change(ports, session, lambda db, found: ask(db, found, "How far?").question.public_id)
    pieces = {
        language: stream.until(lambda message: message["put"])["put"][asked]["html"]
        for language, stream in streams.items()
    }
    assert ('lang="en"' in pieces["en"], 'lang="en"' in pieces["de"]) == (False, True)


def test_whoever_comes_back_brings_his_number_and_gets_the_rest(ports, session, question, site, listen):
    first = listen(f"{site}/events").next()
    vote(ports, session, "a")
    listen(f"{site}/events").until(lambda message: message["number"] > first["number"])
    again = listen(f"{site}/events", **{"Last-Event-ID": str(first["number"])}).next()
    assert (again["all"], again["put"], again["votes"]) == (False, {}, {question: 1})
    nothing = listen(f"{site}/events?since={again['number']}").next()
    assert (nothing["all"], nothing["put"], nothing["votes"]) == (False, {}, {})


@pytest.mark.parametrize("number", ["-1", "x", "9" * 30, "٣", "1.5"])
def test_a_number_that_is_nonsense_gets_all(site, question, listen, number):
    assert listen(f"{site}/events?since={requests.utils.quote(number)}").next()["all"] is True


def test_a_hidden_question_goes_and_an_answer_moves(ports, session, question, site, listen):
    stream = listen(f"{site}/events")
    stream.next()
    item = lambda db: db.query(SessionQuestion).first()  # noqa: E731 -- shorter than its name
    change(ports, session, lambda db, _: live.bring(db, item(db), AgendaStage.ANSWERING, actor=None, now=NOW))
    change(ports, session, lambda db, found: live.beat(db, found.id))
    assert stream.until(lambda message: message["put"])["put"][question]["place"] == "now"
    change(ports, session, lambda db, _: live.hide(db, item(db), reason="r", actor=None, now=NOW))
    assert stream.until(lambda message: message["drop"])["drop"] == [question]


def test_what_changes_without_a_beat_is_found_all_the_same(ports, session, site, listen, monkeypatch):
    monkeypatch.setattr(hub_module, "REFRESH", 0.3)
    stream = listen(f"{site}/events")
    assert stream.next()["stage"] == "live-none"
    before = number_of(ports, session)
    change(ports, session, lambda db, found: setattr(found, "state", S.ENDED))
    assert stream.until(lambda message: message["stage"] == "ended-none")["number"] == before + 1


def test_beyond_the_cap_one_is_sent_to_ask_instead(few, session, serve, listen, monkeypatch):
    monkeypatch.setattr(stream_module, "BEAT", 0.05)
    site = f"{serve(few)}/sessions/{session.public_id}"
    one, _ = listen(f"{site}/events"), listen(f"{site}/events")
    full = listen(f"{site}/events")
    assert (full.status, full.headers["retry-after"]) == (503, "5")
    assert requests.get(f"{site}/live.json", timeout=10).json()["all"] is True
    one.close()
    assert any(_again(lambda: listen(f"{site}/events").status == 200))


def _again(what):
    """The server notices at its next sign of life that a viewer is gone."""
    for _ in range(100):
        yield what()
        time.sleep(0.1)


def test_a_proxy_sees_signs_of_life(site, listen, monkeypatch):
    monkeypatch.setattr(stream_module, "BEAT", 0.05)
    kinds = [kind for (kind, _, _), _ in zip(listen(f"{site}/events").events(), range(4), strict=False)]
    assert kinds == ["message", "sign", "sign", "sign"]


def test_a_stream_ends_after_a_while(ports, session, site, listen, monkeypatch):
    monkeypatch.setattr(stream_module, "BEAT", 0.05)
    monkeypatch.setattr(stream_module, "LIFE", 0.3)
    assert listen(f"{site}/events").ends() > 1


def test_all_streams_end_at_once_when_the_process_does(session, site, serve, listen):
    stream = listen(f"{site}/events")
    stream.next()
    serve.hubs[0].stop()
    assert stream.ends() <= 1  # a sign of life may have been on its way
    assert listen(f"{site}/events").status == 503


def test_whoever_may_not_watch_any_more_is_sent_home(ports, session, serve, listen, monkeypatch):
    monkeypatch.setattr(stream_module, "BEAT", 0.05)
    monkeypatch.setattr(stream_module, "RECHECK", 0.1)
    change(ports, session, lambda db, found: setattr(found, "visibility", Visibility.CUSTOMERS))
    with ports.database.transaction() as db:
        user = make_user(db, Role.CUSTOMER)
        token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
    address = f"{serve(ports)}/sessions/{session.public_id}/events"
    assert listen(address).status == 404
    stream = listen(address, Cookie=f"signin={token}")
    assert (stream.status, stream.next()["all"]) == (200, True)
    with ports.database.transaction() as db:
        db.get_one(User, user.id).disabled_at = NOW
    assert stream.ends() < 20


def test_a_viewer_who_does_not_read_holds_up_nobody(ports, session, question, site, listen):
    asleep = [Stream(f"{site}/events") for _ in range(5)]
    awake = listen(f"{site}/events")
    awake.next()
    for number in range(10):
        vote(ports, session, f"v{number}")
    assert awake.until(lambda message: message["votes"].get(question) == 10)
    for one in asleep:
        one.close()


def test_asking_every_few_seconds_costs_nothing_while_nothing_is_new(site, question):
    first = requests.get(f"{site}/live.json", timeout=10)
    again = requests.get(f"{site}/live.json", headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
    assert (list(first.json()["put"]), again.status_code, again.content) == ([question], 304, b"")


def test_no_stream_holds_a_connection_of_the_database(ports, session, question, site, listen):
    for _ in range(30):
        listen(f"{site}/events").next()
    assert ports.database.engine.pool.checkedout() <= 2  # the two that look for what is new


@pytest.mark.parametrize("what", [OSError("gone"), KeyError("a board that cannot be read")])
def test_the_hub_survives_whatever_goes_wrong(ports, session, question, site, listen, monkeypatch, what):
    stream = listen(f"{site}/events")
    stream.next()
    real, failed = ports.database.pulses, []

    def broken(ids):
        if len(failed) < 3:
            failed.append(1)
            raise what
        return real(ids)

    monkeypatch.setattr(ports.database, "pulses", broken)
    vote(ports, session, "a")
    assert stream.until(lambda message: message["votes"])["votes"] == {question: 1}
    assert len(failed) == 3

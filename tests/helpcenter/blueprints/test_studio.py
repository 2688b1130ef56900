"""Takes and their chunks, as the host's browser sends them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.models import Broadcast, LiveSession, LiveSessionState
from helpcenter.permissions import Role
from helpcenter.services import broadcasts
from streaming.local.archive import ALIVE, Archive, Container, TakeSource
from tests.factories import NOW, make_channel, make_session, make_user
from tests.streaming.local.conftest import list_segments

REMOTE_ID = "local-0001"
MIME = "video/x-matroska;codecs=avc1.42E01F,opus"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def host(ports):
    with ports.database.transaction() as db:
        return make_user(db, Role.EXPERT, name="Maria Weber")


@pytest.fixture
def session(ports, host):
    with ports.database.transaction() as db:
        channel = make_channel(db, platform="local")
        made = make_session(db, hosts=[db.merge(host)], channel_id=channel.id)
        broadcasts.request_sync(db, made, now=NOW)
        broadcasts.of_session(db, made).remote_id = REMOTE_ID
    return made


@pytest.fixture
def browser(host, sign_in):
    return sign_in(host)


@pytest.fixture
def desk(session):
    return f"/console/{session.public_id}/studio/takes"


@pytest.fixture
def archive(ports):
    return Archive(ports.settings.live_root, REMOTE_ID)


def begin(browser, desk, **values):
    body = {"mime": MIME, "age_ms": 1500, "sender": "browser-tab-1", **values}
    return browser.post(desk, json=body, headers=SCRIPT)


def put(browser, desk, take, number, data=b"chunk"):
    return browser.put(f"{desk}/{take}/{number}", data=data, headers=SCRIPT)


def change(ports, session, **values):
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for name, value in values.items():
            setattr(found, name, value)


def test_a_take_begins_when_its_recorder_began_by_our_clock(browser, desk, archive):
    answer = begin(browser, desk)
    (take,) = archive.takes()
    assert (answer.status_code, answer.json) == (201, {"take": take.id, "next": 0})
    assert take.began == NOW - timedelta(seconds=1.5)
    assert (take.source, take.container, take.codecs) == (TakeSource.BROWSER, Container.WEBM, "avc1.42e01f,opus")
    assert (take.sender, take.label) == ("browser-tab-1", "Maria Weber")


@pytest.mark.parametrize(
    ("mime", "container"),
    [("video/webm;codecs=vp8,opus", Container.WEBM), ('video/mp4; codecs="avc1.42E01F, mp4a.40.2"', Container.MP4),
     ("video/mp4", Container.MP4), ("VIDEO/WEBM;codecs=h264,opus", Container.WEBM)],
)  # fmt: skip
def test_every_form_that_browsers_record_in_is_known(browser, desk, archive, mime, container):
    assert begin(browser, desk, mime=mime).status_code == 201
    assert archive.takes()[-1].container is container


def test_chunks_come_in_order_and_twice_is_once(browser, desk, archive, clock):
    take = begin(browser, desk).json["take"]
    assert [put(browser, desk, take, number).json for number in (0, 1, 1, 2)] == [
        {"next": 1}, {"next": 2}, {"next": 2}, {"next": 3},
    ]  # fmt: skip
    gap = put(browser, desk, take, 5)
    assert (gap.status_code, gap.json["kind"], gap.json["expected"]) == (409, "missing", 3)
    clock.advance(seconds=3)
    assert browser.post(f"{desk}/{take}/close", json={}).json == {"closed": True}
    assert archive.take(take).closed


def test_a_chunk_whose_number_nobody_counts_to_is_not_there(browser, desk):
    take = begin(browser, desk).json["take"]
    assert put(browser, desk, take, 10**300).status_code == 404


@pytest.mark.parametrize("name", ["mime", "sender", "label"])
def test_half_a_sign_begins_no_take(browser, desk, archive, name):
    assert begin(browser, desk, **{name: MIME + "\ud800"}).status_code == 400
    assert archive.takes() == []


def test_a_take_that_was_ended_and_not_taken_over_is_to_be_begun_anew(browser, desk, archive):
    take = begin(browser, desk).json["take"]
    archive.take(take).close(now=NOW)
    refused = put(browser, desk, take, 0)
    assert (refused.status_code, refused.json["kind"]) == (409, "lost")


def test_a_second_browser_is_told_who_sends_and_may_take_over(browser, desk, archive, clock):
    first = begin(browser, desk).json["take"]
    put(browser, desk, first, 0)
    clock.advance(seconds=2)
    busy = begin(browser, desk, sender="browser-tab-2")
    assert (busy.status_code, busy.json["kind"]) == (409, "busy")
    assert busy.json["detail"] == "Maria Weber is sending already, since 10:00\u202fAM."
    second = begin(browser, desk, sender="browser-tab-2", take_over=True).json["take"]
    late = put(browser, desk, first, 1)
    assert (late.status_code, late.json["kind"], late.json["detail"]) == (
        409, "closed", "Somebody else has taken over. What arrived before is kept.",
    )  # fmt: skip
    assert put(browser, desk, second, 0).json == {"next": 1}


def test_the_same_tab_begins_again_without_being_asked_and_so_does_anybody_after_silence(browser, desk, clock):
    assert [begin(browser, desk).status_code for _ in range(2)] == [201, 201]
    clock.advance(seconds=ALIVE.total_seconds() + 1)
    assert begin(browser, desk, sender="browser-tab-2").status_code == 201


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.PROCESSING])
def test_what_was_recorded_before_the_end_still_arrives_after_it(browser, desk, archive, ports, session, state):
    take = begin(browser, desk, age_ms=0).json["take"]
    change(ports, session, state=state, ended_at=NOW + timedelta(seconds=3))
    assert put(browser, desk, take, 0).json == {"next": 1}
    list_segments(archive.take(take), 2.0)
    assert put(browser, desk, take, 1).json == {"next": 2}
    list_segments(archive.take(take), 2.0, 2.0)
    refused = put(browser, desk, take, 2)
    assert (refused.status_code, "over" in refused.json["detail"]) == (409, True)
    assert browser.post(f"{desk}/{take}/close", json={}).json == {"closed": True}


@pytest.mark.parametrize("state", [LiveSessionState.ENDED, LiveSessionState.PROCESSING])
def test_nobody_begins_after_the_end(browser, desk, ports, session, state):
    change(ports, session, state=state)
    refused = begin(browser, desk)
    assert (refused.status_code, "over" in refused.json["detail"]) == (409, True)


def test_a_session_that_is_broadcast_elsewhere_or_not_yet_says_so(browser, desk, ports, session, host):
    with ports.database.transaction() as db:
        db.scalars(select(Broadcast)).one().remote_id = None
        elsewhere = make_session(db, hosts=[db.merge(host)], channel_id=make_channel(db).id)
        broadcasts.request_sync(db, elsewhere, now=NOW)
        nowhere = make_session(db, hosts=[db.merge(host)])
    assert "still being prepared" in begin(browser, desk).json["detail"]
    for other in (elsewhere, nowhere):
        refused = begin(browser, f"/console/{other.public_id}/studio/takes")
        assert (refused.status_code, "not broadcast by this site" in refused.json["detail"]) == (409, True)


def test_the_relay_of_a_session_is_not_what_it_sends_to(browser, desk, archive, ports, session):
    with ports.database.transaction() as db:
        other = make_channel(db)
        db.add(
            Broadcast(session_id=session.id, relay=True, channel_id=other.id, marker="qa-relay", remote_id="relay-001")
        )
    assert begin(browser, desk).status_code == 201
    assert len(archive.takes()) == 1


def test_the_hosts_page_hears_who_sends_and_when_nobody_does(browser, desk, session, clock):
    looks = f"/console/{session.public_id}/studio/guests"
    assert browser.get(looks).json["sending"] is None
    begin(browser, desk)
    assert browser.get(looks).json["sending"] == "browser-tab-1"
    clock.advance(seconds=ALIVE.total_seconds() + 1)
    assert browser.get(looks).json["sending"] is None


def test_nobody_sends_to_a_strangers_session(client, desk, sign_in, ports, browser, archive):
    take = begin(browser, desk).json["take"]
    with ports.database.transaction() as db:
        people = [make_user(db, role) for role in (Role.CUSTOMER, Role.EXPERT)]
    for one in map(sign_in, people):
        assert begin(one, desk, take_over=True).status_code == 403
        assert put(one, desk, take, 0).status_code == 403
        assert one.post(f"{desk}/{take}/close", json={}).status_code == 403
    assert begin(client, desk).status_code == 401
    assert len(archive.takes()) == 1


def test_a_change_without_the_sign_ins_token_is_refused(browser, desk):
    del browser.environ_base["HTTP_X_CSRF_TOKEN"]
    assert begin(browser, desk).status_code == 403
    assert put(browser, desk, "take", 0).status_code == 403


@pytest.mark.parametrize(
    "values",
    [{"mime": "text/html"}, {"mime": ""}, {"mime": "video/webm;codecs=<script>"}, {"mime": 5}, {"sender": "short"},
     {"sender": "with spaces in it"}, {"age_ms": -1}, {"age_ms": 1e12}, {"age_ms": "1"}, {"age_ms": True},
     {"age_ms": float("nan")}],
)  # fmt: skip
def test_nonsense_begins_no_take(browser, desk, archive, values):
    assert begin(browser, desk, **values).status_code == 400
    assert archive.takes() == []


def test_takes_that_do_not_exist_and_names_that_are_paths_are_not_found(browser, desk):
    begin(browser, desk)
    for name in ("nothing", "..", "..%2F..%2Fetc"):
        assert put(browser, desk, name, 0).status_code == 404


def test_chunks_that_are_empty_or_too_large_are_refused(browser, desk):
    take = begin(browser, desk).json["take"]
    assert put(browser, desk, take, 0, b"").status_code == 400
    assert put(browser, desk, take, 0, b"x" * (8 * 1024 * 1024 + 1)).status_code == 413
    assert put(browser, desk, take, 0, b"x" * (3 * 1024 * 1024)).json == {"next": 1}


def test_a_full_disk_is_said_and_nothing_is_acknowledged(browser, desk, ports, monkeypatch):
    take = begin(browser, desk).json["take"]
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0})())
    assert put(browser, desk, take, 0).status_code == 507
    monkeypatch.undo()
    assert put(browser, desk, take, 0).json == {"next": 1}


@pytest.mark.parametrize("reader", ["de", "en"])
@pytest.mark.parametrize(
    ("language", "words"), [("de", "Gleich geht es weiter"), ("en", "Back in a moment"), ("fr", "Back in a moment")]
)
def test_what_is_recorded_for_all_is_in_the_sessions_language(browser, session, ports, reader, language, words):
    change(ports, session, language=language)
    page = browser.get(f"/console/{session.public_id}", headers={"Accept-Language": reader}).text
    assert f'<li data-word="slate" lang="{language}">{words}</li>' in page

"""The picture of a running session: a list of segments for whoever may see it, and never what is off the record."""

import gzip
from datetime import timedelta

import pytest

from helpcenter.models import Broadcast, LiveSession, LiveSessionState, Marker, MarkerKind, Visibility
from helpcenter.permissions import Role
from helpcenter.services import channels
from helpcenter.web import playlists as module
from streaming.local.archive import Archive, Container, TakeSource
from tests.factories import NOW, make_session, make_user

S = LiveSessionState
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _never_old(monkeypatch):
    monkeypatch.setattr(module, "AGE", 0.0)


@pytest.fixture
def session(ports):
    with ports.database.transaction() as db:
        channel = channels.local_channel(db, now=NOW)
        made = make_session(db, state=S.LIVE, live_at=NOW, channel_id=channel.id)
        db.add(Broadcast(session_id=made.id, channel_id=channel.id, marker="m", remote_id="archive-1"))
    return made


@pytest.fixture
def take(ports):
    """A take that began four seconds before the session did; `arrive(n)` makes n segments of two seconds of it."""
    archive = Archive(ports.settings.live_root, "archive-1")
    return archive.open_take(
        source=TakeSource.RTMP,
        container=Container.FLV,
        codecs="",
        began=NOW - 4 * SECOND,
        sender="s",
        label="OBS",
        now=NOW,
    )


def arrive(take, number):
    folder = take.folder / "hls"
    (folder / "init.mp4").write_bytes(b"init")
    for one in range(number):
        (folder / f"{one:05}.m4s").write_bytes(b"segment %d" % one)
    lines = [f"#EXTINF:2.000,\n{one:05}.m4s" for one in range(number)]
    (folder / "index.m3u8").write_text("\n".join(["#EXTM3U", *lines, ""]))
    take.keep_init()


def listed(client, session, **headers):
    answer = client.get(f"/live/{session.public_id}/index.m3u8", headers=headers, buffered=True)
    return [line for line in answer.text.splitlines() if line.endswith(".m4s")]


def change(ports, session, *rows, **values):
    with ports.database.transaction() as db:
        found = db.get_one(LiveSession, session.id)
        for name, value in values.items():
            setattr(found, name, value)
        db.add_all(rows)


def test_only_what_came_since_the_beginning_is_listed(client, session, take):
    arrive(take, 4)
    assert listed(client, session) == ["0000/00002.m4s", "0000/00003.m4s"]
    statuses = [client.get(f"/live/{session.public_id}/0000/0000{n}.m4s", buffered=True).status_code for n in range(5)]
    assert statuses == [404, 404, 200, 200, 404]


def test_a_segment_may_be_kept_by_everybody_and_in_parts(client, session, take):
    arrive(take, 3)
    address = f"/live/{session.public_id}/0000/00002.m4s"
    whole, part = client.get(address, buffered=True), client.get(address, headers={"Range": "bytes=0-6"}, buffered=True)
    assert (whole.data, whole.mimetype) == (b"segment 2", "video/iso.segment")
    assert whole.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert (part.status_code, part.data) == (206, b"segment")
    again = client.get(address, headers={"If-None-Match": whole.headers["ETag"]}, buffered=True)
    assert (again.status_code, client.get(f"/live/{session.public_id}/0000/init.mp4", buffered=True).data) == (
        304,
        b"init",
    )


def test_the_list_is_packed_and_says_when_nothing_is_new(client, session, take):
    arrive(take, 3)
    address = f"/live/{session.public_id}/index.m3u8"
    plain, packed = (
        client.get(address, buffered=True),
        client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True),
    )
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain.data)
    assert (plain.headers["Cache-Control"], plain.mimetype) == ("public, max-age=1", "application/vnd.apple.mpegurl")
    assert client.get(address, headers={"If-None-Match": plain.headers["ETag"]}, buffered=True).status_code == 304


def test_what_is_off_the_record_is_a_gap_and_cannot_be_fetched(client, session, take, ports):
    arrive(take, 6)
    hidden = [(MarkerKind.OFF_RECORD, 2.5), (MarkerKind.ON_RECORD, 3.5)]
    change(ports, session, *(Marker(session_id=session.id, kind=kind, at=NOW + at * SECOND) for kind, at in hidden))
    text = client.get(f"/live/{session.public_id}/index.m3u8", buffered=True).text
    assert text.count("#EXT-X-GAP") == 1
    statuses = [
        client.get(f"/live/{session.public_id}/0000/0000{n}.m4s", buffered=True).status_code for n in range(2, 6)
    ]
    assert statuses == [200, 404, 200, 200]


@pytest.mark.parametrize("state", [S.SCHEDULED, S.REHEARSING, S.PUBLISHED, S.CANCELLED])
def test_a_rehearsal_is_never_public_and_nothing_is_once_the_recording_is_there(client, session, take, ports, state):
    arrive(take, 4)
    change(ports, session, state=state)
    statuses = [
        client.get(f"/live/{session.public_id}/{one}", buffered=True).status_code
        for one in ("index.m3u8", "0000/00003.m4s")
    ]
    assert statuses == [404, 404]


def test_after_the_end_the_list_is_complete(client, session, take, ports):
    arrive(take, 6)
    change(ports, session, state=S.ENDED, ended_at=NOW + 4 * SECOND)
    text = client.get(f"/live/{session.public_id}/index.m3u8", buffered=True).text
    assert (text.strip().endswith("#EXT-X-ENDLIST"), text.count(".m4s")) == (True, 2)


def test_before_the_first_segment_there_is_no_list(client, session, take):
    answer = client.get(f"/live/{session.public_id}/index.m3u8", headers={"Accept": "application/json"}, buffered=True)
    assert (answer.status_code, "not there yet" in answer.json["detail"]) == (404, True)


def test_for_customers_it_is_theirs_alone_and_nobody_keeps_it(client, sign_in, session, take, ports):
    arrive(take, 4)
    change(ports, session, visibility=Visibility.CUSTOMERS)
    with ports.database.transaction() as db:
        user = make_user(db, Role.CUSTOMER)
    customer = sign_in(user)
    paths = [f"/live/{session.public_id}/index.m3u8", f"/live/{session.public_id}/0000/00003.m4s"]
    assert [client.get(path, buffered=True).status_code for path in paths] == [404, 404]
    answers = [customer.get(path, buffered=True) for path in paths]
    assert [(one.status_code, one.headers["Cache-Control"].split(",")[0]) for one in answers] == [(200, "private")] * 2


@pytest.mark.parametrize(
    "name",
    ["..%2ftake.json", "%2e%2e/take.json", "index.m3u8", "..%5ctake.json", "init.mp4%00", "00003.m4s/../take.json"],
)
def test_nothing_else_of_the_folder_is_given_out(client, session, take, name):
    arrive(take, 4)
    assert client.get(f"/live/{session.public_id}/0000/{name}", buffered=True).status_code == 404


def test_a_segment_that_is_gone_is_not_there(client, session, take):
    arrive(take, 4)
    (take.folder / "hls" / "00003.m4s").unlink()
    assert client.get(f"/live/{session.public_id}/0000/00003.m4s", buffered=True).status_code == 404


def test_of_many_who_ask_at_once_one_reads_the_archive(client, session, take, monkeypatch):
    monkeypatch.setattr(module, "AGE", 60.0)
    arrive(take, 3)
    assert len(listed(client, session)) == 1
    arrive(take, 6)
    assert len(listed(client, session)) == 1

"""A session that is passed on to another platform while it runs, and all that may befall the relay."""

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from helpcenter.db import SqlDatabase
from helpcenter.models import LiveSessionState, Marker, MarkerKind
from helpcenter.ports import utc_now
from helpcenter.services import broadcasts
from helpcenter.wiring import wire
from streaming.emulator import Emulator
from streaming.local.notes import RelayState, relay_of
from streaming.local.platform import stream_key
from streaming.rtmp import serving
from streaming.rtmp.push import Target
from tests.servers import free_port
from tests.streaming.rtmp.encoder import Kept, Room, ffmpeg, said
from tests.streaming.rtmp.test_server import decoding_errors, lightness, probed, wall_clock
from tests.workers.live.evening import Evening as Connected
from tests.workers.live.evening import add_channel, connected
from tests.workers.studio.stage import Evening, settle
from workers.studio import passing, relay
from workers.studio.main import parts_of
from workers.studio.relay import Relaying

PATIENCE = 40.0
HELD = relay.HELD


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Waits that are long for viewers, and too long for tests."""
    monkeypatch.setattr(relay, "LOOK", 0.2)
    monkeypatch.setattr(passing, "LONGEST", 1.0)
    monkeypatch.setattr(relay, "HELD", timedelta(seconds=0.2))


@pytest.fixture
def platform():
    with Emulator(rtmp_port=0) as emulator:
        yield emulator


@pytest.fixture
def ports(settings, queue, platform):
    """A site whose clock runs, with the platform beside it."""
    wired = wire(settings.model_copy(update={"rtmp_port": free_port()}), queue=queue, clock=utc_now)
    with_platform = connected(wired, platform)
    yield with_platform
    for one in (wired, with_platform):
        assert isinstance(one.database, SqlDatabase)
        one.database.dispose()


class Tonight(Evening):
    """A session of this site that is passed on to a channel of the platform, and the process that does it."""

    def __init__(self, ports, platform):
        super().__init__(ports, utc_now)
        self.platform = platform
        channel_id = add_channel(Connected(ports, platform, utc_now))
        with self.session() as (db, session):
            session.relay_channel_id = channel_id
            broadcasts.request_sync(db, session, now=utc_now())
        settle(ports)
        self.parts = parts_of(ports)
        for part in self.parts:
            part.start()

    def until(self, wanted):
        """Let the process work until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not wanted():
            assert time.monotonic() < deadline, self.note
            for part in self.parts:
                part.step()
            time.sleep(0.02)

    def turn(self, seconds):
        until = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > until)

    def encoder(self, *options, **more):
        self.until(lambda: True)
        key = stream_key(self.ports.settings.secret, self.archive.id)
        self.turn(0.2)
        return ffmpeg(f"rtmp://127.0.0.1:{self.ports.settings.rtmp_port}/live/{key}", *options, **more)

    def is_(self, state):
        return lambda: self.note is not None and self.note.state is state

    @property
    def note(self):
        return relay_of(self.archive.folder)

    @property
    def relay(self):
        (found,) = next(part for part in self.parts if isinstance(part, Relaying))._passing.values()
        return found

    @property
    def stream(self):
        (found,) = self.platform.streams.values()
        return found

    def close(self):
        self.segmenting.stop()
        for part in self.parts:
            part.stop()


@pytest.fixture
def tonight(ports, platform):
    made = Tonight(ports, platform)
    yield made
    made.close()


@pytest.fixture
def sending(tonight):
    """An encoder that sends for as long as the test takes."""
    encoder = tonight.encoder()
    yield encoder
    encoder.kill()
    encoder.communicate()


def assert_whole(segments, seconds):
    """The segments are one after the other, and as long as that together."""
    assert [one.number for one in segments] == list(range(len(segments)))
    assert sum(one.duration for one in segments) >= seconds


def test_what_arrives_here_arrives_there(tonight, sending):
    tonight.until(tonight.is_(RelayState.CONNECTED))
    tonight.until(lambda: tonight.stream.active)
    assert tonight.stream.parts["status"]["healthStatus"]["status"] == "good"


def test_the_key_stands_in_no_process_list_no_log_and_no_file(tonight, sending, capfd):
    tonight.until(tonight.is_(RelayState.CONNECTED))
    words = b""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    for path in tonight.ports.settings.data_root.rglob("*"):
        words += path.read_bytes() if path.is_file() else b""
    out, err = capfd.readouterr()
    assert tonight.stream.key not in f"{words!r}{out}{err}"


@pytest.mark.kill
def test_a_killed_ffmpeg_is_started_again_and_hurts_no_segment(tonight, sending):
    tonight.until(tonight.is_(RelayState.CONNECTED))
    before = tonight.relay.pid
    os.kill(before, signal.SIGKILL)
    tonight.until(tonight.is_(RelayState.FAILING))
    assert tonight.note.error == "ffmpeg"
    tonight.until(tonight.is_(RelayState.CONNECTED))
    assert tonight.relay.pid != before
    assert_whole(tonight.archive.segments(), 4)
    assert len(tonight.archive.takes()) == 1


@pytest.mark.drill
def test_a_server_that_goes_away_and_comes_back_hurts_no_segment(tonight, sending):
    room, host = Room(), "127.0.0.1"
    where = {"host": host, "port": free_port(), "clock": utc_now}
    with serving(room, **where):
        _send_to(tonight, Target(f"rtmp://{host}:{where['port']}/live", "good"))
        tonight.until(tonight.is_(RelayState.CONNECTED))
    tonight.until(tonight.is_(RelayState.FAILING))
    since = tonight.note.since
    tonight.until(lambda: tonight.note.error == "unreachable")
    assert tonight.note.since == since
    with serving(room, **where):
        tonight.until(tonight.is_(RelayState.CONNECTED))
    assert len(room.kept) == 2
    assert_whole(tonight.archive.segments(), 6)
    assert sending.poll() is None


def _send_to(tonight, target):
    """The channel's ingest is elsewhere now."""
    from helpcenter.models import Channel, LiveSession
    from helpcenter.services import channels
    from streaming.platform import Ingest

    with tonight.ports.database.transaction() as db:
        channel = db.get_one(Channel, db.get_one(LiveSession, tonight.session_id).relay_channel_id)
        ingest = Ingest(channel.stream_id, "", target.address, "", target.key)
        channels.keep_stream(db, tonight.ports.settings, channel, ingest)


def test_a_wrong_key_there_is_told_and_stops_nothing_here(tonight, sending, platform):
    _send_to(tonight, Target(platform.world.ingest_address, "wrong"))
    tonight.until(lambda: tonight.note and tonight.note.error == "rejected")
    assert tonight.note.state is RelayState.FAILING
    count = len(tonight.archive.segments())
    tonight.until(lambda: len(tonight.archive.segments()) > count + 1)


def test_what_is_off_the_record_never_gets_there_and_the_rest_is_whole(tonight, tmp_path, monkeypatch):
    monkeypatch.setattr(relay, "HELD", HELD)
    room = Room()
    with serving(room, host="127.0.0.1", port=0, clock=utc_now) as port:
        _send_to(tonight, Target(f"rtmp://127.0.0.1:{port}/live", "good"))
        encoder = tonight.encoder("-t", "14", source=wall_clock())
        tonight.until(tonight.is_(RelayState.CONNECTED))
        hidden_from = _mark(tonight, MarkerKind.OFF_RECORD)
        tonight.turn(3)
        hidden_till = _mark(tonight, MarkerKind.ON_RECORD)
        tonight.until(lambda: encoder.poll() is not None)
        assert said(encoder) == (0, "")
        tonight.turn(6)
    (kept,) = room.kept
    path = kept.written(tmp_path)
    shown = [second % 20 for second in lightness(path)]
    hidden = [(hidden_from + tenth / 10) % 20 for tenth in range(round((hidden_till - hidden_from) * 10))]
    assert [one for one in shown if min(abs(one - other) for other in hidden) < 0.05] == []
    assert len(shown) > 6 * 25
    assert decoding_errors(path) == b""
    assert probed(path)[0] == {"h264", "aac"} or probed(path)[0] == {"h264"}


def _mark(tonight, kind):
    """The host presses the key; the second of the day."""
    at = utc_now()
    with tonight.ports.database.transaction() as db:
        db.add(Marker(session_id=tonight.session_id, at=at, kind=kind))
    return at.timestamp()


def test_a_session_that_is_over_is_no_longer_passed_on(tonight, sending):
    tonight.until(tonight.is_(RelayState.CONNECTED))
    thread = tonight.relay
    with tonight.session() as (_, session):
        session.state = LiveSessionState.ENDED
    tonight.until(lambda: not thread.is_alive())
    assert not next(part for part in tonight.parts if isinstance(part, Relaying))._passing


@pytest.mark.drill
def test_two_takes_are_two_publications_there(tonight, tmp_path):
    room = Room()
    with serving(room, host="127.0.0.1", port=0, clock=utc_now) as port:
        _send_to(tonight, Target(f"rtmp://127.0.0.1:{port}/live", "good"))
        for _ in range(2):
            encoder = tonight.encoder("-t", "5")
            tonight.until(lambda encoder=encoder: encoder.poll() is not None)
            said(encoder)
        tonight.until(lambda: len(room.kept) == 2 and room.kept[0].closed)
        tonight.until(lambda: len(room.kept[1].pieces) > 2)
    assert probed(_file(room.kept[0], tmp_path))[1] == pytest.approx(5, abs=0.3)


def _file(kept: Kept, folder):
    return kept.written(folder)


def test_what_is_too_old_is_passed_over(tonight, ports):
    """Whoever watches there wants to see what is now."""
    encoder = tonight.encoder("-t", "4")
    tonight.until(lambda: encoder.poll() is not None)
    said(encoder)
    tonight.until(lambda: tonight.archive.segments() and tonight.archive.takes()[0].finished)
    late = passing.Passing(None, Target("rtmp://127.0.0.1:1/live", "k"), tonight.archive.folder, clock=_in(minutes=1))
    late.offer(tonight.archive.segments(), hidden=[])
    assert late._head() is None


def _in(**delta):
    return lambda: utc_now() + timedelta(**delta)


def test_whatever_befalls_the_relay_it_tries_again(tonight, sending, monkeypatch):
    begun = []

    class Shaky(passing.Remuxer):
        def __init__(self, tools):
            begun.append(1)
            if len(begun) == 1:
                raise BlockingIOError("Resource temporarily unavailable")
            super().__init__(tools)

    monkeypatch.setattr(passing, "Remuxer", Shaky)
    tonight.until(tonight.is_(RelayState.CONNECTED))
    assert len(begun) == 2


def test_while_it_cannot_be_asked_what_is_off_the_record_nothing_is_passed_over(tonight, sending, monkeypatch):
    tonight.until(tonight.is_(RelayState.CONNECTED))
    relaying = next(part for part in tonight.parts if isinstance(part, Relaying))
    ((asked, thread),) = relaying._passing.items()
    thread.last = before = ("", -1)

    def away(*_):
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    with monkeypatch.context() as patch:
        patch.setattr(relay.live, "hidden_stretches", away)
        with pytest.raises(OperationalError):
            relaying._offer(asked, thread)
    assert thread.last == before

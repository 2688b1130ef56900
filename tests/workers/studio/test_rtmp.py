"""Encoders that send to a session of this site, into takes and segments."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from helpcenter.db import SqlDatabase
from helpcenter.models import LiveSessionState
from helpcenter.ports import utc_now
from helpcenter.wiring import wire
from streaming.local.archive import Container, TakeSource
from streaming.local.notes import refusal_of
from streaming.local.platform import stream_key
from streaming.rtmp.messages import AUDIO, DATA, VIDEO
from tests.servers import free_port
from tests.streaming.rtmp.encoder import (
    AAC_HEADER,
    AVC_HEADER,
    METADATA,
    asking,
    ffmpeg,
    message,
    picture,
    said,
    sent,
    until,
)  # fmt: skip
from tests.streaming.rtmp.test_server import lightness, wall_clock
from tests.workers.studio.stage import Evening
from workers.studio import rtmp
from workers.studio.rtmp import Receiving

READY = b"".join(map(sent, [message(DATA, METADATA), message(VIDEO, AVC_HEADER), message(AUDIO, AAC_HEADER)]))


@pytest.fixture
def here(settings, queue):
    """The ports of a site whose clock runs, and which listens for encoders."""
    wired = wire(settings.model_copy(update={"rtmp_port": free_port()}), queue=queue, clock=utc_now)
    yield wired
    assert isinstance(wired.database, SqlDatabase)
    wired.database.dispose()


@pytest.fixture
def evening(here):
    made = Evening(here, utc_now)
    yield made
    made.segmenting.stop()


@pytest.fixture
def receiving(here):
    part = Receiving(here)
    part.start()
    part.step()
    yield part
    part.stop()


@pytest.fixture
def address(here, evening, receiving):
    return f"rtmp://127.0.0.1:{here.settings.rtmp_port}/live/{stream_key(here.settings.secret, evening.archive.id)}"


def takes(evening):
    return evening.archive.takes()


def sends(evening, number=0, pieces=1):
    return len(takes(evening)) > number and takes(evening)[number].count() >= pieces


def raw(address):
    """A connection that sends one picture, and then what is wanted."""
    place, _, key = address.removeprefix("rtmp://").partition("/live/")
    host, _, port = place.partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(asking(key) + READY + sent(picture(0, key=True)))
    return connection


def heard(connection):
    said = b""
    while data := connection.recv(65536):
        said += data
    return said


def test_what_an_encoder_sends_becomes_segments_at_their_instants(evening, address, tmp_path):
    assert said(ffmpeg(address, "-t", "6", source=wall_clock())) == (0, "")
    until(lambda: takes(evening)[0].closed)
    evening.segment(whole=True)
    (take,) = takes(evening)
    assert (take.source, take.container, take.label) == (TakeSource.RTMP, Container.FLV, "RTMP 127.0.0.1")
    segments = evening.archive.segments()
    assert sum(one.duration for one in segments) == pytest.approx(6, abs=0.2)
    for one in segments:
        film = tmp_path / f"{one.number}.mp4"
        film.write_bytes(one.init.read_bytes() + one.path.read_bytes())
        shown = lightness(film)
        wrong = [(one.start.timestamp() + at / 25 - second + 10) % 20 - 10 for at, second in enumerate(shown)]
        assert max(map(abs, wrong)) < 0.5


def test_a_wrong_key_leaves_nothing_but_a_note(here, evening, address):
    status, words = said(ffmpeg(address + "x", "-t", "2"))
    assert status != 0
    assert "This stream key is not known." in words
    assert takes(evening) == []
    assert refusal_of(here.settings.live_root).code == "wrongKey"


def test_a_session_that_is_cancelled_or_over_takes_nothing_in(evening, address):
    for state, words in [
        (LiveSessionState.CANCELLED, "This session was cancelled"),
        (LiveSessionState.ENDED, "This session is over"),
    ]:
        with evening.session() as (_, session):
            session.state = state
        status, told = said(ffmpeg(address, "-t", "2"))
        assert status != 0
        assert words in told
    assert takes(evening) == []
    assert refusal_of(evening.archive.folder).code == "notOpen"


def test_a_broadcast_that_is_gone_takes_nothing_in(here, address):
    key = stream_key(here.settings.secret, "0123456789abcdef")
    status, told = said(ffmpeg(address.rpartition("/")[0] + "/" + key, "-t", "2"))
    assert (status != 0, "This session is no longer broadcast here." in told) == (True, True)
    assert not (here.settings.live_root / "0123456789abcdef").exists()


def test_a_second_encoder_is_refused_in_words_while_the_first_is_alive(evening, address):
    first = ffmpeg(address, "-t", "4")
    until(lambda: sends(evening))
    status, words = said(ffmpeg(address, "-t", "1"))
    assert status != 0
    assert "RTMP 127.0.0.1 has been sending for this session since" in words
    assert said(first) == (0, "")
    assert len(takes(evening)) == 1
    assert refusal_of(evening.archive.folder).code == "busy"


@pytest.mark.kill
def test_an_encoder_that_is_killed_comes_back_into_a_new_take(evening, address):
    first = ffmpeg(address)
    until(lambda: sends(evening, pieces=2))
    first.send_signal(signal.SIGKILL)
    first.communicate()
    until(lambda: takes(evening)[0].closed)
    assert said(ffmpeg(address, "-t", "2")) == (0, "")
    until(lambda: sends(evening, 1) and takes(evening)[1].closed)
    evening.segment(whole=True)
    assert {one.take_id for one in evening.archive.segments()} == {"0000", "0001"}


def test_an_encoder_whose_line_broke_unseen_comes_back_from_its_address(evening, address, monkeypatch):
    monkeypatch.setattr(rtmp, "BROKEN", 0.3)
    with raw(address) as lost:
        lost.sendall(sent(picture(500)) + sent(picture(1100)))
        lost.sendall(sent(picture(6000)))
        until(lambda: sends(evening))
        time.sleep(0.4)
        assert said(ffmpeg(address, "-t", "2")) == (0, "")
    until(lambda: [take.closed for take in takes(evening)] == [True, True])


def test_a_take_that_a_dead_process_left_open_is_no_second_encoder(here, evening, address):
    evening.archive.open_take(
        source=TakeSource.RTMP, container=Container.FLV, codecs="", began=utc_now(), sender="rtmp-before",
        label="RTMP 127.0.0.1", now=utc_now(),
    )  # fmt: skip
    assert said(ffmpeg(address, "-t", "2")) == (0, "")
    until(lambda: [take.closed for take in takes(evening)] == [True, True])


def in_the_browser(evening, **more):
    return evening.archive.open_take(
        source=TakeSource.BROWSER, container=Container.WEBM, codecs="vp8,opus", began=utc_now(), sender="tab",
        label="Maria Weber", now=utc_now(), **more,
    )  # fmt: skip


def test_an_encoder_does_not_push_the_browser_out(evening, address):
    in_the_browser(evening)
    status, words = said(ffmpeg(address, "-t", "2"))
    assert status != 0
    assert "Maria Weber has been sending for this session since" in words


def test_the_browser_may_take_over_and_the_encoder_is_told(evening, address):
    encoder = ffmpeg(address)
    until(lambda: sends(evening))
    in_the_browser(evening, take_over=True)
    until(lambda: refusal_of(evening.archive.folder))
    assert refusal_of(evening.archive.folder).code == "takenOver"
    assert said(encoder)[0] != 0


def test_an_encoder_is_stopped_some_time_after_the_session_is_over(evening, address, monkeypatch):
    monkeypatch.setattr(rtmp, "LOOK", 0.5)
    encoder = ffmpeg(address)
    until(lambda: sends(evening))
    with evening.session() as (_, session):
        session.state = LiveSessionState.ENDED
    assert said(encoder)[0] != 0
    assert refusal_of(evening.archive.folder).code == "notOpen"
    assert takes(evening)[0].closed


def test_a_full_disk_is_told_in_words(here, settings, queue, evening):
    settings = here.settings.model_copy(update={"min_free_bytes": 1 << 60, "rtmp_port": free_port()})
    part = Receiving(wire(settings, queue=queue, clock=utc_now))
    part.start()
    part.step()
    key = stream_key(settings.secret, evening.archive.id)
    status, words = said(ffmpeg(f"rtmp://127.0.0.1:{settings.rtmp_port}/live/{key}", "-t", "2"))
    part.stop()
    part._ports.database.dispose()
    assert status != 0
    assert "The disk is full" in words


def test_another_codec_is_told_on_the_hosts_page(evening, address):
    with raw(address) as encoder:
        encoder.sendall(sent(message(VIDEO, b"\x90hvc1\0", at=40)))
        assert b"Set the encoder to H.264" in heard(encoder)
    until(lambda: refusal_of(evening.archive.folder))
    assert refusal_of(evening.archive.folder).code == "codec"


def test_a_stop_keeps_what_had_come(evening, address, receiving):
    with raw(address):
        time.sleep(0.3)
        receiving.stop()
    (take,) = takes(evening)
    assert (take.count(), take.closed) == (1, True)


def test_a_port_that_is_taken_is_tried_again_and_stops_nothing(here, monkeypatch):
    monkeypatch.setattr(rtmp, "AGAIN", 0.0)
    part = Receiving(here)
    with socket.create_server(("127.0.0.1", here.settings.rtmp_port)):
        part.start()
        part.step()
    part.step()
    socket.create_connection(("127.0.0.1", here.settings.rtmp_port)).close()
    part.stop()


def test_without_a_port_nobody_listens(here, settings):
    part = Receiving(wire(settings.model_copy(update={"rtmp_port": 0})))
    part.start()
    part.step()
    part.stop()
    part._ports.database.dispose()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", here.settings.rtmp_port))


def test_an_archive_that_is_deleted_meanwhile_stops_the_encoder(evening, address):
    encoder = ffmpeg(address)
    until(lambda: sends(evening))
    evening.archive.delete()
    assert said(encoder)[0] != 0
    assert not evening.archive.exists


def test_a_database_that_does_not_answer_lets_nobody_in_but_stops_nobody_either(here, evening, address, monkeypatch):
    monkeypatch.setattr(rtmp, "LOOK", 0.2)
    encoder = ffmpeg(address, "-t", "4")
    until(lambda: sends(evening))
    archive = evening.archive
    with here.database.transaction() as db:
        db.execute(text("ALTER TABLE broadcasts RENAME TO away"))
    try:
        status, words = said(ffmpeg(address, "-t", "1"))
        assert (status != 0, "The site cannot look this key up now." in words) == (True, True)
        assert said(encoder) == (0, "")
    finally:
        with here.database.transaction() as db:
            db.execute(text("ALTER TABLE away RENAME TO broadcasts"))
    assert archive.takes()[0].count() >= 4


@pytest.mark.kill
def test_a_killed_process_loses_nothing_that_it_had_kept_and_lets_the_encoder_in_at_once_when_it_is_back(here, evening):
    settings = here.settings
    environment = {
        **os.environ, "HELPCENTER_DATA_ROOT": str(settings.data_root), "HELPCENTER_DATABASE_URL": settings.database_url,
        "HELPCENTER_SECRET_KEY": settings.secret_key, "HELPCENTER_RTMP_PORT": str(settings.rtmp_port),
    }  # fmt: skip
    address = f"rtmp://127.0.0.1:{settings.rtmp_port}/live/{stream_key(settings.secret, evening.archive.id)}"
    for number in range(2):
        process = subprocess.Popen([sys.executable, "-c", "from workers.commands import live; live()"], env=environment)
        until(lambda: _listens(settings.rtmp_port))
        encoder = ffmpeg(address)
        until(lambda number=number: sends(evening, number, pieces=4))
        process.kill()
        process.wait()
        said(encoder)
    kept = [take.count() for take in takes(evening)]
    for take in takes(evening):
        take.close(now=utc_now())
    evening.segment(whole=True)
    lasting = [sum(one.duration for one in take.segments()) for take in takes(evening)]
    assert lasting == pytest.approx(kept, abs=1.2)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

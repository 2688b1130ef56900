"""Encoders that really send to the emulator."""

import socket

import pytest

from streaming.emulator import Emulator
from streaming.rtmp.messages import AUDIO, VIDEO
from streaming.rtmp.push import Push, PushFailed, Target, Trouble
from tests.streaming.emulator.conftest import ROOM, START
from tests.streaming.rtmp.encoder import AAC_HEADER, AVC_HEADER, ffmpeg, message, picture, said, sound, until


@pytest.fixture
def emulator():
    with Emulator(rtmp_port=0, time=lambda: START) as running:
        yield running


@pytest.fixture
def stream(youtube):
    """The stream as its owner sees it, by `stream()`."""
    made = youtube.liveStreams().insert(part="snippet,cdn,status", body=ROOM).execute()
    return lambda: youtube.liveStreams().list(part="cdn,status", id=made["id"]).execute()["items"][0]


@pytest.fixture
def target(stream):
    ingestion = stream()["cdn"]["ingestionInfo"]
    return Target(ingestion["ingestionAddress"], ingestion["streamName"])


def state(stream):
    return stream()["status"]["streamStatus"], stream()["status"]["healthStatus"]["status"]


def send(push, *, frm=0, to=1200, silent=False):
    push.send(message(VIDEO, AVC_HEADER))
    if not silent:
        push.send(message(AUDIO, AAC_HEADER))
    for at in range(frm, to, 40):
        push.send(picture(at, key=at == frm))
        if not silent:
            push.send(sound(at))


def test_the_address_that_streams_show_is_the_emulators_own(stream, target, emulator):
    assert target.address == emulator.world.ingest_address
    assert stream()["cdn"]["ingestionInfo"].keys() == {"streamName", "ingestionAddress"}


def test_a_real_encoder_makes_the_stream_active(stream, target):
    assert state(stream) == ("ready", "noData")
    encoder = ffmpeg(f"{target.address}/{target.key}", "-t", "3")
    until(lambda: state(stream) == ("active", "good"))
    assert said(encoder) == (0, "")


def test_the_stream_is_inactive_ten_seconds_after_the_last_picture(stream, target, emulator):
    with Push(target) as push:
        send(push)
        until(lambda: state(stream) == ("active", "good"))
    emulator.clock.advance(9)
    assert state(stream) == ("active", "good")
    emulator.clock.advance(2)
    assert state(stream) == ("inactive", "noData")


def test_an_encoder_that_comes_back_keeps_the_stream_active(stream, target, emulator):
    with Push(target) as push:
        send(push)
    until(lambda: state(stream)[0] == "active")
    emulator.clock.advance(9)
    with Push(target) as push:
        send(push)
        until(lambda: emulator.streams and _looks(emulator) > 1)
    emulator.clock.advance(2)
    assert state(stream)[0] == "active"


def _looks(emulator):
    """How many waits for a loss are under way."""
    return len(emulator.clock._timers)


def test_missing_sound_is_told(stream, target):
    with Push(target) as push:
        send(push, silent=True)
    until(lambda: state(stream) == ("active", "bad"))
    assert stream()["status"]["healthStatus"]["configurationIssues"][0]["type"] == "noAudioStream"


@pytest.mark.parametrize("change", [{"key": "wrong"}, {"address": "other"}])
def test_a_wrong_key_or_application_is_rejected(stream, target, change):
    address = target.address.replace("live2", change.get("address", "live2"))
    with pytest.raises(PushFailed) as failed:
        Push(Target(address, change.get("key", target.key)))
    assert failed.value.trouble is Trouble.REJECTED
    assert state(stream) == ("ready", "noData")


def test_a_second_encoder_is_rejected(target):
    with Push(target), pytest.raises(PushFailed) as failed:
        Push(target)
    assert failed.value.trouble is Trouble.REJECTED


def test_where_the_port_is_taken_nothing_stays_behind():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for ports in ({"rtmp_port": port}, {"port": port, "rtmp_port": 0}):
            with pytest.raises(OSError, match="in use"), Emulator(**ports):
                pass

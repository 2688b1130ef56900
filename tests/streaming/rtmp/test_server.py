"""The server with real encoders, and with connections that behave badly."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from streaming.rtmp import Limits, Refused, serving
from streaming.rtmp.messages import AUDIO, DATA, VIDEO
from tests.streaming.rtmp.encoder import (
    AAC_HEADER,
    AVC_HEADER,
    GREETING,
    METADATA,
    Room,
    asking,
    command,
    ffmpeg,
    heard,
    listening,
    message,
    now,
    picture,
    said,
    sent,
    sound,
    until,
)  # fmt: skip

READY = b"".join(map(sent, [message(DATA, METADATA), message(VIDEO, AVC_HEADER), message(AUDIO, AAC_HEADER)]))


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def port(room):
    with listening(room) as port:
        yield port


def address(port, key="good"):
    return f"rtmp://127.0.0.1:{port}/live/{key}"


def probed(path):
    shown = ["-show_entries", "stream=codec_name:format=duration", "-of", "json"]
    done = subprocess.run(["ffprobe", "-v", "error", *shown, path], capture_output=True, check=True)
    found = json.loads(done.stdout)
    return {stream["codec_name"] for stream in found["streams"]}, float(found["format"]["duration"])


def decoding_errors(path):
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, check=True
    ).stderr


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def all_that_is_said(connection):
    pieces = []
    while data := connection.recv(65536):
        pieces.append(data)
    return b"".join(pieces)


def test_what_a_real_encoder_sends_is_kept_and_plays(room, port, tmp_path):
    assert said(ffmpeg(address(port), "-t", "4")) == (0, "")
    until(lambda: room.kept[0].closed)
    kept = room.kept[0]
    path = kept.written(tmp_path)
    codecs, duration = probed(path)
    assert (codecs, duration) == ({"h264", "aac"}, pytest.approx(4, abs=0.2))
    assert decoding_errors(path) == b""
    assert 3 <= len(kept.pieces) <= 5
    assert kept.codecs.startswith("avc1.")
    assert kept.codecs.endswith(",mp4a.40.2")


def test_a_wrong_key_is_refused_before_a_byte_is_kept(room, port):
    status, words = said(ffmpeg(address(port, "bad"), "-t", "4"))
    assert status != 0
    assert "This stream key is not known." in words
    assert room.kept == []


def test_a_second_encoder_is_refused_in_words_while_the_first_goes_on(room, port):
    first = ffmpeg(address(port), "-t", "4")
    until(room.sends)
    status, words = said(ffmpeg(address(port), "-t", "1"))
    assert status != 0
    assert "Somebody else is sending with this key." in words
    assert said(first) == (0, "")
    assert len(room.kept) == 1


@pytest.mark.kill
def test_an_encoder_that_is_killed_leaves_what_it_sent_and_may_come_again(room, port, tmp_path):
    first = ffmpeg(address(port))
    until(lambda: room.sends() and len(room.kept[0].pieces) > 1)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    until(lambda: room.kept[0].closed)
    assert said(ffmpeg(address(port), "-t", "2")) == (0, "")
    until(lambda: room.sends(1) and room.kept[1].closed)
    assert decoding_errors(room.kept[1].written(tmp_path)) == b""
    # The last picture may be cut where the encoder died; everything before it plays.
    assert probed(room.kept[0].written(tmp_path))[1] > 1


def test_every_picture_is_placed_within_half_a_second_of_its_instant(room, port, tmp_path):
    encoder = ffmpeg(address(port), "-t", "3", source=wall_clock())
    assert said(encoder) == (0, "")
    until(lambda: room.kept[0].closed)
    pictures = lightness(room.kept[0].written(tmp_path))
    began = room.kept[0].began.timestamp()
    wrong = [(began + number / 25 - seconds + 10) % 20 - 10 for number, seconds in enumerate(pictures)]
    assert len(wrong) == pytest.approx(75, abs=3)
    assert max(map(abs, wrong)) < 0.5


def wall_clock():
    """Pictures whose lightness is the wall clock: 20 seconds from dark to light."""
    return ["-f", "lavfi", "-i", "color=s=64x64:r=25,geq=lum='20+10*mod(time(0),20)':cb=128:cr=128"]


def lightness(path):
    """The seconds (of 20) that each picture shows."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-vf", "scale=2:2,format=yuv420p", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return [(raw[at] - 20) / 10 for at in range(0, len(raw), 6)]


def test_the_end_is_told_and_the_last_piece_kept(room, port):
    with connected(port) as encoder:
        encoder.sendall(asking("good") + READY + sent(picture(0, key=True)) + sent(sound(5)))
        encoder.sendall(command("FCUnpublish", 4.0, None, "good"))
        until(lambda: room.kept and room.kept[0].closed)
        assert len(room.kept[0].pieces) == 1


def test_a_place_that_is_full_ends_the_publication_in_words(room, port):
    with connected(port) as encoder:
        encoder.sendall(asking("good") + READY + sent(picture(0, key=True)))
        until(lambda: room.kept)
        room.kept[0].broken = Refused("The disk is full.")
        encoder.sendall(sent(picture(1500)))
        encoder.sendall(sent(picture(2000)))
        assert b"The disk is full." in heard(all_that_is_said(encoder))[-1].body
    until(lambda: room.kept[0].closed)


def test_a_codec_that_is_not_taken_is_refused_in_words_and_nothing_is_kept(room, port):
    with connected(port) as encoder:
        encoder.sendall(asking("good") + sent(message(VIDEO, b"\x90hvc1\0")))
        assert b"Set the encoder to H.264" in heard(all_that_is_said(encoder))[-1].body
    until(lambda: room.kept[0].closed)
    assert (room.kept[0].pieces, room.kept[0].why.code) == ([], "codec")


def test_after_some_wrong_keys_an_address_has_to_wait(room):
    with listening(room, limits=Limits(wrong_keys=2)) as port:
        for key, words in [("a", b"not known"), ("b", b"not known"), ("good", b"Too many wrong stream keys")]:
            with connected(port) as encoder:
                encoder.sendall(asking(key))
                assert words in heard(all_that_is_said(encoder))[-1].body
    assert room.tried == ["live/a", "live/b"]


def test_who_says_nothing_is_hung_up_on(room):
    with listening(room, limits=Limits(greeting=0.2, silence=0.4)) as port:
        for words in (b"", GREETING, asking("good"), asking("good") + READY + sent(picture(0, key=True))):
            with connected(port) as encoder:
                encoder.sendall(words)
                began = time.monotonic()
                all_that_is_said(encoder)
                assert time.monotonic() - began < 2
        until(lambda: all(kept.closed for kept in room.kept))
    assert [len(kept.pieces) for kept in room.kept] == [0, 1]


def test_more_connections_than_allowed_are_closed_at_once(room):
    with listening(room, limits=Limits(connections=2)) as port:
        with connected(port) as one, connected(port) as two:
            for encoder in (one, two):
                encoder.sendall(GREETING)
                assert encoder.recv(1) == b"\3"
            with connected(port) as three:
                assert three.recv(1) == b""
        until(lambda: _is_let_in(port))


def _is_let_in(port):
    with connected(port) as encoder:
        encoder.sendall(GREETING)
        try:
            return encoder.recv(1) == b"\3"
        except ConnectionResetError:
            return False


def test_rubbish_ends_only_its_own_connection(room, port):
    for words in (os.urandom(4000), b"GET / HTTP/1.1\r\n\r\n", GREETING + os.urandom(4000)):
        with connected(port) as stranger:
            stranger.sendall(words)
            stranger.shutdown(socket.SHUT_WR)
            try:
                all_that_is_said(stranger)
            except ConnectionResetError:
                continue
    assert said(ffmpeg(address(port), "-t", "1")) == (0, "")


def test_a_stop_keeps_what_had_come(room):
    with listening(room) as port:
        encoder = connected(port)
        encoder.sendall(asking("good") + READY + sent(picture(0, key=True)))
        until(lambda: room.kept)
        time.sleep(0.2)
    encoder.close()
    assert (len(room.kept[0].pieces), room.kept[0].closed) == (1, True)


def test_a_port_that_is_taken_is_told(room, port):
    with pytest.raises(OSError, match="in use"), serving(room, host="127.0.0.1", port=port, clock=now):
        pass

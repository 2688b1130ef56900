"""We as the encoder, against our own server, ffmpeg's, and servers that do not want us."""

import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from streaming.rtmp.messages import AUDIO, DATA, VIDEO, status
from streaming.rtmp.push import Push, PushFailed, Target, Trouble
from streaming.rtmp.tags import tags
from tests.servers import free_port
from tests.streaming.rtmp.encoder import (
    AAC_HEADER,
    AVC_HEADER,
    METADATA,
    Room,
    listening,
    message,
    picture,
    sound,
    until,
)

FIRST = [message(VIDEO, AVC_HEADER), message(AUDIO, AAC_HEADER), picture(0, b"x" * 9000, key=True), sound(5)]
ONMETADATA = message(DATA, METADATA[16:])


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def port(room):
    with listening(room) as port:
        yield port


def target(port, key="good", scheme="rtmp"):
    return Target(f"{scheme}://127.0.0.1:{port}/live", key)


def test_what_is_sent_arrives(room, port):
    with Push(target(port)) as push:
        for item in [ONMETADATA, *FIRST]:
            push.send(item)
    until(lambda: room.kept and room.kept[0].closed)
    assert [item.body for item in tags(room.kept[0].pieces[0])] == [item.body for item in [ONMETADATA, *FIRST]]
    assert room.tried == ["live/good"]


def test_a_wrong_key_is_told_as_such_and_stands_in_no_words(port):
    with pytest.raises(PushFailed) as failed:
        Push(target(port, "wrong-key"))
    assert failed.value.trouble is Trouble.REJECTED
    assert "wrong-key" not in f"{failed.value} {target(port, 'wrong-key')!r}"


@pytest.mark.parametrize(
    "address", ["rtmp://127.0.0.1:1/live", "http://127.0.0.1/live", "rtmp://127.0.0.1:99999/live", ""]
)
def test_where_nobody_answers_is_told(address):
    with pytest.raises(PushFailed) as failed:
        Push(Target(address, "k"))
    assert failed.value.trouble is Trouble.UNREACHABLE


def test_a_server_that_hangs_up_is_noticed(room):
    with listening(room) as port:
        push = Push(target(port))
    with push, pytest.raises(PushFailed) as failed:
        _send_on(push)
    assert failed.value.trouble is Trouble.BROKEN


def _send_on(push):
    for number in range(200):
        push.send(picture(number * 40))
        time.sleep(0.01)


@pytest.fixture
def answering():
    """`answering(words)`: the port of a server that says just that to whoever comes."""
    opened = []

    def made(words):
        server = socket.create_server(("127.0.0.1", 0))

        def answer():
            connection, _ = server.accept()
            opened.append(connection)
            with suppress(OSError):
                connection.sendall(words)
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        opened.append(server)
        return server.getsockname()[1]

    yield made
    for item in opened:
        item.close()


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Trouble.STRANGE),
        (b"\3" + bytes(3072) + bytes([0xFF]) * 9, Trouble.STRANGE),
        (
            b"\3" + bytes(3072) + status("NetConnection.Connect.Rejected", "no", level="error", stream=0),
            Trouble.REJECTED,
        ),
        (b"\3" + bytes(10), Trouble.BROKEN),
    ],
    ids=["a web server", "rubbish", "a rejection", "silence"],
)
def test_servers_of_another_kind_are_told_apart(answering, words, trouble):
    with pytest.raises(PushFailed) as failed:
        Push(target(answering(words)), timeout=0.5)
    assert failed.value.trouble is trouble


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path):
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    files = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"]
    subprocess.run(
        ["openssl", *request, "-addext", "subjectAltName=IP:127.0.0.1", *files], check=True, capture_output=True
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    ours = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = target(server.getsockname()[1], scheme="rtmps")
        for trust, trouble in ((None, Trouble.UNTRUSTED), (ours, Trouble.REJECTED)):
            thread = threading.Thread(target=_reject, args=(server, theirs))
            thread.start()
            with pytest.raises(PushFailed) as failed:
                Push(where, timeout=5, trust=trust)
            thread.join()
            assert failed.value.trouble is trouble


def _reject(server, context):
    """One conversation over TLS that ends in a no."""
    connection, _ = server.accept()
    try:
        with context.wrap_socket(connection, server_side=True) as safe:
            safe.sendall(b"\3" + bytes(3072) + status("NetConnection.Connect.Rejected", "no", level="error", stream=0))
            while safe.recv(65536):
                pass
    except OSError:
        connection.close()


def test_ffmpegs_own_server_understands_us(tmp_path):
    sample = tmp_path / "sample.flv"
    made = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264"]
    subprocess.run(["ffmpeg", "-v", "error", *made, "-preset", "ultrafast", "-c:a", "aac", "-flvflags", "no_duration_filesize",
                    sample], check=True)  # fmt: skip
    port = free_port()
    where = f"rtmp://127.0.0.1:{port}/live/good"
    server = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-nostdin", "-listen", "1", "-f", "flv", "-i", where, "-c", "copy", tmp_path / "got.mp4"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with _patiently(target(port)) as push:
        for item in tags(sample.read_bytes()):
            push.send(item)
    server.communicate(timeout=15)  # it complains of the end as it does with its own kind
    assert server.returncode == 0
    shown = ["-show_entries", "format=duration", "-of", "csv=p=0"]
    found = subprocess.run(["ffprobe", "-v", "error", *shown, tmp_path / "got.mp4"], capture_output=True, check=True)
    assert float(found.stdout) == pytest.approx(2, abs=0.1)


def _patiently(where):
    """The connection, once the server listens."""
    for _ in range(200):
        try:
            return Push(where)
        except PushFailed:
            time.sleep(0.05)
    raise AssertionError("nobody listens")

import errno
import hashlib
import ipaddress
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from helpcenter.errors import InvalidInput, StorageFull, TooLarge, Unavailable, UnusableMedia
from workers.media import addresses, fetch, files
from workers.media.fetch import FetchLimits, fetch_url, store_local

DATA = bytes(range(256)) * 12_000


class Handler(BaseHTTPRequestHandler):
    """A server with the habits of real ones: ranges, redirects, connections that break off."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str | None]]] = []
    break_after: ClassVar[int | None] = None
    etag: ClassVar[str] = '"one"'

    def do_GET(self) -> None:
        type(self).asked.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path.startswith("/status/"):
            self.send_response(int(self.path.removeprefix("/status/")))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.give(b"" if self.path == "/empty" else DATA)

    def give(self, data: bytes) -> None:
        begin = 0
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") == self.etag:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
        else:
            self.send_response(200)
        self.send_header("ETag", self.etag)
        if self.path != "/unknown-length":
            self.send_header("Content-Length", str(len(data) - begin))
        else:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", "video/mp4")
        self.end_headers()
        end = len(data) if self.break_after is None else self.break_after
        self.wfile.write(data[begin:end])
        if end < len(data) or self.path == "/unknown-length":
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its own name for it
        """Silence."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked, Handler.break_after, Handler.etag = [], None, '"one"'
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def test_a_file_is_loaded_and_hashed(server: str, tmp_path: Path):
    told: list[float] = []
    got = fetch_url(f"{server}/folder/Meine%20Aufnahme.mp4", tmp_path, progress=told.append, allow_private=True)
    assert (got.name, got.size, got.mime) == ("Meine Aufnahme.mp4", len(DATA), "video/mp4")
    assert got.sha256 == hashlib.sha256(DATA).hexdigest()
    assert got.path.read_bytes() == DATA
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_what_broke_off_is_gone_on_with(server: str, tmp_path: Path):
    Handler.break_after = 1_000_000
    with pytest.raises(Unavailable, match="go on from there"):
        fetch_url(f"{server}/a.mp4", tmp_path, allow_private=True)
    assert not (tmp_path / "source").exists()
    kept = (tmp_path / "source.part").stat().st_size
    assert kept > 0
    Handler.break_after = None
    got = fetch_url(f"{server}/a.mp4", tmp_path, allow_private=True)
    assert Handler.asked[-1] == ("/a.mp4", f"bytes={kept}-")
    assert got.path.read_bytes() == DATA
    assert got.sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_file_that_changed_meanwhile_is_loaded_anew(server: str, tmp_path: Path):
    Handler.break_after = 1_000_000
    with pytest.raises(Unavailable):
        fetch_url(f"{server}/a.mp4", tmp_path, allow_private=True)
    Handler.break_after, Handler.etag = None, '"two"'
    assert fetch_url(f"{server}/a.mp4", tmp_path, allow_private=True).path.read_bytes() == DATA


@pytest.mark.parametrize("path", ["/a.mp4", "/unknown-length"])
def test_more_than_the_limit_is_not_loaded(server: str, tmp_path: Path, path: str):
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        fetch_url(server + path, tmp_path, limits=FetchLimits(max_bytes=1 << 20), allow_private=True)
    assert not (tmp_path / "source").exists()


def test_an_unknown_length_is_no_hindrance(server: str, tmp_path: Path):
    assert fetch_url(f"{server}/unknown-length", tmp_path, allow_private=True).size == len(DATA)


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/status/404", InvalidInput, "status 404"),
        ("/status/503", Unavailable, "tried again"),
        ("/status/429", Unavailable, "tried again"),
        ("/empty", UnusableMedia, "is empty"),
        ("/to//to//to//to//a.mp4", InvalidInput, "from one address to the next"),
        ("/to/ftp://127.0.0.1/x", InvalidInput, "https://"),
        ("/to/file:///etc/passwd", InvalidInput, "https://"),
    ],
)
def test_what_servers_answer_is_said_in_words(
    server: str, tmp_path: Path, path: str, error: type[Exception], words: str
):
    with pytest.raises(error, match=words):
        fetch_url(server + path, tmp_path, allow_private=True)
    assert not (tmp_path / "source").exists()


def test_redirects_are_followed_and_checked_anew(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert fetch_url(f"{server}/to/{server}/a.mp4", tmp_path, allow_private=True).size == len(DATA)
    first = addresses.get

    def only_first_is_free(url: str, **options: object) -> object:
        return first(url, **{**options, "allow_private": "/to/" in url})

    monkeypatch.setattr(addresses, "get", only_first_is_free)
    with pytest.raises(InvalidInput):
        fetch_url(f"{server}/to/http://127.0.0.1/a.mp4", tmp_path, allow_private=True)


INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://0/", "http://0.0.0.0/", "http://localhost/", "http://10.0.0.1/", "http://172.16.0.1/",
    "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://192.0.0.1/",
    "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/",
    "http://203.0.113.9/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/", "http://[2001:0:7f00:1::]/",
    "http://[fc00::1]/", "http://[fd12::1]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[ff02::1]/",
    "http://[2001:db8::1]/", "http://127.0.0.1.:80/", "https://127.0.0.1:443/", "http://[::ffff:0:127.0.0.1]/",
]  # fmt: skip
WRONG = [
    "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/", "data:text/plain,x", "javascript:alert(1)",
    "//127.0.0.1/", "/etc/passwd", "http://", "https://", "http://example.org:22/", "http://example.org:6379/",
    "http://example.org:99999/", "http://user:pass@example.org/", "http://user@127.0.0.1/", "http://[::1",
    "http://exa%20mple/", "http://example.org\\@127.0.0.1/", "dict://127.0.0.1/", "unix:/run/x",
    "jar:http://127.0.0.1!/",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_address_leads_inside(tmp_path: Path, url: str):
    with pytest.raises((InvalidInput, Unavailable)):
        fetch_url(url, tmp_path)


@pytest.mark.parametrize("url", [*WRONG, "http://exa mple.org/", "http://example.org/\r\nX: y", ""])
def test_what_is_no_web_address_is_refused(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 80))])
    with pytest.raises(InvalidInput):
        fetch_url(url, tmp_path)


def test_a_name_with_one_inner_address_is_refused_whatever_its_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer = [(socket.AF_INET, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(InvalidInput, match="not on the public internet"):
        fetch_url("http://flip.example/", tmp_path)


def test_a_name_is_resolved_once_and_that_address_is_spoken_to(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real, asked = socket.getaddrinfo, []

    def flip(host: object, *args: object, **options: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", flip)
    port = server.rpartition(":")[2]
    got = fetch_url(f"http://recordings.example:{port}/a.mp4", tmp_path, allow_private=True)
    assert got.size == len(DATA)
    assert asked.count("recordings.example") == 1


def test_public_addresses_are_public():
    for address in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"):
        assert addresses.is_public(ipaddress.ip_address(address))


def test_a_local_file_is_copied_and_hashed(talk: Path, tmp_path: Path):
    told: list[float] = []
    got = store_local(talk, tmp_path, progress=told.append)
    assert got.path.read_bytes() == talk.read_bytes()
    assert got.path.stat().st_ino != talk.stat().st_ino
    assert (got.name, got.sha256) == ("talk.mp4", hashlib.sha256(talk.read_bytes()).hexdigest())
    assert told[-1] == 1.0


def test_a_local_file_must_be_there_and_hold_something(tmp_path: Path):
    with pytest.raises(InvalidInput, match="There is no file"):
        store_local(tmp_path / "none.mp4", tmp_path)
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(UnusableMedia, match="is empty"):
        store_local(tmp_path / "empty.mp4", tmp_path)


def test_a_disk_that_is_nearly_full_takes_nothing_more(talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100 << 30, 99 << 30, 1 << 30))
    with pytest.raises(StorageFull):
        store_local(talk, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_becomes_full_leaves_no_half_file(tmp_path: Path):
    def fill() -> None:
        with files.written(tmp_path, "x") as part:
            part.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageFull):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("header", "url", "name"),
    [
        ('attachment; filename="a b.mp4"', "http://x/y", "a b.mp4"),
        ("attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp4", "http://x/y", "Grüße.mp4"),
        ('attachment; filename="../../etc/passwd"', "http://x/y", "passwd"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "http://x/y", "boot.ini"),
        ("", "http://x/", "recording"),
        ("", "http://x/a%00b%2f..%2fc.mp4", "c.mp4"),
    ],
)
def test_the_name_of_a_file_never_holds_a_folder(header: str, url: str, name: str):
    class Answer:
        headers: ClassVar[dict[str, str]] = {"Content-Disposition": header}

    assert fetch._name(Answer(), url) == name

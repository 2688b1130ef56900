"""How many entry pages a second are served, beside a bare Flask "hello" in the same server, with the same client, in one run.

`python -m tests.bench.pages` prints it; `bench_pages` is called by `make bench`.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import psutil
from flask import Flask
from sqlalchemy import event

from helpcenter.app import create_app
from helpcenter.captions import Cue
from helpcenter.models import ClipState, EntryState, FaqClip, FaqText
from helpcenter.services.recordings import NewChapter, NewTranscript, put_transcript, replace_chapters
from helpcenter.settings import Settings
from helpcenter.web.cache import PageCache
from helpcenter.web.people import cookie_name
from helpcenter.wiring import wire
from tests.factories import NOW, make_clip, make_entry, make_recording, make_topic

PATH = "/faq/how-far"
CLIPS, CUES, NEIGHBOURS = 5, 240, 6
CONNECTIONS, SECONDS, ROUNDS = 4, 2.0, 3
THREADS = 8
ROOT = Path(__file__).resolve().parents[2]


class Server(NamedTuple):
    """A gunicorn: its port, and the process of its one worker."""

    port: int
    worker: psutil.Process


class Rate(NamedTuple):
    """Answers a second, and the server's CPU time for one in milliseconds."""

    rate: float
    cpu: float


def hello() -> Flask:
    """The bare app that every other is measured against."""
    app = Flask("hello")
    app.add_url_rule(PATH, "hello", lambda: "hello")
    return app


def warm() -> Flask:
    """Our app."""
    return create_app()


def cold() -> Flask:
    """Our app, with public content that changes before each request."""
    app = create_app()
    ports = app.extensions["ports"]
    with app.app_context():
        cookie = cookie_name()
    changes = count()

    def version() -> int:
        return ports.database.content_version() + next(changes)

    app.wsgi_app = PageCache(Flask.wsgi_app.__get__(app), version=version, cookie=cookie, fallback="en")
    return app


def seed(settings: Settings, *, clips: int = CLIPS) -> None:
    """One entry with clips of a recording that has text and chapters, and some neighbours."""
    ports = wire(settings)
    with ports.database.transaction() as db:
        topic = make_topic(db, parent_id=make_topic(db).id)
        recording = make_recording(db, duration=3600.0)
        version = recording.version
        version.play_key, version.play_type = f"recordings/{recording.public_id}/play.mp4", "video/mp4"
        cues = [Cue(i * 5.0, i * 5.0 + 4.5, f"Sentence {i} about the battery.", "Anna") for i in range(CUES)]
        put_transcript(db, recording, NewTranscript(cues, "en", "captions", human=True), now=NOW)
        replace_chapters(db, recording, [NewChapter(i * 100.0, i * 100.0 + 100, f"Part {i}", "x") for i in range(12)])
        body = "**Far.** In winter less:\n\n1. keep it warm\n2. ride in eco\n\n" + "Some more words. " * 60
        entry = make_entry(
            db, slug="how-far", topic_id=topic.id, state=EntryState.PUBLISHED, published_at=NOW, body=body
        )
        entry.texts.append(FaqText(language="de", title="Wie weit?", body=body, updated_at=NOW))
        for number in range(clips):
            clip = make_clip(db, recording, start=number * 100.0, end=number * 100.0 + 60, state=ClipState.CONFIRMED)
            entry.clips.append(FaqClip(clip_id=clip.id, best=number == 0, position=number))
        for number in range(NEIGHBOURS):
            make_entry(db, slug=f"neighbour-{number}", topic_id=topic.id, state=EntryState.PUBLISHED, published_at=NOW)
    ports.database.dispose()


def count_queries(app: Flask, path: str = PATH) -> int:
    """How many statements one visitor's page takes, cold; the look at the content's number is one of them."""
    database = app.extensions["ports"].database
    client, seen = app.test_client(), []
    client.get(path + "?lang=de")  # whatever happens once in a process has happened
    event.listen(database.engine, "before_cursor_execute", lambda _, __, statement, *___: seen.append(statement))
    assert client.get(path).status_code == 200
    return sum(statement != "BEGIN" for statement in seen) + 1


def bench_pages() -> dict[str, dict[str, Any]]:
    """`entry_queries`, `entry_vs_hello` (warm) and `entry_cold_vs_hello`, as `make bench` writes them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_root=Path(folder))
        seed(settings)
        queries = count_queries(create_app(wire(settings)))
        with _server("hello", folder) as bare, _server("warm", folder) as kept, _server("cold", folder) as made:
            rounds = [[_rate(server) for server in (bare, kept, made)] for _ in range(ROUNDS)]
    how = (
        f"median of {ROUNDS}, {rates(rounds)}; gunicorn gthread, 1 worker, {THREADS} threads, {CONNECTIONS} connections"
    )
    return {
        "entry_queries": {"value": queries, "unit": "queries", "how": f"cold, {CLIPS} clips, {CUES} cues"},
        "entry_vs_hello": {"value": _ratio(rounds, 1), "unit": "x hello", "how": f"warm; {how}"},
        "entry_cold_vs_hello": {"value": _ratio(rounds, 2), "unit": "x hello", "how": f"cold; {how}"},
    }


def rates(rounds: list[list[Rate]]) -> str:
    """The medians in words; the server's own CPU time says what a busy machine hides."""
    columns = zip(("hello", "warm", "cold"), zip(*rounds, strict=True), strict=True)
    return ", ".join(
        f"{name} {statistics.median(one.rate for one in column):.0f}/s ({min(one.cpu for one in column):.2f} ms CPU)"
        for name, column in columns
    )


def _ratio(rounds: list[list[Rate]], column: int) -> float:
    return round(statistics.median(one[column].rate / one[0].rate for one in rounds), 3)


@contextmanager
def _server(factory: str, folder: str) -> Iterator[Server]:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", f"tests.bench.pages:{factory}()", "--bind", f"127.0.0.1:{port}", "--workers", "1",
        "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "30", "--log-level", "error", "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HELPCENTER_DATA_ROOT": folder})
    try:
        _wait(port)
        yield Server(port, psutil.Process(process.pid).children()[0])
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), 1)):
                break
        except OSError:
            time.sleep(0.1)
    _ask(socket.create_connection(("127.0.0.1", port)), _request(port))


def _request(port: int) -> bytes:
    lines = [f"GET {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: en", "Connection: keep-alive", "", ""]
    return "\r\n".join(lines).encode()


def _rate(server: Server) -> Rate:
    """Answers a second over keep-alive connections, each asking again as soon as it was answered."""
    counts = [0] * CONNECTIONS
    port, before = server.port, server.worker.cpu_times()
    until = time.monotonic() + SECONDS

    def drive(number: int) -> None:
        request = _request(port)
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            while time.monotonic() < until:
                _ask(connection, request)
                counts[number] += 1

    threads = [Thread(target=drive, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = server.worker.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return Rate(sum(counts) / SECONDS, spent * 1000 / sum(counts))


def _ask(connection: socket.socket, request: bytes) -> None:
    connection.sendall(request)
    data = connection.recv(262_144)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(262_144))


if __name__ == "__main__":
    for name, result in bench_pages().items():
        print(f"{name:22} {result['value']:>8}  {result['unit']}  ({result['how']})")

"""A file that an asker sent, from its arrival to what can be seen: once, whoever dies in the midst."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.jobs import MAKE_ATTACHMENT, Doorbell
from helpcenter.models import AttachmentState, DiscardedFile, Question, QuestionAttachment
from helpcenter.services import attachments
from helpcenter.services.attachments import Arrival
from tests.factories import make_question
from workers import attachments as work
from workers.beat import tick
from workers.janitor import tidy

S = AttachmentState
POINTS = ("attachment.claimed", "attachment.made", "attachment.filed", "attachment.stored")


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "bike.jpg"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=640x480:d=1", "-frames:v", "1", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def arrive(ports, tmp_path):
    """`arrive(content)` is the id of a file that has arrived with a question."""

    def arrived(content: Path | bytes, **values) -> int:
        path = tmp_path / "arriving"
        path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        ports.settings.arrivals.mkdir(parents=True, exist_ok=True)
        with ports.database.transaction() as db:
            question = db.scalars(select(Question)).first() or make_question(db)
            arrival = Arrival("bike.jpg", path.stat().st_size, path)
            return attachments.receive(
                db, arrival, ports.settings.arrivals, ticket="", question=question, now=ports.clock(), **values
            ).id

    return arrived


def row(ports, row_id):
    with ports.database.reading() as db:
        return db.get(QuestionAttachment, row_id)


def arrivals(ports):
    return [path.name for path in ports.settings.arrivals.glob("*")]


def test_a_picture_is_made_anew_and_what_arrived_is_deleted(ports, queue, arrive, picture):
    made = arrive(picture)
    assert queue.rung == [Doorbell(MAKE_ATTACHMENT, made)]
    work.make(ports, made)
    after = row(ports, made)
    assert (after.state, after.due_at, after.reason, arrivals(ports)) == (S.READY, None, None, [])
    with ports.storage.local(after.key) as path:
        assert path.read_bytes()[:3] == b"\xff\xd8\xff"


def test_what_cannot_be_used_is_refused_in_words_and_deleted(ports, arrive):
    made = arrive(b"GIF89a" + bytes(99))
    work.make(ports, made)
    after = row(ports, made)
    assert (after.state, after.due_at, arrivals(ports)) == (S.REFUSED, None, [])
    assert "neither a picture nor a video" in after.reason["text"]


def test_a_full_disk_puts_it_off_and_three_vain_attempts_end_it(ports, clock, arrive, picture, monkeypatch):
    made = arrive(picture)
    monkeypatch.setattr(type(ports.storage), "put", lambda *_: (_ for _ in ()).throw(OSError("no room")))
    for _ in range(3):
        work.make(ports, made)
        assert (row(ports, made).state, len(arrivals(ports))) == (S.WAITING, 1)
        clock.advance(seconds=61)
    work.make(ports, made)
    after = row(ports, made)
    assert (after.state, after.attempts, after.due_at) == (S.REFUSED, 3, None)


def test_the_tick_rings_for_what_is_due_and_for_what_a_dead_worker_left(ports, queue, clock, arrive, picture):
    made = arrive(picture)
    with ports.database.transaction() as db:
        assert attachments.claim(db, made, now=clock()) is not None
        assert attachments.claim(db, made, now=clock()) is None
        assert attachments.due(db, now=clock()) == []
    clock.advance(seconds=61)
    queue.rung.clear()
    tick(ports)
    assert Doorbell(MAKE_ATTACHMENT, made) in queue.rung


def test_whoever_lost_his_claim_changes_nothing(ports, clock, arrive, picture, each_database):
    made = arrive(picture)
    with ports.database.transaction() as db:
        first = attachments.claim(db, made, now=clock())
        second = attachments.claim(db, made, now=clock() + timedelta(seconds=61))
        with pytest.raises(attachments.Lost):
            attachments.store(db, first, key="x", poster_key=None, seconds=None)
        attachments.store(db, second, key="y", poster_key=None, seconds=None)
        with pytest.raises(attachments.Lost):
            attachments.refuse(db, second, Message("late"))
    assert (row(ports, made).key, row(ports, made).fence) == ("y", 2)


@pytest.mark.kill
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_anywhere_loses_nothing_and_does_nothing_twice(
    ports, settings, arrive, picture, clock, tmp_path, point
):
    made = arrive(picture)
    environment = os.environ | {
        "HELPCENTER_DATA_ROOT": str(settings.data_root), "HELPCENTER_DATABASE_URL": settings.database_url,
        "HELPCENTER_FAILPOINT": point, "HELPCENTER_FAILPOINT_FOLDER": str(tmp_path), "HELPCENTER_FAILPOINT_KILLS": "self",
    }  # fmt: skip
    code = f"from workers import attachments, process; attachments.make(process.ports(), {made})"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == -9
    clock.now = row(ports, made).due_at or clock.now
    work.make(ports, made)
    after = row(ports, made)
    assert (after.state, after.attempts) == (S.READY, 1 if point == "attachment.stored" else 2)
    clock.advance(hours=2)
    for path in ports.settings.arrivals.glob("*"):
        os.utime(path, (0, 0))
    tidy(ports, every=timedelta(0))
    assert arrivals(ports) == []
    folder = ports.settings.media / Path(after.key).parent
    assert after.key.rpartition("/")[2] in [path.name for path in folder.glob("*")]


def test_files_go_with_their_question(ports, clock, arrive, picture):
    made = arrive(picture)
    work.make(ports, made)
    key = row(ports, made).key
    with ports.database.transaction() as db:
        db.delete(db.scalars(select(Question)).one())
    assert row(ports, made).question_id is None
    clock.advance(days=2)
    tidy(ports, every=timedelta(0))
    tidy(ports, every=timedelta(0))
    assert (row(ports, made), ports.storage.exists(key)) == (None, False)
    with ports.database.reading() as db:
        assert db.scalars(select(DiscardedFile)).all() == []


def test_files_of_a_question_that_is_never_sent_are_kept_for_a_day(ports, clock, tmp_path, picture):
    shutil.copy(picture, tmp_path / "one")
    ports.settings.arrivals.mkdir(parents=True)
    with ports.database.transaction() as db:
        arrival = Arrival("bike.jpg", 9, tmp_path / "one")
        attachments.receive(db, arrival, ports.settings.arrivals, ticket="t", now=clock())
    for days, left in ((1, 1), (0.01, 0)):
        clock.advance(days=days)
        tidy(ports, every=timedelta(0))
        assert len(arrivals(ports)) == left

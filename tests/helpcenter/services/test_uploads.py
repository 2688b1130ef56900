"""Uploads in pieces."""

import fcntl
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from helpcenter.errors import Conflict, InvalidInput, NotFound, StorageFull, TooLarge
from helpcenter.models import Marker, Recording, Source, Transcript, Upload
from helpcenter.permissions import Role
from helpcenter.services import uploads
from helpcenter.services.uploads.files import path_of
from tests.factories import NOW, make_topic, make_user

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHow far does it go on one charge?\n"
MARKERS = b'[{"at": 1, "kind": "answering", "title": "How far?"}]'


@pytest.fixture
def room(tmp_path):
    return uploads.Room(tmp_path / "uploads", largest=1000, min_free=0)


@pytest.fixture
def expert(db):
    return make_user(db, Role.EXPERT)


@pytest.fixture
def upload(db, room, expert):
    return begin(db, room, expert)


def begin(db, room, user, *, size=10, details=None):
    return uploads.begin(
        db, room, user=user, name="talk.mp4", size=size, details=details or uploads.Details(), now=NOW
    )  # fmt: skip


def send(room, upload, data, *, offset=0, coming=None):
    return uploads.append(
        room.folder, upload.public_id, offset=offset, size=upload.size, coming=coming, read=BytesIO(data).read
    )


def test_pieces_follow_each_other(room, upload):
    assert send(room, upload, b"01234") == 5
    assert send(room, upload, b"56789", offset=5) == 10
    assert path_of(room.folder, upload.public_id).read_bytes() == b"0123456789"


def test_what_arrived_before_the_line_broke_is_kept(room, upload):
    def read(size):
        if path_of(room.folder, upload.public_id).stat().st_size:
            raise ConnectionResetError
        return b"012"

    with pytest.raises(ConnectionResetError):
        uploads.append(room.folder, upload.public_id, offset=0, size=10, coming=10, read=read)
    assert uploads.offset_of(room.folder, upload.public_id) == 3


@pytest.mark.parametrize("offset", [0, 4, 6])
def test_a_piece_at_another_place_is_refused(room, upload, offset):
    send(room, upload, b"01234")
    with pytest.raises(Conflict):
        send(room, upload, b"5", offset=offset)


def test_more_than_announced_is_refused_before_it_is_written(room, upload):
    with pytest.raises(TooLarge):
        send(room, upload, b"0" * 11, coming=11)
    assert send(room, upload, b"0" * 11) == 10


def test_two_senders_of_one_upload_do_not_mix(room, upload):
    with path_of(room.folder, upload.public_id).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(uploads.Busy) as refused:
            send(room, upload, b"0")
    assert refused.value.status == 423


@pytest.mark.parametrize(("size", "error"), [(0, InvalidInput), (1001, TooLarge)])
def test_a_size_that_cannot_be_is_refused(db, room, expert, size, error):
    with pytest.raises(error):
        begin(db, room, expert, size=size)


def test_a_disk_that_would_be_full_refuses(db, room, expert):
    full = uploads.Room(room.folder, largest=room.largest, min_free=1 << 60)
    with pytest.raises(StorageFull) as refused:
        begin(db, full, expert)
    assert "not enough room" in str(refused.value)


def test_what_is_wrong_with_the_details_is_said_by_field(db):
    details = uploads.Details(title="x" * 301, topic="gone", captions=b"no times", markers=b"{}")
    assert set(uploads.check_details(db, details)) == {"title", "topic", "captions", "markers"}


def test_only_the_owner_finds_it_and_only_for_a_day(db, upload, expert):
    assert uploads.find(db, upload.public_id, user=expert, now=NOW) is upload
    for user, now in [(make_user(db, Role.ADMIN), NOW), (expert, NOW + timedelta(hours=24))]:
        with pytest.raises(NotFound):
            uploads.find(db, upload.public_id, user=user, now=now)


def test_an_upload_that_goes_on_is_kept_for_another_day(db, upload, expert):
    uploads.keep(upload, now=NOW + timedelta(hours=23))
    assert uploads.find(db, upload.public_id, user=expert, now=NOW + timedelta(hours=46)) is upload


def test_a_complete_upload_becomes_one_recording(db, room, expert):
    topic = make_topic(db)
    details = uploads.Details(
        title="Our Q&A", language="en", topic=topic.slug, captions=VTT, captions_name="talk.vtt", markers=MARKERS
    )
    upload = begin(db, room, expert, details=details)
    send(room, upload, b"0123456789")
    recording = uploads.finish(db, room.folder, upload, now=NOW)
    assert uploads.finish(db, room.folder, upload, now=NOW) is recording
    assert db.scalar(select(func.count()).select_from(Recording)) == 1
    assert (recording.title, recording.source, recording.topic_id, recording.created_by_id) == (
        "Our Q&A", Source.UPLOAD, topic.id, expert.id,
    )  # fmt: skip
    assert recording.version.pending_path == str(path_of(room.folder, upload.public_id))
    assert recording.version.original_name == "talk.mp4"
    assert db.scalars(select(Transcript.human)).all() == [True]
    assert db.scalars(select(Marker.title)).all() == ["How far?"]


def test_an_incomplete_upload_becomes_nothing(db, room, upload):
    send(room, upload, b"012")
    with pytest.raises(Conflict):
        uploads.finish(db, room.folder, upload, now=NOW)


def test_unfinished_uploads_say_how_much_is_here(db, room, upload, expert):
    send(room, upload, b"012")
    done = begin(db, room, expert, size=1)
    send(room, done, b"0")
    uploads.finish(db, room.folder, done, now=NOW)
    assert uploads.unfinished(db, room.folder, user=expert, now=NOW) == [(upload, 3)]


def test_a_cancelled_upload_leaves_nothing(db, room, upload):
    uploads.cancel(db, room.folder, upload)
    assert list(room.folder.iterdir()) == []
    assert db.scalars(select(Upload)).all() == []


def test_the_sweep_leaves_the_file_of_a_recording(db, room, upload, expert):
    old = begin(db, room, expert, size=1)
    send(room, upload, b"0123456789")
    uploads.finish(db, room.folder, upload, now=NOW)
    assert uploads.sweep(db, room.folder, now=NOW + timedelta(hours=23)) == 0
    assert uploads.sweep(db, room.folder, now=NOW + timedelta(hours=24)) == 2
    assert [path.name for path in room.folder.iterdir()] == [upload.public_id]
    assert old.public_id != upload.public_id

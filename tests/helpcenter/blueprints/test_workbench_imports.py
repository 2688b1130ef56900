"""Videos that are on YouTube already: one by its address, a channel with all of its videos."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from helpcenter.errors import Message
from helpcenter.models import ChannelImport, ChannelState, ImportState, PlatformVideo, Recording, VideoState
from helpcenter.permissions import Role
from tests.factories import NOW, make_channel, make_topic, make_user


@pytest.fixture
def admin(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.ADMIN)
    return sign_in(person)


@pytest.fixture
def channel(ports):
    with ports.database.transaction() as db:
        return make_channel(db, title="Velo Help")


def test_one_video_becomes_a_recording_once(admin, ports):
    form = {"address": "https://youtu.be/abcdefghijk", "title": "Winter range"}
    answers = [admin.post("/workbench/imports/video", data=form) for _ in range(2)]
    with ports.database.reading() as db:
        recording = db.scalars(select(Recording)).one()
        assert (recording.title, recording.source_ref) == ("Winter range", "abcdefghijk")
    assert {answer.location for answer in answers} == {f"/workbench/recordings/{recording.public_id}"}


@pytest.mark.parametrize("address", ["", "https://example.org/video.mp4", "abc"])
def test_other_addresses_are_refused_beside_the_field(admin, address):
    answer = admin.post("/workbench/imports/video", data={"address": address, "title": "Kept as typed"})
    assert (answer.status_code, "This is not the address of a video on YouTube." in answer.text) == (400, True)
    assert 'value="Kept as typed"' in answer.text


def test_experts_bring_single_videos_and_no_channels(ports, sign_in, channel):
    with ports.database.transaction() as db:
        expert = make_user(db, Role.EXPERT)
    browser = sign_in(expert)
    page = browser.get("/workbench/imports").text
    assert ("One video" in page, "A whole channel" in page) == (True, False)
    assert browser.post("/workbench/imports", data={"channel": channel.public_id}).status_code == 403
    assert browser.get("/workbench/imports/progress").status_code == 403


def test_without_a_channel_the_page_leads_to_connecting_one(admin):
    page = admin.get("/workbench/imports").text
    assert "No channel is connected" in page
    assert "/admin/channels" in page


def test_a_playlist_is_imported_from_a_day_on(admin, channel, ports):
    with ports.database.transaction() as db:
        topic_id = make_topic(db, slug="range").id
    playlist = "https://www.youtube.com/playlist?list=PL123"
    form = {"channel": channel.public_id, "playlist": playlist, "since": "2026-01-01", "topic": "range"}
    answer = admin.post("/workbench/imports", data=form)
    assert answer.location == "/workbench/imports?done=import_started#imports"
    with ports.database.reading() as db:
        job = db.scalars(select(ChannelImport)).one()
    assert (job.playlist, job.topic_id, job.state) == ("PL123", topic_id, ImportState.LISTING)
    assert job.since == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_a_day_that_does_not_exist_is_said(admin, channel, ports):
    for day in ("2026-02-30", "0001-01-01"):
        answer = admin.post("/workbench/imports", data={"channel": channel.public_id, "since": day})
        assert (answer.status_code, "Please choose a day." in answer.text) == (422, True)
    admin.post("/workbench/imports", data={"channel": channel.public_id, "playlist": "http://["})
    answer = admin.post("/workbench/imports", data={"channel": channel.public_id, "since": "2026-02-30"})
    assert (answer.status_code, "Please choose a day." in answer.text) == (422, True)
    with ports.database.transaction() as db:
        db.get_one(type(channel), channel.id).state = ChannelState.REVOKED
    answer = admin.post("/workbench/imports", data={"channel": channel.public_id})
    assert (answer.status_code, "Connect it again first." in answer.text) == (409, True)


def test_an_import_shows_how_far_it_is_and_is_stopped_and_resumed(admin, channel, ports):
    admin.post("/workbench/imports", data={"channel": channel.public_id})
    with ports.database.transaction() as db:
        job = db.scalars(select(ChannelImport)).one()
        job.error = Message("The quota is used up until %(when)s.", {"when": "9:00"}).as_json()
        states = (VideoState.PULLED, VideoState.LISTED, VideoState.GONE)
        for number, state in enumerate(states):
            row = PlatformVideo(remote_id=f"v{number}", import_id=job.id, state=state, caption_looks=1, created_at=NOW)
            db.add(row)
    page = admin.get("/workbench/imports/progress").text
    for text in ("3 videos found", "1 here", "1 to come", "1 private", 'value="67"', "used up until 9:00", "every 5s"):
        assert text in page
    admin.post(f"/workbench/imports/{job.public_id}/stop")
    page = admin.get("/workbench/imports").text
    assert ("stopped" in page, "every 5s" in page) == (True, False)
    admin.post(f"/workbench/imports/{job.public_id}/resume")
    assert "every 5s" in admin.get("/workbench/imports").text
    assert admin.post(f"/workbench/imports/{job.public_id}/resume").status_code == 409
    assert admin.post("/workbench/imports/nothing/stop").status_code == 404

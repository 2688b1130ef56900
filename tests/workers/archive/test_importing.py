"""The back catalogue of a channel, against the emulator."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict
from helpcenter.models import Channel, ChannelImport, ImportState, PlatformVideo, Recording, VideoState, Visibility
from helpcenter.services import videos
from helpcenter.services.videos import adopt_address
from tests.factories import make_topic
from tests.workers.archive.evening import vtt


@pytest.fixture
def evening(evening):
    evening.pipeline = False
    return evening


def begin(evening, **options):
    with evening.ports.database.transaction() as db:
        channel = db.get_one(Channel, evening.channel_id)
        return videos.start_import(db, channel, actor=None, now=evening.clock(), **options).id


def summary(evening, import_id):
    with evening.ports.database.reading() as db:
        return videos.summary(db, db.get_one(ChannelImport, import_id))


def recordings(evening):
    with evening.ports.database.reading() as db:
        return sorted(db.scalars(select(Recording.title)))


def fill(evening, count, **details):
    return [evening.emulator.studio.upload(evening.remote, f"Talk {n}", **details) for n in range(count)]


def test_a_channels_videos_become_recordings_with_chapters_and_captions(evening):
    with evening.ports.database.transaction() as db:
        topic = make_topic(db)
    described = evening.emulator.studio.upload(
        evening.remote, "Filters", description="0:00 Hello\n0:20 Change it\n0:40 Clean it", captions=vtt(60),
        language="de", privacy="unlisted",
    )  # fmt: skip
    fill(evening, 2)
    import_id = begin(evening, topic=topic)
    evening.pipeline = True
    evening.work()
    told = summary(evening, import_id)
    assert {name: told[name] for name in ("state", "found", "pulled", "waiting", "refused", "captions_waiting", "note")} == {
        "state": "done", "found": 3, "pulled": 3, "waiting": 0, "refused": 0, "captions_waiting": 0, "note": "",
    }  # fmt: skip
    assert recordings(evening) == ["Filters", "Talk 0", "Talk 1"]
    made = evening.recording(described)
    assert [chapter["title"] for chapter in made["chapters"]] == ["Hello", "Change it", "Clean it"]
    assert (made["provider"], made["duration"]) == ("YouTube captions", 60)
    with evening.ports.database.reading() as db:
        row = db.get_one(Recording, evening.video(described).recording_id)
        assert (row.topic_id, row.language, row.visibility) == (topic.id, "de", Visibility.UNLISTED)


def test_run_twice_nothing_comes_twice_and_what_is_new_comes(evening):
    fill(evening, 2)
    begin(evening)
    evening.work()
    fill(evening, 1)
    again = begin(evening)
    assert begin(evening) == again
    evening.work()
    assert (summary(evening, again)["state"], recordings(evening)) == ("done", ["Talk 0", "Talk 0", "Talk 1"])


def test_a_video_that_was_added_by_its_address_before_is_the_same_recording(evening):
    (video_id,) = fill(evening, 1)
    with evening.ports.database.transaction() as db:
        known = adopt_address(
            db, f"https://youtu.be/{video_id}", channel=None, title="By hand", actor=None, now=evening.clock()
        )
    begin(evening)
    evening.work()
    assert (recordings(evening), evening.video(video_id).recording_id) == (["By hand"], known.id)


def test_many_pages_are_listed_and_each_look_asks_for_fifty(evening):
    fill(evening, 120)
    import_id = begin(evening)
    with evening.ports.database.reading() as db:
        row = db.get_one(ChannelImport, import_id)
    from workers.archive.importing import import_channel

    for _ in range(3):
        import_channel(evening.ports, row.id)
    told = summary(evening, import_id)
    assert (told["found"], told["state"]) == (120, "pulling")
    assert (evening.asked("playlistItems.list"), evening.asked("videos.list")) == (3, 3)


def test_only_what_is_new_enough_comes_and_older_pages_are_not_asked_for(evening):
    fill(evening, 60, published="2025-01-01T12:00:00Z")
    fill(evening, 2, published="2026-06-01T12:00:00Z")
    import_id = begin(evening, since=datetime(2026, 1, 1, tzinfo=UTC))
    evening.work()
    assert (summary(evening, import_id)["found"], evening.asked("playlistItems.list")) == (2, 1)


def test_one_playlist_is_listed_alone_and_others_videos_in_it_are_refused_in_words(evening):
    first, _ = fill(evening, 2)
    other = evening.emulator.add_channel(title="Somebody else")
    theirs = evening.emulator.studio.upload(other, "Theirs")
    playlist = evening.emulator.studio.playlist(evening.remote, "Filters", [first, theirs])
    import_id = begin(evening, playlist=playlist)
    evening.work()
    told = summary(evening, import_id)
    assert (told["state"], told["pulled"], told["refused"]) == ("done", 1, 1)
    assert (evening.video(theirs).state, "another channel" in evening.video(theirs).error["text"]) == (
        VideoState.REFUSED,
        True,
    )


def test_a_playlist_that_is_not_there_stops_the_import_in_words(evening):
    import_id = begin(evening, playlist="PLnosuch")
    evening.work()
    told = summary(evening, import_id)
    assert (told["state"], "no such playlist" in told["note"]) == ("stopped", True)


def test_what_the_quota_does_not_allow_comes_on_the_next_days(evening):
    fill(evening, 3, captions=vtt(60))
    spent = evening.emulator.quota.spent(evening.emulator.client_id, evening.clock())
    evening.emulator.quota.limits["default"] = spent + 300
    import_id = begin(evening)
    evening.live_through(minutes=1)
    told = summary(evening, import_id)
    assert (told["state"], told["pulled"], told["captions_waiting"]) == ("pulling", 3, 2)
    assert "quota for today is used up" in told["note"]
    assert [evening.recording(video_id)["provider"] for video_id in remote_ids(evening)].count(None) == 2
    evening.emulator.quota.limits["default"] = 10_000
    evening.live_through(days=1, hours=2)
    assert summary(evening, import_id)["state"] == "done"
    assert {evening.recording(video_id)["provider"] for video_id in remote_ids(evening)} == {"YouTube captions"}


def remote_ids(evening):
    with evening.ports.database.reading() as db:
        return list(db.scalars(select(PlatformVideo.remote_id)))


def test_it_can_be_stopped_and_goes_on_where_it_was(evening):
    fill(evening, 60)
    import_id = begin(evening)
    from workers.archive.importing import import_channel

    import_channel(evening.ports, import_id)
    with evening.ports.database.transaction() as db:
        job = db.get_one(ChannelImport, import_id)
        videos.stop_import(db, job, actor=None, now=evening.clock())
        with pytest.raises(Conflict):
            videos.stop_import(db, job, actor=None, now=evening.clock())
    evening.work()
    assert (recordings(evening), summary(evening, import_id)["found"]) == ([], 50)
    with evening.ports.database.transaction() as db:
        videos.resume_import(db, db.get_one(ChannelImport, import_id), actor=None, now=evening.clock())
    import_channel(evening.ports, import_id)
    assert (summary(evening, import_id)["found"], summary(evening, import_id)["state"]) == (60, "pulling")
    with evening.ports.database.reading() as db:
        assert db.get_one(ChannelImport, import_id).state is ImportState.PULLING


def test_a_fault_while_listing_is_waited_out(evening):
    fill(evening, 1)
    evening.emulator.faults.add(method="playlistItems.list", kind="error", times=2)
    import_id = begin(evening)
    evening.work()
    assert "does not answer" in summary(evening, import_id)["note"]
    evening.live_through(minutes=10)
    assert summary(evening, import_id)["state"] == "done"


def test_the_broadcast_of_a_session_of_ours_is_left_to_it(evening):
    video_id = evening.broadcast()
    import_id = begin(evening)
    evening.live_through(hours=1)
    assert (summary(evening, import_id)["found"], evening.video(video_id).session_id is not None) == (0, True)


def test_a_video_by_its_address_gets_what_the_platform_knows(evening):
    video_id = evening.emulator.studio.upload(evening.remote, "Filters", captions=vtt(60))
    assert adopted(evening, video_id) == ("Filters", "YouTube captions", 60, VideoState.PULLED)


def test_somebody_elses_video_by_its_address_plays_here_without_its_captions(evening):
    other = evening.emulator.add_channel(title="Somebody else")
    video_id = evening.emulator.studio.upload(other, "Theirs", captions=vtt(60))
    assert adopted(evening, video_id) == ("Theirs", None, 60, VideoState.PULLED)
    assert evening.asked("captions.list") == 0


def test_a_video_that_is_not_to_be_seen_keeps_the_recording_that_its_address_made(evening):
    assert adopted(evening, "dQw4w9WgXcQ") == ("YouTube dQw4w9WgXcQ", None, None, VideoState.GONE)


def adopted(evening, video_id):
    with evening.ports.database.transaction() as db:
        channel = db.get_one(Channel, evening.channel_id)
        address = f"https://www.youtube.com/watch?v={video_id}"
        row = adopt_address(db, address, channel=channel, actor=None, now=evening.clock())
        assert adopt_address(db, address, channel=channel, actor=None, now=evening.clock()) is row
        recording_id = row.id
    evening.live_through(hours=1)
    with evening.ports.database.reading() as db:
        from helpcenter.services.recordings import summary as told

        recording = db.get_one(Recording, recording_id)
        result = told(db, recording)
        return recording.title, result["provider"], result["duration"], evening.video(video_id).state


def test_what_was_told_is_renewed_for_fifty_videos_in_one_call(evening):
    video_ids = fill(evening, 3)
    begin(evening)
    evening.work()
    evening.emulator.studio.edit(video_ids[0], title="Renamed")
    before = evening.asked("videos.list")
    evening.advance(days=1, seconds=1)
    evening.work()
    assert evening.asked("videos.list") == before + 1
    assert (evening.video(video_ids[0]).told["title"], evening.video(video_ids[1]).refreshed_at) == (
        "Renamed",
        evening.clock(),
    )
    until = evening.clock() + timedelta(days=60)
    while evening.clock() < until:
        evening.advance(days=1)
        evening.work()
        assert all(evening.clock() - evening.video(one).refreshed_at < timedelta(days=26) for one in video_ids)


def test_what_cannot_be_renewed_is_forgotten_after_thirty_days(evening):
    video_id = evening.emulator.studio.upload(evening.remote, "Filters", description="Clean them.", captions=vtt(60))
    evening.emulator.videos[video_id].thumbnail = ("image/jpeg", jpeg())
    begin(evening)
    evening.work()
    assert evening.ports.storage.exists(evening.version(video_id).poster_key)
    evening.emulator.oauth.revoke_channel(evening.remote)
    with evening.ports.database.transaction() as db:
        assert videos.forget_old(db, now=evening.clock() + timedelta(days=29)) == []
        (folder,) = videos.forget_old(db, now=evening.clock() + timedelta(days=30))
        assert folder.startswith(f"recordings/{recording_of(db, evening, video_id).public_id}/thumbnail-")
        recording = recording_of(db, evening, video_id)
        assert (recording.title, recording.description, recording.version.poster_key) == (
            f"YouTube {video_id}",
            "",
            None,
        )
    row = evening.video(video_id)
    assert (row.told, row.captions, row.refreshed_at, evening.recording(video_id)["provider"]) == ({}, [], None, None)


def recording_of(db, evening, video_id):
    return db.get_one(Recording, evening.video(video_id).recording_id)


def jpeg():
    """The head of a picture of 1280 × 720, and its end."""
    return (
        b"\xff\xd8\xff\xc0\x00\x11\x08" + (720).to_bytes(2, "big") + (1280).to_bytes(2, "big") + bytes(10) + b"\xff\xd9"
    )


def test_what_was_deleted_here_is_not_looked_after_and_comes_back_by_its_address_only(evening):
    (video_id,) = fill(evening, 1)
    begin(evening)
    evening.work()
    with evening.ports.database.transaction() as db:
        from helpcenter.services.editing import delete_recording

        delete_recording(db, recording_of(db, evening, video_id), editor=None, now=evening.clock())
    evening.live_through(days=2)
    begin(evening)
    evening.work()
    assert (recordings(evening), evening.video(video_id).due_at) == ([], None)
    assert adopted(evening, video_id)[0] == "Talk 0"


def test_a_place_in_the_list_that_is_not_known_any_more_is_looked_for_from_the_start(evening):
    from workers.archive.importing import import_channel

    fill(evening, 60)
    import_id = begin(evening)
    import_channel(evening.ports, import_id)
    refused = {"status": 400, "reason": "invalidPageToken"}
    evening.emulator.faults.add(method="playlistItems.list", kind="error", **refused)
    import_channel(evening.ports, import_id)
    evening.live_through(hours=2)
    told = summary(evening, import_id)
    assert (told["found"], told["pulled"], len(recordings(evening))) == (60, 60, 60)


def test_a_list_that_goes_round_in_circles_is_asked_for_ever_more_seldom(evening):
    fill(evening, 60)
    evening.emulator.faults.add(method="playlistItems.list", kind="same-page", times=1000)
    import_id = begin(evening)
    evening.live_through(hours=3)
    assert evening.asked("playlistItems.list") < 15
    assert "does not answer as it should" in summary(evening, import_id)["note"]
    evening.emulator.faults.clear()
    evening.live_through(hours=2)
    assert (summary(evening, import_id)["found"], summary(evening, import_id)["pulled"]) == (60, 60)

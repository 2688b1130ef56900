"""What every `LivePlatform` does, over real HTTP. Its faults are in test_platform_faults."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from streaming.errors import NotAllowed, NotFound, Rejected
from streaming.platform import BroadcastStatus, Channel, Health, Latency, Privacy, StreamStatus
from tests.streaming.stages import NOW, plan

TESTING, LIVE, COMPLETE = BroadcastStatus.TESTING, BroadcastStatus.LIVE, BroadcastStatus.COMPLETE
WEBVTT = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello.\n"


def bound(stage, **changes):
    """A broadcast, bound to an ingest that pictures may be sent to."""
    made = stage.platform.create_broadcast(plan(**changes))
    ingest = stage.platform.create_ingest("room-1")
    return stage.platform.bind(made.id, ingest.stream_id), ingest


def on_air(stage):
    broadcast, ingest = bound(stage)
    stage.ingest(ingest.key).start()
    stage.platform.transition(broadcast.id, LIVE)
    stage.advance(seconds=10)
    return broadcast, ingest


# --- the channel


def test_the_channel_is_the_one_that_was_connected(stage):
    channel = stage.platform.channel()
    assert channel == Channel(stage.channel_id, "Filters & Co.", channel.uploads)
    assert channel.uploads


def test_an_account_without_a_channel_has_none(stage):
    with pytest.raises(NotFound):
        stage.connected("").channel()


# --- broadcasts


def test_a_broadcast_is_what_was_planned(stage):
    wanted = plan(rehearsal=True, latency=Latency.ULTRA_LOW)
    made = stage.platform.create_broadcast(wanted)
    assert (made.title, made.starts_at, made.ends_at) == (wanted.title, wanted.starts_at, wanted.ends_at)
    assert (made.privacy, made.status, made.rehearsal) == (Privacy.UNLISTED, BroadcastStatus.CREATED, True)
    assert (made.stream_id, made.actual_start, made.actual_end) == (None, None, None)
    assert made.chat_id
    assert "Bring your questions." in made.description.split("\n")
    assert "Ref: qa-7F3K2" in made.description.split("\n")
    assert stage.platform.broadcasts([made.id]) == {made.id: made}


def test_nothing_of_a_broadcast_is_left_to_a_default(stage):
    made = stage.platform.create_broadcast(plan())
    details = stage.parts(made.id)["contentDetails"]
    chosen = ("enableAutoStart", "enableAutoStop", "enableDvr", "recordFromStart", "enableEmbed", "latencyPreference")
    assert {name: details[name] for name in chosen} == {
        "enableAutoStart": False,
        "enableAutoStop": False,
        "enableDvr": True,
        "recordFromStart": True,
        "enableEmbed": True,
        "latencyPreference": "low",
    }
    assert details["monitorStream"]["enableMonitorStream"] is False
    assert stage.parts(made.id)["status"]["selfDeclaredMadeForKids"] is False


def test_a_plan_without_an_end_or_a_marker_line_is_made_and_found(stage):
    made = stage.platform.create_broadcast(plan(description="", ends_at=None))
    assert made.ends_at is None
    assert stage.platform.find_broadcasts("qa-7F3K2") == [made]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "x" * 101}, "invalidTitle"),
        ({"title": "a <b>"}, "invalidTitle"),
        ({"starts_at": NOW - timedelta(hours=1)}, "invalidScheduledStartTime"),
        ({"ends_at": NOW}, "invalidScheduledEndTime"),
        ({"description": "é" * 2500}, "invalidDescription"),
    ],
)
def test_what_the_platform_refuses_is_rejected_with_its_word(stage, changes, reason):
    with pytest.raises(Rejected) as refused:
        stage.platform.create_broadcast(plan(**changes))
    assert refused.value.reason == reason
    assert stage.platform.find_broadcasts("qa-7F3K2") == []


def test_a_channel_that_may_not_stream_is_told_so(stage):
    channel = stage.emulator.add_channel("New here", may_stream=False)
    with pytest.raises(NotAllowed) as refused:
        stage.connected(channel).create_broadcast(plan())
    assert refused.value.reason == "liveStreamingNotEnabled"


def test_broadcasts_are_found_by_their_marker_oldest_first_and_whatever_their_state(stage):
    first, ingest = bound(stage)
    stage.advance(seconds=1)
    stage.platform.create_broadcast(plan("qa-7F3K2x"))
    stage.platform.create_broadcast(plan("qa-OTHER", description="as in qa-7F3K2 before\nRef: qa-OTHER"))
    second = stage.platform.create_broadcast(plan())
    stage.ingest(ingest.key).start()
    stage.platform.transition(first.id, LIVE)
    stage.advance(seconds=10)
    stage.platform.transition(first.id, COMPLETE)
    assert [found.id for found in stage.platform.find_broadcasts("qa-7F3K2")] == [first.id, second.id]
    assert stage.platform.find_broadcasts("qa-NONE") == []


def test_twins_of_one_second_are_told_apart_by_their_place_in_the_list(stage):
    made = [stage.platform.create_broadcast(plan()) for _ in range(3)]
    assert stage.platform.find_broadcasts("qa-7F3K2") == made


def test_spaces_around_a_title_are_not_written_over_and_over(stage):
    made = stage.platform.create_broadcast(plan(title="  Ask us  "))
    assert made.title == "Ask us"
    assert stage.platform.update_broadcast(made.id, plan(title="  Ask us  ")) == made
    assert stage.asked("liveBroadcasts.update") == 0


def test_every_page_of_the_list_is_searched(stage):
    mine = stage.platform.create_broadcast(plan())
    for number in range(55):
        stage.platform.create_broadcast(plan(f"qa-{number}"))
    assert [found.id for found in stage.platform.find_broadcasts("qa-7F3K2")] == [mine.id]
    assert stage.asked("liveBroadcasts.list") == 2


def test_more_than_fifty_are_read_at_once_and_the_gone_are_missing(stage):
    made = [stage.platform.create_broadcast(plan(f"qa-{number}")) for number in range(51)]
    ids = [broadcast.id for broadcast in made]
    assert stage.platform.broadcasts([*ids, "gone", ids[0]]) == {broadcast.id: broadcast for broadcast in made}
    assert stage.asked("liveBroadcasts.list") == 2
    assert stage.platform.broadcasts([]) == {}
    assert stage.asked("liveBroadcasts.list") == 2


def test_an_update_writes_nothing_where_nothing_differs(stage):
    made = stage.platform.create_broadcast(plan())
    assert stage.platform.update_broadcast(made.id, plan()) == made
    assert stage.asked("liveBroadcasts.update") == 0


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"title": "Another title"}, "title", "Another title"),
        ({"starts_at": NOW + timedelta(hours=23)}, "starts_at", NOW + timedelta(hours=23)),
        ({"ends_at": NOW + timedelta(hours=26)}, "ends_at", NOW + timedelta(hours=26)),
        ({"privacy": Privacy.PUBLIC}, "privacy", Privacy.PUBLIC),
        ({"rehearsal": True}, "rehearsal", True),
    ],
)
def test_an_update_brings_a_broadcast_to_its_plan(stage, changes, field, value):
    made, _ = bound(stage)
    updated = stage.platform.update_broadcast(made.id, plan(**changes))
    assert getattr(updated, field) == value
    assert updated.stream_id == made.stream_id
    assert stage.platform.broadcasts([made.id])[made.id] == updated
    assert stage.platform.update_broadcast(made.id, plan(**changes)) == updated
    assert stage.asked("liveBroadcasts.update") == 1


def test_an_update_keeps_what_others_wrote_around_our_block(stage):
    made = stage.platform.create_broadcast(plan())
    stage.studio.edit(made.id, description=f"Our shop: example.org\n\n{made.description}\n\nSee you!", categoryId="27")
    updated = stage.platform.update_broadcast(made.id, plan(description="New words.\nRef: qa-7F3K2"))
    lines = [line for line in updated.description.split("\n") if line.strip()]
    assert (lines[0], lines[-1]) == ("Our shop: example.org", "See you!")
    assert "New words." in lines
    assert "Bring your questions." not in lines
    assert lines.count("Ref: qa-7F3K2") == 1
    assert stage.parts(made.id)["snippet"]["categoryId"] == "27"


def test_an_update_keeps_the_settings_that_others_chose(stage):
    made = stage.platform.create_broadcast(plan())
    stage.parts(made.id)["contentDetails"] |= {"enableDvr": False, "closedCaptionsType": "closedCaptionsHttpPost"}
    stage.platform.update_broadcast(made.id, plan(title="Another", rehearsal=True))
    details = stage.parts(made.id)["contentDetails"]
    assert (details["enableDvr"], details["closedCaptionsType"]) == (False, "closedCaptionsHttpPost")
    assert details["monitorStream"]["enableMonitorStream"] is True


def test_words_may_be_changed_while_on_air_and_settings_are_left_alone_then(stage):
    broadcast, _ = on_air(stage)
    updated = stage.platform.update_broadcast(broadcast.id, plan(title="Live!", rehearsal=True, latency=Latency.NORMAL))
    assert (updated.title, updated.status, updated.rehearsal) == ("Live!", LIVE, False)
    assert stage.parts(broadcast.id)["contentDetails"]["latencyPreference"] == "low"


def test_a_start_that_has_passed_does_not_hinder_other_changes(stage):
    made = stage.platform.create_broadcast(plan())
    stage.advance(days=2)
    assert stage.platform.update_broadcast(made.id, plan(title="Late")).title == "Late"


def test_updating_what_is_gone_says_so(stage):
    with pytest.raises(NotFound):
        stage.platform.update_broadcast("gone", plan())


def test_deleting_twice_is_deleting_once(stage):
    made = stage.platform.create_broadcast(plan())
    stage.platform.delete_broadcast(made.id)
    stage.platform.delete_broadcast(made.id)
    assert stage.platform.broadcasts([made.id]) == {}


# --- ingests


def test_an_ingest_is_found_by_its_marker_and_its_key_is_not_shown(stage):
    first = stage.platform.create_ingest("room-1")
    stage.platform.create_ingest("room-11")
    stage.advance(seconds=1)
    second = stage.platform.create_ingest("room-1")
    assert stage.platform.find_ingests("room-1") == [first, second]
    assert first.key
    assert first.key not in repr(first)
    assert first.address.startswith("rtmps://")
    assert first.backup_address.startswith("rtmps://")


def test_health_says_what_arrives(stage):
    ingest = stage.platform.create_ingest("room-1")
    encoder = stage.ingest(ingest.key)

    def health():
        told = stage.platform.health([ingest.stream_id, "gone"])[ingest.stream_id]
        return told.status, told.health, told.has_sound

    assert health() == (StreamStatus.READY, Health.NO_DATA, True)
    encoder.start()
    assert health() == (StreamStatus.ACTIVE, Health.GOOD, True)
    encoder.start(sound=False)
    assert health() == (StreamStatus.ACTIVE, Health.BAD, False)
    encoder.start(healthy=False)
    assert health() == (StreamStatus.ACTIVE, Health.BAD, True)
    encoder.stop()
    assert health() == (StreamStatus.INACTIVE, Health.NO_DATA, True)
    assert stage.platform.health([]) == {}


def test_binding_twice_is_binding_once(stage):
    broadcast, ingest = bound(stage)
    assert (broadcast.status, broadcast.stream_id) == (BroadcastStatus.READY, ingest.stream_id)
    assert stage.platform.bind(broadcast.id, ingest.stream_id) == broadcast
    assert stage.asked("liveBroadcasts.bind") == 1


def test_binding_to_what_is_not_there_says_so(stage):
    made = stage.platform.create_broadcast(plan())
    with pytest.raises(NotFound):
        stage.platform.bind(made.id, "gone")
    with pytest.raises(NotFound):
        stage.platform.bind("gone", "gone")


# --- going live and ending


def test_without_pictures_nothing_goes_live(stage):
    broadcast, _ = bound(stage)
    with pytest.raises(Rejected) as refused:
        stage.platform.transition(broadcast.id, LIVE)
    assert refused.value.reason == "errorStreamInactive"


def test_an_evening_with_a_rehearsal(stage):
    broadcast, ingest = bound(stage, rehearsal=True)
    stage.ingest(ingest.key).start()
    said = []
    for to in (TESTING, TESTING, LIVE, LIVE, COMPLETE, COMPLETE):
        said.append(stage.platform.transition(broadcast.id, to).status)
        stage.advance(seconds=10)
    assert said == [
        BroadcastStatus.TEST_STARTING, TESTING, BroadcastStatus.LIVE_STARTING, LIVE, COMPLETE, COMPLETE,
    ]  # fmt: skip
    assert stage.asked("liveBroadcasts.transition") == 3
    assert stage.asked("liveBroadcasts.update") == 0


@pytest.mark.parametrize("rehearsal", [False, True])
def test_from_ready_to_live_without_a_rehearsal(stage, rehearsal):
    broadcast, ingest = bound(stage, rehearsal=rehearsal)
    stage.ingest(ingest.key).start()
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    stage.advance(seconds=10)
    now = stage.platform.broadcasts([broadcast.id])[broadcast.id]
    assert (now.status, now.rehearsal, now.actual_end) == (LIVE, False, None)
    assert now.actual_start == NOW + timedelta(seconds=5)
    assert stage.asked("liveBroadcasts.update") == int(rehearsal)


def test_a_rehearsal_after_going_live_has_failed(stage):
    broadcast, ingest = bound(stage, rehearsal=True)
    with pytest.raises(Rejected):
        stage.platform.transition(broadcast.id, LIVE)
    stage.ingest(ingest.key).start()
    stage.platform.transition(broadcast.id, BroadcastStatus.TESTING)
    stage.advance(seconds=10)
    assert stage.platform.broadcasts([broadcast.id])[broadcast.id].status is BroadcastStatus.TESTING


def test_switching_the_test_phase_off_changes_nothing_else(stage):
    broadcast, ingest = bound(stage, rehearsal=True)
    before = {name: dict(part) for name, part in stage.parts(broadcast.id).items()}
    stage.ingest(ingest.key).start()
    stage.platform.transition(broadcast.id, LIVE)
    after = stage.parts(broadcast.id)
    before["contentDetails"]["monitorStream"] = before["contentDetails"]["monitorStream"] | {
        "enableMonitorStream": False
    }
    assert after["contentDetails"] == before["contentDetails"]
    assert after["snippet"] == before["snippet"]


def test_on_the_way_counts_as_there(stage):
    broadcast, ingest = bound(stage)
    stage.ingest(ingest.key).start()
    stage.platform.transition(broadcast.id, LIVE)
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    assert stage.asked("liveBroadcasts.transition") == 1


def test_a_way_that_does_not_exist_is_rejected(stage):
    broadcast, _ = on_air(stage)
    with pytest.raises(Rejected) as refused:
        stage.platform.transition(broadcast.id, TESTING)
    assert refused.value.reason == "invalidTransition"
    with pytest.raises(NotFound):
        stage.platform.transition("gone", LIVE)


# --- videos


def test_a_broadcast_is_a_video_once_the_platform_shows_it(stage):
    made = stage.platform.create_broadcast(plan())
    assert stage.platform.videos([made.id]) == {}
    stage.advance(seconds=10)
    video = stage.platform.videos([made.id])[made.id]
    assert (video.id, video.channel_id, video.title) == (made.id, stage.channel_id, made.title)
    assert (video.description, video.privacy, video.live_content) == (made.description, Privacy.UNLISTED, "upcoming")
    assert (video.duration, video.scheduled_start, video.actual_start) == (None, made.starts_at, None)


def test_the_archive_grows_whole_by_and_by(stage):
    broadcast, _ = on_air(stage)
    stage.advance(minutes=30)
    stage.platform.transition(broadcast.id, COMPLETE)

    def look():
        video = stage.platform.videos([broadcast.id])[broadcast.id]
        return video.upload_status, video.duration, video.live_content

    seen = [look()]
    for minutes in (3, 10):
        stage.advance(minutes=minutes)
        seen.append(look())
    assert seen == [
        ("uploaded", None, "live"),
        ("uploaded", 1444.0, "none"),
        ("processed", 1805.0, "none"),
    ]


def test_videos_of_others_are_read_beside_ours_and_private_ones_are_missing(stage):
    other = stage.emulator.add_channel("Somebody else")
    ours = stage.studio.upload(stage.channel_id, "Ours", length=61.0, language="de", privacy="private")
    theirs = stage.studio.upload(other, "Theirs", length=3661.0)
    hidden = stage.studio.upload(other, "Hidden", privacy="private")
    found = stage.platform.videos([ours, theirs, hidden, "gone"])
    assert {name: (video.title, video.duration, video.language) for name, video in found.items()} == {
        ours: ("Ours", 61.0, "de"),
        theirs: ("Theirs", 3661.0, "en"),
    }
    assert len(stage.emulator.journal.of("videos.list")) == 1
    assert found[ours].embeddable
    assert found[ours].views == 0
    assert found[ours].thumbnails["default"].startswith("http")


def test_chapters_are_written_into_their_block_and_nothing_else_changes(stage):
    made = stage.platform.create_broadcast(plan())
    stage.advance(seconds=10)
    stage.emulator.videos[made.id].parts["snippet"] |= {"tags": ["filter"], "defaultLanguage": "de"}
    before = stage.platform.videos([made.id])[made.id]
    block = "0:00 Welcome\n1:00 Filters\n2:00 End"
    after = stage.platform.update_description(made.id, block)
    assert after.description.startswith(made.description)
    assert after.description.count("1:00 Filters") == 1
    assert (after.title, after.tags, after.language, after.privacy) == (before.title, ("filter",), "de", before.privacy)
    assert stage.platform.update_description(made.id, block) == stage.platform.videos([made.id])[made.id]
    assert stage.asked("videos.update") == 1
    assert stage.platform.update_description(made.id, "").description == made.description


def test_chapters_survive_a_change_of_the_session(stage):
    made = stage.platform.create_broadcast(plan())
    stage.advance(seconds=10)
    stage.platform.update_description(made.id, "0:00 Welcome\n1:00 Filters\n2:00 End")
    updated = stage.platform.update_broadcast(made.id, plan(title="New", description="New words.\nRef: qa-7F3K2"))
    lines = updated.description.split("\n")
    assert {"New words.", "Ref: qa-7F3K2", "1:00 Filters"} <= set(lines)
    assert "Bring your questions." not in lines


def test_a_block_that_does_not_fit_is_rejected_before_anything_is_written(stage):
    made = stage.platform.create_broadcast(plan())
    stage.advance(seconds=10)
    with pytest.raises(Rejected) as refused:
        stage.platform.update_description(made.id, "x" * 5000)
    assert refused.value.reason == "invalidDescription"
    assert stage.asked("videos.update") == 0
    with pytest.raises(NotFound):
        stage.platform.update_description("gone", "0:00 Welcome")


def test_a_thumbnail_is_set(stage):
    made = stage.platform.create_broadcast(plan())
    stage.advance(seconds=10)
    picture = bytes(range(256)) * 64
    stage.platform.set_thumbnail(made.id, picture, "image/png")
    assert stage.emulator.videos[made.id].thumbnail == ("image/png", picture)


def test_a_thumbnail_that_cannot_be_is_refused(stage):
    channel = stage.emulator.add_channel("New here", may_set_thumbnails=False)
    platform = stage.connected(channel)
    with pytest.raises(NotAllowed):
        platform.set_thumbnail(stage.studio.upload(channel, "Ours"), b"x", "image/png")
    with pytest.raises(NotFound):
        stage.platform.set_thumbnail("gone", b"x", "image/png")
    ours = stage.studio.upload(stage.channel_id, "Ours")
    reasons = []
    for picture, kind in ((b"x", "text/html"), (b"", "image/png"), (bytes(50 * 2**20 + 1), "image/png")):
        with pytest.raises(Rejected) as refused:
            stage.platform.set_thumbnail(ours, picture, kind)
        reasons.append(refused.value.reason)
    assert reasons == ["invalidImage", "mediaBodyRequired", "mediaBodyTooLarge"]


# --- captions


def test_captions_are_put_replaced_and_read_as_webvtt(stage):
    video = stage.studio.upload(stage.channel_id, "Ours", captions=WEBVTT.decode())
    made = stage.platform.put_caption(video, language="de", name="Untertitel", content=WEBVTT)
    assert (made.language, made.name, made.kind, made.draft) == ("de", "Untertitel", "standard", False)
    again = WEBVTT.replace(b"Hello", b"Good evening")
    assert stage.platform.put_caption(video, language="de", name="Untertitel", content=again).id == made.id
    tracks = stage.platform.caption_tracks(video)
    assert sorted((track.kind, track.language, track.status) for track in tracks) == [
        ("ASR", "en", "serving"), ("standard", "de", "serving"),
    ]  # fmt: skip
    text = stage.platform.caption(made.id)
    assert text.startswith(b"WEBVTT")
    assert b"Good evening." in text
    assert (stage.asked("captions.insert"), stage.asked("captions.update")) == (1, 1)


def test_captions_of_others_and_none_are_told_apart(stage):
    other = stage.emulator.add_channel("Somebody else")
    theirs = stage.studio.upload(other, "Theirs", captions=WEBVTT.decode())
    track = stage.studio.caption(theirs, WEBVTT.decode(), language="en")
    for call in (
        lambda: stage.platform.caption_tracks(theirs),
        lambda: stage.platform.caption(track),
        lambda: stage.platform.put_caption(theirs, language="en", name="", content=WEBVTT),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(NotFound):
        stage.platform.caption("gone")
    with pytest.raises(NotFound):
        stage.platform.caption_tracks("gone")


def test_captions_that_nobody_can_read_are_rejected(stage):
    video = stage.studio.upload(stage.channel_id, "Ours")
    track = stage.platform.put_caption(video, language="en", name="", content=b"\xff\xfe\x00nothing")
    with pytest.raises(Rejected) as refused:
        stage.platform.caption(track.id)
    assert refused.value.reason == "couldNotConvert"


# --- playlists


def test_a_video_is_put_into_a_playlist_once(stage):
    made = stage.platform.create_playlist("Filters", "All about filters.\nRef: topic-1")
    assert stage.platform.playlists() == [made]
    video = stage.studio.upload(stage.channel_id, "Ours")
    for _ in range(2):
        stage.platform.add_to_playlist(made.id, video)
    page = stage.platform.playlist_page(made.id)
    assert (page.video_ids, page.next_token, page.total) == ((video,), None, 1)
    assert stage.asked("playlistItems.insert") == 1


def test_a_playlist_that_is_not_there_says_so(stage):
    video = stage.studio.upload(stage.channel_id, "Ours")
    for call in (
        lambda: stage.platform.playlist_page("gone"),
        lambda: stage.platform.add_to_playlist("gone", video),
    ):
        with pytest.raises(NotFound):
            call()


def test_the_uploads_are_read_page_by_page_newest_first(stage):
    ids = []
    for number in range(53):
        ids.append(stage.studio.upload(stage.channel_id, f"Video {number}"))
    uploads = stage.platform.channel().uploads
    first = stage.platform.playlist_page(uploads)
    second = stage.platform.playlist_page(uploads, first.next_token)
    assert [len(first.video_ids), len(second.video_ids), first.total] == [50, 3, 53]
    assert [*first.video_ids, *second.video_ids] == ids[::-1]
    assert second.next_token is None


# --- all of it


def test_eight_threads_share_one_platform(stage):
    def evening(number):
        made = stage.platform.create_broadcast(plan(f"qa-{number}"))
        ingest = stage.platform.create_ingest(f"room-{number}")
        stage.platform.bind(made.id, ingest.stream_id)
        updated = stage.platform.update_broadcast(made.id, plan(f"qa-{number}", title=f"Evening {number}"))
        return [found.id for found in stage.platform.find_broadcasts(f"qa-{number}")] == [updated.id]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(evening, range(40))) == [True] * 40
    assert stage.asked("liveBroadcasts.insert") == 40
    assert stage.asked("oauth.token") == 1


def test_every_call_is_paid_for_under_its_name(stage):
    broadcast, ingest = on_air(stage)
    stage.platform.health([ingest.stream_id])
    stage.platform.transition(broadcast.id, COMPLETE)
    made = [entry.method for entry in stage.emulator.journal if not entry.method.startswith("oauth.")]
    assert stage.meter.charged == made

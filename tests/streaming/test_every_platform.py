"""What a session relies on, whichever platform shows it. What YouTube does besides is in test_platform_contract."""

from datetime import timedelta

import pytest

from streaming.errors import NotFound, Rejected
from streaming.local.platform import broadcast_of_key, stream_key
from streaming.platform import BroadcastStatus, Health, Privacy, StreamStatus
from tests.streaming.stages import ALL, NOW, on_this_site, plan

READY, TESTING, LIVE, COMPLETE = (BroadcastStatus(name) for name in ("ready", "testing", "live", "complete"))


@pytest.fixture(params=ALL)
def stage(request):
    with ALL[request.param]() as made:
        yield made


@pytest.fixture
def here():
    with on_this_site() as made:
        yield made


def test_a_broadcast_is_what_was_planned(stage):
    wanted = plan(rehearsal=True)
    made = stage.platform.create_broadcast(wanted)
    assert (made.title, made.starts_at, made.ends_at) == (wanted.title, wanted.starts_at, wanted.ends_at)
    assert (made.privacy, made.rehearsal, made.actual_start, made.actual_end) == (Privacy.UNLISTED, True, None, None)
    assert stage.platform.broadcasts([made.id, "gone"]) == {made.id: made}


def test_it_is_found_by_its_marker_and_only_by_that(stage):
    made = stage.platform.create_broadcast(plan())
    stage.platform.create_broadcast(plan("qa-7F3K2x"))
    assert stage.platform.find_broadcasts("qa-7F3K2") == [made]
    assert stage.platform.find_broadcasts("qa-NONE") == []


def test_an_update_brings_it_to_its_plan_and_leaves_its_state(stage):
    broadcast, encoder = stage.prepared()
    encoder.start()
    stage.platform.transition(broadcast.id, LIVE)
    stage.advance(seconds=10)
    updated = stage.platform.update_broadcast(broadcast.id, plan(title="Another title"))
    assert (updated.title, updated.status) == ("Another title", LIVE)
    assert stage.platform.broadcasts([broadcast.id])[broadcast.id] == updated


def test_without_an_end_it_is_open(stage):
    assert stage.platform.create_broadcast(plan(ends_at=None)).ends_at is None


def test_deleting_twice_is_deleting_once(stage):
    made = stage.platform.create_broadcast(plan())
    stage.platform.delete_broadcast(made.id)
    stage.platform.delete_broadcast(made.id)
    assert stage.platform.broadcasts([made.id]) == {}
    with pytest.raises(NotFound):
        stage.platform.update_broadcast(made.id, plan())


def test_without_pictures_nothing_goes_live(stage):
    broadcast, _ = stage.prepared()
    with pytest.raises(Rejected) as refused:
        stage.platform.transition(broadcast.id, LIVE)
    assert refused.value.reason == "errorStreamInactive"
    assert stage.platform.broadcasts([broadcast.id])[broadcast.id].status is READY


def test_health_says_whether_pictures_arrive(stage):
    broadcast, encoder = stage.prepared()
    before = stage.platform.health([broadcast.stream_id])[broadcast.stream_id]
    assert (before.status is StreamStatus.ACTIVE, before.health) == (False, Health.NO_DATA)
    encoder.start()
    during = stage.platform.health([broadcast.stream_id])[broadcast.stream_id]
    assert (during.status, during.health, during.has_sound) == (StreamStatus.ACTIVE, Health.GOOD, True)
    encoder.stop()
    stage.advance(seconds=30)
    after = stage.platform.health([broadcast.stream_id])[broadcast.stream_id]
    assert after.status is StreamStatus.INACTIVE


def test_from_ready_to_live_to_its_end(stage):
    broadcast, encoder = stage.prepared()
    encoder.start()
    stage.platform.transition(broadcast.id, LIVE)
    stage.advance(seconds=10)
    live = stage.platform.broadcasts([broadcast.id])[broadcast.id]
    assert (live.status, live.actual_end) == (LIVE, None)
    assert live.actual_start is not None
    assert stage.platform.transition(broadcast.id, LIVE).status is LIVE
    stage.platform.transition(broadcast.id, COMPLETE)
    stage.advance(seconds=10)
    over = stage.platform.broadcasts([broadcast.id])[broadcast.id]
    assert (over.status, over.actual_start) == (COMPLETE, live.actual_start)
    assert over.actual_end is not None
    assert stage.platform.transition(broadcast.id, COMPLETE).status is COMPLETE


def test_what_is_over_does_not_begin_again(stage):
    broadcast, encoder = stage.prepared()
    encoder.start()
    for status in (LIVE, COMPLETE):
        stage.platform.transition(broadcast.id, status)
        stage.advance(seconds=10)
    with pytest.raises(Rejected):
        stage.platform.transition(broadcast.id, LIVE)


def test_what_is_not_there_goes_nowhere(stage):
    with pytest.raises(NotFound):
        stage.platform.transition("no-such-broadcast", LIVE)


def test_binding_to_what_is_not_there_says_so(stage):
    broadcast, _ = stage.prepared()
    with pytest.raises(NotFound) as refused:
        stage.platform.bind(broadcast.id, "no-such-stream")
    assert refused.value.reason == "liveStreamNotFound"


# --- this site


def test_making_it_twice_makes_one(here):
    assert here.platform.create_broadcast(plan()) == here.platform.create_broadcast(plan())


def test_what_has_arrived_is_its_video_once_it_is_over(here):
    broadcast, encoder = here.prepared()
    encoder.start()
    here.platform.transition(broadcast.id, LIVE)
    here.advance(seconds=20)
    assert here.platform.videos([broadcast.id])[broadcast.id].duration is None
    here.platform.transition(broadcast.id, COMPLETE)
    encoder.stop()
    encoder.take.close(now=here.now)
    encoder.take.finish()
    video = here.platform.videos([broadcast.id])[broadcast.id]
    assert (video.upload_status, video.duration) == ("processed", 20.0)


def test_a_picture_without_sound_and_segments_that_last_too_long_are_told(here):
    broadcast, encoder = here.prepared()
    encoder.start()
    encoder.take.note_tracks(("video",))
    seen = here.platform.health([broadcast.id])[broadcast.id]
    assert ([issue.kind for issue in seen.issues], seen.health, seen.has_sound) == (
        ["noAudioStream"],
        Health.BAD,
        False,
    )


def test_a_rehearsal_goes_on_into_the_session(here):
    broadcast, encoder = here.prepared()
    encoder.start()
    assert here.platform.transition(broadcast.id, TESTING).status is TESTING
    assert here.platform.transition(broadcast.id, LIVE).actual_start == NOW + timedelta(seconds=4)


def test_a_stream_key_belongs_to_one_broadcast_and_one_site():
    key = stream_key("our secret", "broadcast-1")
    assert broadcast_of_key("our secret", key) == "broadcast-1"
    for wrong in (
        "",
        "-",
        "broadcast-1",
        key[:-1],
        key + "0",
        "x" + key,
        key.upper(),
        "broadcast-2" + key[11:],
        "ä" * 40,
    ):
        assert broadcast_of_key("our secret", wrong) is None
    assert broadcast_of_key("another secret", key) is None

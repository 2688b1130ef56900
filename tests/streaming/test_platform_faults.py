"""What every `LivePlatform` makes of faults: one request, and an error that says what is to be done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from streaming.errors import Deferred, ReauthNeeded, Retryable, Uncertain
from streaming.platform import BroadcastStatus
from tests.streaming.stages import plan

APPLIED = ["apply-then-timeout", "apply-then-close", "apply-then-503", "truncated"]
LOST = [*APPLIED, "close", "not-json"]
LIVE = BroadcastStatus.LIVE
RESET = datetime(2026, 11, 24, 8, tzinfo=UTC)
WEBVTT = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello.\n"


@pytest.mark.parametrize("kind", APPLIED)
def test_a_creation_whose_answer_was_lost_is_uncertain_asked_once_and_found(stage, kind):
    stage.fault("liveBroadcasts.insert", kind)
    with pytest.raises(Uncertain):
        stage.platform.create_broadcast(plan())
    assert stage.asked("liveBroadcasts.insert") == 1
    (found,) = stage.platform.find_broadcasts("qa-7F3K2")
    assert found.id in stage.emulator.broadcasts


@pytest.mark.parametrize("kind", ["close", "not-json"])
def test_a_creation_that_never_came_about_is_uncertain_as_well_and_not_found(stage, kind):
    stage.fault("liveBroadcasts.insert", kind)
    with pytest.raises(Uncertain):
        stage.platform.create_broadcast(plan())
    assert stage.asked("liveBroadcasts.insert") == 1
    assert stage.platform.find_broadcasts("qa-7F3K2") == []


def test_a_list_that_lags_shows_the_creation_later(stage):
    stage.emulator.timings.list_lag = 20.0
    stage.fault("liveBroadcasts.insert", "apply-then-close")
    with pytest.raises(Uncertain):
        stage.platform.create_broadcast(plan())
    assert stage.platform.find_broadcasts("qa-7F3K2") == []
    stage.advance(seconds=30)
    assert len(stage.platform.find_broadcasts("qa-7F3K2")) == 1


@pytest.mark.parametrize("kind", LOST)
def test_whatever_creates_or_moves_is_uncertain_and_asked_once(stage, kind):
    made = stage.platform.create_broadcast(plan())
    ingest = stage.platform.create_ingest("room-1")
    video = stage.studio.upload(stage.channel_id, "Ours")
    playlist = stage.platform.create_playlist("Filters", "")
    calls = {
        "liveStreams.insert": lambda: stage.platform.create_ingest("room-2"),
        "liveBroadcasts.bind": lambda: stage.platform.bind(made.id, ingest.stream_id),
        "playlists.insert": lambda: stage.platform.create_playlist("More", ""),
        "playlistItems.insert": lambda: stage.platform.add_to_playlist(playlist.id, video),
        "captions.insert": lambda: stage.platform.put_caption(video, language="en", name="", content=WEBVTT),
        "thumbnails.set": lambda: stage.platform.set_thumbnail(video, b"x", "image/png"),
    }
    for method, call in calls.items():
        before = stage.asked(method)
        stage.fault(method, kind)
        with pytest.raises(Uncertain):
            call()
        assert (method, stage.asked(method)) == (method, before + 1)


@pytest.mark.parametrize("kind", APPLIED)
def test_what_was_done_after_all_is_not_done_again(stage, kind):
    made = stage.platform.create_broadcast(plan())
    ingest = stage.platform.create_ingest("room-1")
    video = stage.studio.upload(stage.channel_id, "Ours")
    playlist = stage.platform.create_playlist("Filters", "")
    calls = {
        "liveBroadcasts.bind": lambda: stage.platform.bind(made.id, ingest.stream_id),
        "playlistItems.insert": lambda: stage.platform.add_to_playlist(playlist.id, video),
        "captions.insert": lambda: stage.platform.put_caption(video, language="en", name="", content=WEBVTT),
    }
    for method, call in calls.items():
        stage.fault(method, kind)
        with pytest.raises(Uncertain):
            call()
        call()
        assert (method, stage.asked(method)) == (method, 1)
    assert len(stage.platform.caption_tracks(video)) == 1


@pytest.mark.parametrize("kind", LOST)
def test_what_may_be_done_twice_is_retryable_and_asked_once(stage, kind):
    made = stage.platform.create_broadcast(plan())
    stage.advance(seconds=10)
    calls = {
        "channels.list": stage.platform.channel,
        "liveBroadcasts.list": lambda: stage.platform.find_broadcasts("qa-7F3K2"),
        "liveStreams.list": lambda: stage.platform.find_ingests("room-1"),
        "videos.list": lambda: stage.platform.videos([made.id]),
        "captions.list": lambda: stage.platform.caption_tracks(made.id),
        "playlists.list": stage.platform.playlists,
        "liveBroadcasts.update": lambda: stage.platform.update_broadcast(made.id, plan(title=f"Title {kind}")),
        "videos.update": lambda: stage.platform.update_description(made.id, f"0:00 {kind}"),
    }
    for method, call in calls.items():
        before = stage.asked(method)
        stage.fault(method, kind)
        with pytest.raises(Retryable):
            call()
        assert (method, stage.asked(method)) == (method, before + 1)
        call()


@pytest.mark.parametrize("kind", ["apply-then-timeout", "apply-then-close", "apply-then-503", "close", "not-json"])
def test_a_deletion_may_be_done_twice(stage, kind):
    made = stage.platform.create_broadcast(plan())
    stage.fault("liveBroadcasts.delete", kind)
    with pytest.raises(Retryable):
        stage.platform.delete_broadcast(made.id)
    stage.platform.delete_broadcast(made.id)
    assert stage.platform.broadcasts([made.id]) == {}


def ready(stage):
    made = stage.platform.create_broadcast(plan())
    ingest = stage.platform.create_ingest("room-1")
    stage.ingest(ingest.key).start()
    return stage.platform.bind(made.id, ingest.stream_id)


@pytest.mark.parametrize("kind", APPLIED)
def test_going_live_whose_answer_was_lost_is_seen_by_looking_again(stage, kind):
    broadcast = ready(stage)
    stage.fault("liveBroadcasts.transition", kind)
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    assert stage.asked("liveBroadcasts.transition") == 1


@pytest.mark.parametrize("kind", ["close", "not-json"])
def test_going_live_that_did_not_come_about_is_uncertain(stage, kind):
    broadcast = ready(stage)
    stage.fault("liveBroadcasts.transition", kind)
    with pytest.raises(Uncertain):
        stage.platform.transition(broadcast.id, LIVE)
    assert stage.asked("liveBroadcasts.transition") == 1
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING


def test_going_live_stays_uncertain_where_looking_again_fails_too(stage):
    broadcast = ready(stage)
    stage.fault("liveBroadcasts.transition", "apply-then-close")
    stage.fault("liveBroadcasts.list", "close", skip=1)
    with pytest.raises(Uncertain):
        stage.platform.transition(broadcast.id, LIVE)
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    assert stage.asked("liveBroadcasts.transition") == 1


@pytest.mark.parametrize("reason", ["redundantTransition", "invalidTransition"])
def test_somebody_else_who_was_faster_is_no_error(stage, reason):
    broadcast = ready(stage)

    def presses_the_button(_):
        stage.parts(broadcast.id)["status"]["lifeCycleStatus"] = "liveStarting"
        return True

    # Between our look and our call, whose answer then says so.
    stage.fault("liveBroadcasts.transition", "error", status=403, reason=reason, when=presses_the_button)
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    assert stage.asked("liveBroadcasts.transition") == 1


def test_redundant_is_success_once_it_was_looked_at_again(stage):
    broadcast = ready(stage)
    stage.fault("liveBroadcasts.transition", "error", status=403, reason="redundantTransition")
    now = stage.platform.transition(broadcast.id, LIVE)
    assert now == stage.platform.broadcasts([broadcast.id])[broadcast.id]


def test_a_stuck_start_counts_as_on_the_way_for_ever(stage):
    broadcast = ready(stage)
    stage.fault("liveBroadcasts.transition", "stuck")
    stage.platform.transition(broadcast.id, LIVE)
    stage.advance(hours=1)
    assert stage.platform.transition(broadcast.id, LIVE).status == BroadcastStatus.LIVE_STARTING
    assert stage.asked("liveBroadcasts.transition") == 1
    stage.platform.delete_broadcast(broadcast.id)


def test_an_access_token_that_ended_is_renewed_and_the_call_made_once_more(stage):
    stage.fault("liveBroadcasts.insert", "unauthorized")
    made = stage.platform.create_broadcast(plan())
    assert stage.platform.find_broadcasts("qa-7F3K2") == [made]
    assert stage.asked("liveBroadcasts.insert") == 2
    assert len(stage.emulator.journal.applied("liveBroadcasts.insert")) == 1
    assert stage.asked("oauth.token") == 2


def test_an_authorisation_that_ended_needs_a_person(stage):
    stage.platform.channel()
    stage.fault("liveBroadcasts.insert", "unauthorized", times=2)
    with pytest.raises(ReauthNeeded):
        stage.platform.create_broadcast(plan())
    assert stage.asked("liveBroadcasts.insert") == 2


def test_a_grant_that_is_too_small_needs_a_person(stage):
    reading = stage.connected(stage.channel_id, scopes=["https://www.googleapis.com/auth/youtube.readonly"])
    assert reading.channel().id == stage.channel_id
    with pytest.raises(ReauthNeeded) as error:
        reading.create_broadcast(plan())
    assert error.value.reason == "insufficientPermissions"


def test_an_empty_quota_is_known_until_midnight_in_pacific_time(stage):
    stage.fault("liveBroadcasts.insert", "error", status=403, reason="quotaExceeded")
    with pytest.raises(Deferred) as error:
        stage.platform.create_broadcast(plan())
    assert (error.value.until, error.value.reason) == (RESET, "quotaExceeded")
    assert stage.meter.emptied == ["liveBroadcasts.insert"]
    assert stage.asked("liveBroadcasts.insert") == 1


def test_a_real_day_of_quota_ends_the_same_way(stage):
    stage.emulator.quota.limits["default"] = 101
    stage.platform.create_broadcast(plan("qa-1"))
    stage.platform.create_broadcast(plan("qa-2"))
    with pytest.raises(Deferred) as error:
        stage.platform.create_broadcast(plan("qa-3"))
    assert error.value.until == RESET
    stage.advance(days=1)
    stage.platform.create_broadcast(plan("qa-3", starts_at=plan().starts_at + timedelta(days=1), ends_at=None))


def test_too_many_requests_wait_as_long_as_the_platform_says(stage):
    stage.fault("liveBroadcasts.insert", "error", status=403, reason="userRequestsExceedRateLimit", retry_after=7)
    stage.fault("liveBroadcasts.insert", "error", status=403, reason="userRequestsExceedRateLimit")
    waits = []
    for _ in range(2):
        with pytest.raises(Retryable) as error:
            stage.platform.create_broadcast(plan())
        waits.append(error.value.after)
    assert waits == [7.0, 10.0]
    assert stage.platform.find_broadcasts("qa-7F3K2") == []


@pytest.mark.parametrize("kind", ["delay", "slow"])
def test_a_slow_answer_is_an_answer(stage, kind):
    stage.fault("liveBroadcasts.insert", kind, seconds=0.05)
    made = stage.platform.create_broadcast(plan())
    assert stage.platform.find_broadcasts("qa-7F3K2") == [made]


def test_a_page_that_comes_twice_shows_each_once(stage):
    for number in range(60):
        stage.platform.create_broadcast(plan(f"qa-{number}", description="Ref: qa-all"))
    stage.fault("liveBroadcasts.list", "same-page", skip=1)
    assert len(stage.platform.find_broadcasts("qa-all")) == 60


def test_a_change_by_hand_just_before_ours_is_in_the_answer(stage):
    made = stage.platform.create_broadcast(plan())
    stage.fault("liveBroadcasts.bind", "studio-edit", change={"title": "By hand"})
    ingest = stage.platform.create_ingest("room-1")
    assert stage.platform.bind(made.id, ingest.stream_id).title == "By hand"
    assert stage.platform.update_broadcast(made.id, plan()).title == plan().title


def test_we_give_up_waiting_after_a_while(stage):
    impatient = stage.connected(stage.channel_id, timeout=(5.0, 0.5))
    impatient.channel()
    for method in ("liveBroadcasts.insert", "liveBroadcasts.list"):
        stage.fault(method, "apply-then-timeout", seconds=60.0)
    with pytest.raises(Uncertain):
        impatient.create_broadcast(plan())
    with pytest.raises(Retryable):
        impatient.find_broadcasts("qa-7F3K2")
    assert stage.asked("liveBroadcasts.insert") == 1
    assert len(stage.platform.find_broadcasts("qa-7F3K2")) == 1


@pytest.mark.parametrize("kind", ["apply-then-timeout", "apply-then-close", "apply-then-503"])
def test_two_hundred_lost_answers_in_eight_threads_make_one_request_each(stage, kind):
    stage.emulator.quota.limits["default"] = 10**6
    stage.fault("liveBroadcasts.insert", kind, times=200)

    def create(number):
        with pytest.raises(Uncertain):
            stage.platform.create_broadcast(plan(f"qa-{number}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(create, range(200)))
    assert stage.asked("liveBroadcasts.insert") == 200
    assert len(stage.emulator.broadcasts) == 200
    assert [len(stage.platform.find_broadcasts(f"qa-{number}")) for number in (0, 199)] == [1, 1]

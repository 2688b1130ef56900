"""The state machine of a broadcast, driven with Google's own client."""

from datetime import timedelta

import pytest
from googleapiclient.errors import HttpError

from tests.streaming.emulator.conftest import NO_MONITOR, event, reason


def transition(youtube, broadcast, to):
    body = youtube.liveBroadcasts().transition(part="status", id=broadcast, broadcastStatus=to).execute()
    return body["status"]["lifeCycleStatus"]


def refusal(youtube, broadcast, to):
    with pytest.raises(HttpError) as refused:
        transition(youtube, broadcast, to)
    assert refused.value.resp.status == 403
    return reason(refused.value)


def test_an_evening_with_a_rehearsal(emulator, youtube, evening):
    broadcast, _ = evening()
    assert transition(youtube, broadcast, "testing") == "testStarting"
    emulator.clock.advance(5)
    assert emulator.broadcasts[broadcast].status == "testing"
    assert transition(youtube, broadcast, "live") == "liveStarting"
    emulator.clock.advance(5)
    assert emulator.broadcasts[broadcast].status == "live"
    video = youtube.videos().list(part="snippet,liveStreamingDetails", id=broadcast).execute()["items"][0]
    assert video["snippet"]["liveBroadcastContent"] == "live"
    assert video["liveStreamingDetails"]["actualStartTime"] == "2026-11-22T09:00:10Z"
    assert transition(youtube, broadcast, "complete") == "complete"
    assert emulator.broadcasts[broadcast].parts["status"]["recordingStatus"] == "recorded"


def test_without_a_monitor_it_goes_live_straight_away(emulator, youtube, evening):
    broadcast, _ = evening(**NO_MONITOR)
    assert transition(youtube, broadcast, "live") == "liveStarting"


def test_nothing_is_started_while_nothing_arrives(emulator, youtube, evening):
    broadcast, key = evening(sending=False, **NO_MONITOR)
    assert refusal(youtube, broadcast, "live") == "errorStreamInactive"
    emulator.ingest(key).start()
    emulator.ingest(key).stop()
    assert refusal(youtube, broadcast, "live") == "errorStreamInactive"


TABLE = {
    "created": ("invalidTransition", "invalidTransition", "invalidTransition"),
    "ready": (None, "invalidTransition", "invalidTransition"),
    "testStarting": ("redundantTransition", "invalidTransition", "invalidTransition"),
    "testing": ("redundantTransition", None, None),
    "liveStarting": ("invalidTransition", "redundantTransition", "invalidTransition"),
    "live": ("invalidTransition", "redundantTransition", None),
    "complete": ("invalidTransition", "invalidTransition", "redundantTransition"),
    "revoked": ("invalidTransition", "invalidTransition", "redundantTransition"),
}


@pytest.mark.parametrize("state", TABLE)
def test_the_table_of_transitions(emulator, youtube, evening, state):
    for to, wanted in zip(("testing", "live", "complete"), TABLE[state], strict=True):
        broadcast, _ = evening()
        emulator.broadcasts[broadcast].status = state
        if wanted:
            assert refusal(youtube, broadcast, to) == wanted
        else:
            transition(youtube, broadcast, to)
        emulator.broadcasts[broadcast].status = "complete"


def test_a_stuck_start_never_arrives_and_can_be_deleted(emulator, youtube, evening):
    broadcast, _ = evening(**NO_MONITOR)
    emulator.faults.add("liveBroadcasts.transition", "stuck")
    transition(youtube, broadcast, "live")
    emulator.clock.advance(3600)
    assert emulator.broadcasts[broadcast].status == "liveStarting"
    youtube.liveBroadcasts().delete(id=broadcast).execute()
    assert emulator.broadcasts == {}
    assert emulator.videos == {}


def test_it_starts_and_stops_by_itself_where_asked_to(emulator, youtube, evening):
    broadcast, key = evening(sending=False, enableAutoStart=True, enableAutoStop=True, **NO_MONITOR)
    emulator.ingest(key).start()
    emulator.clock.advance(5)
    assert emulator.broadcasts[broadcast].status == "live"
    emulator.ingest(key).stop()
    emulator.clock.advance(59)
    assert emulator.broadcasts[broadcast].status == "live"
    emulator.clock.advance(1)
    assert emulator.broadcasts[broadcast].status == "complete"


def test_a_drop_ends_nothing_by_itself(emulator, youtube, evening):
    broadcast, key = evening(**NO_MONITOR)
    transition(youtube, broadcast, "live")
    emulator.clock.advance(5)
    emulator.ingest(key).stop()
    emulator.clock.advance(86400)
    assert emulator.broadcasts[broadcast].status == "live"


def test_two_broadcasts_are_not_live_on_one_stream(emulator, youtube, evening):
    first, _ = evening(**NO_MONITOR)
    transition(youtube, first, "live")
    stream = emulator.broadcasts[first].stream_id
    second = (
        youtube.liveBroadcasts()
        .insert(part="snippet,status,contentDetails", body=event(emulator, **NO_MONITOR))
        .execute()["id"]
    )
    youtube.liveBroadcasts().bind(part="id", id=second, streamId=stream).execute()
    assert refusal(youtube, second, "live") == "sharedIngestionBroadcastsExceedLimit"


def test_binding_and_unbinding(emulator, youtube, evening):
    broadcast, _ = evening(**NO_MONITOR)
    assert emulator.broadcasts[broadcast].status == "ready"
    unbound = youtube.liveBroadcasts().bind(part="status,contentDetails", id=broadcast).execute()
    assert (unbound["status"]["lifeCycleStatus"], unbound["contentDetails"].get("boundStreamId")) == ("created", None)
    emulator.broadcasts[broadcast].status = "live"
    with pytest.raises(HttpError) as refused:
        youtube.liveBroadcasts().bind(part="id", id=broadcast).execute()
    assert reason(refused.value) == "liveBroadcastBindingNotAllowed"


def test_the_health_of_a_stream_says_what_is_missing(emulator, youtube, evening):
    _, key = evening()

    def health():
        status = youtube.liveStreams().list(part="status", mine=True).execute()["items"][0]["status"]
        issues = [issue["type"] for issue in status["healthStatus"].get("configurationIssues", [])]
        return status["streamStatus"], status["healthStatus"]["status"], issues

    assert health() == ("active", "good", [])
    emulator.ingest(key).start(sound=False)
    assert health() == ("active", "bad", ["noAudioStream"])
    emulator.ingest(key).start(healthy=False)
    assert health() == ("active", "bad", ["videoIngestionStarved"])
    emulator.ingest(key).stop()
    assert health() == ("inactive", "noData", [])


def test_the_pace_only_shortens_the_waits(emulator, youtube, evening):
    emulator.clock.pace = 10
    broadcast, _ = evening(**NO_MONITOR)
    transition(youtube, broadcast, "live")
    emulator.clock.advance(timedelta(seconds=0.5).total_seconds())
    assert emulator.broadcasts[broadcast].status == "live"

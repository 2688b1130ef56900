"""The state machine of a broadcast, and of the stream that feeds it."""

from typing import Final

from streaming.emulator import aftermath
from streaming.emulator.errors import BROADCAST, ApiError
from streaming.emulator.world import JSON, Broadcast, Stream, World

ALL: Final = frozenset({"created", "ready", "testStarting", "testing", "liveStarting", "live", "complete", "revoked"})
STARTING: Final = {"testing": "testStarting", "live": "liveStarting"}
_REDUNDANT: Final = {
    "testing": {"testStarting", "testing"},
    "live": {"liveStarting", "live"},
    "complete": {"complete", "revoked"},
}
_INVALID: Final = {
    "testing": {"created", "liveStarting", "live", "complete", "revoked"},
    "live": {"created", "testStarting", "complete", "revoked"},
    "complete": {"created", "ready", "testStarting", "liveStarting"},
}


def transition(world: World, broadcast: Broadcast, to: str) -> None:
    """Move towards `to`, or raise ApiError 403 as the table of states says."""
    if to not in _REDUNDANT:
        raise ApiError(400, "statusRequired", "The request must specify the status that is wanted.", domain=BROADCAST)
    if broadcast.status in _REDUNDANT[to]:
        raise ApiError(403, "redundantTransition", "Redundant transition", domain=BROADCAST)
    if broadcast.status in _INVALID[to] or not _monitor_fits(broadcast, to):
        raise ApiError(403, "invalidTransition", "Invalid transition", domain=BROADCAST)
    if to == "complete":
        complete(world, broadcast)
        return
    stream = world.streams.get(broadcast.stream_id or "")
    if stream is None or not stream.active:
        raise ApiError(403, "errorStreamInactive", "Stream is inactive", domain=BROADCAST)
    _refuse_shared(world, broadcast, to)
    start(world, broadcast, to)


def _monitor_fits(broadcast: Broadcast, to: str) -> bool:
    monitor = bool(broadcast.parts["contentDetails"]["monitorStream"]["enableMonitorStream"])
    if to == "testing":
        return monitor
    return to != "live" or broadcast.status != "ready" or not monitor


def _refuse_shared(world: World, broadcast: Broadcast, to: str) -> None:
    others = [b for b in world.broadcasts.values() if b.stream_id == broadcast.stream_id and b.id != broadcast.id]
    if to == "live" and any(b.status in {"liveStarting", "live"} for b in others):
        raise ApiError(
            403,
            "sharedIngestionBroadcastsExceedLimit",
            "Too many live broadcasts use the same ingestion.",
            domain=BROADCAST,
        )


def start(world: World, broadcast: Broadcast, to: str) -> None:
    """Go to testStarting or liveStarting, and on from there after a while unless it is stuck."""
    broadcast.status = STARTING[to]

    def arrive() -> None:
        if broadcast.status == STARTING[to] and not broadcast.stuck:
            _arrive(world, broadcast, to)

    world.clock.after(world.timings.starting, arrive)


def _arrive(world: World, broadcast: Broadcast, to: str) -> None:
    broadcast.status = to
    if to != "live":
        return
    broadcast.parts["snippet"]["actualStartTime"] = world.now()
    broadcast.parts["status"]["recordingStatus"] = "recording"
    if video := world.videos.get(broadcast.id):
        video.parts["snippet"]["liveBroadcastContent"] = "live"
        video.parts["liveStreamingDetails"] |= {"actualStartTime": world.now(), "concurrentViewers": "1"}


def complete(world: World, broadcast: Broadcast) -> None:
    """End it for good, and let the script after the end begin."""
    broadcast.status = "complete"
    broadcast.parts["snippet"]["actualEndTime"] = world.now()
    if "actualStartTime" in broadcast.parts["snippet"]:
        broadcast.parts["status"]["recordingStatus"] = "recorded"
    if video := world.videos.get(broadcast.id):
        aftermath.begin(world, video)


def ingest_started(world: World, stream: Stream) -> None:
    """Pictures arrive: broadcasts that start by themselves do."""
    for broadcast in list(world.broadcasts.values()):
        content = broadcast.parts["contentDetails"]
        if broadcast.stream_id == stream.id and broadcast.status == "ready" and content["enableAutoStart"]:
            start(world, broadcast, "live")


def ingest_stopped(world: World, stream: Stream) -> None:
    """Pictures stopped: broadcasts that stop by themselves do so after a while, unless they come back."""

    def stop() -> None:
        for broadcast in list(world.broadcasts.values()):
            content = broadcast.parts["contentDetails"]
            if (
                broadcast.stream_id == stream.id
                and broadcast.status == "live"
                and content["enableAutoStop"]
                and not stream.active
            ):
                complete(world, broadcast)

    world.clock.after(world.timings.auto_stop, stop)


def health(world: World, status: str, issues: list[JSON]) -> JSON:
    """The health part of a stream's status."""
    body: JSON = {"status": status, "lastUpdateTimeSeconds": str(int(world.clock.now().timestamp()))}
    return body | ({"configurationIssues": issues} if issues else {})

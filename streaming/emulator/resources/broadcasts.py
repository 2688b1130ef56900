"""liveBroadcasts: what is planned, bound, started, ended."""

from datetime import datetime, timedelta
from typing import Final

from streaming.emulator import lifecycle
from streaming.emulator.calls import Call, listed, operation, page, replaced, required
from streaming.emulator.clock import stamp
from streaming.emulator.errors import BROADCAST, ApiError, not_found, refused
from streaming.emulator.resources import videos
from streaming.emulator.world import JSON, Broadcast, Stream, new_id, own, owned

SNIPPET: Final[JSON] = {
    "title": None, "description": "", "scheduledStartTime": None, "scheduledEndTime": None, "categoryId": "22",
}  # fmt: skip
TIMES: Final = ("scheduledStartTime", "scheduledEndTime")
STATUS: Final[JSON] = {"privacyStatus": "public", "selfDeclaredMadeForKids": False}
CONTENT: Final[JSON] = {
    "enableAutoStart": False, "enableAutoStop": False, "enableDvr": True, "recordFromStart": True, "enableEmbed": True,
    "enableClosedCaptions": False, "closedCaptionsType": "closedCaptionsDisabled", "enableContentEncryption": False,
    "enableLowLatency": False, "latencyPreference": "normal", "projection": "rectangular", "startWithSlate": False,
}  # fmt: skip
MONITOR: Final[JSON] = {"enableMonitorStream": True, "broadcastStreamDelayMs": 0}
FURTHEST: Final = timedelta(days=730)
FILTERS: Final = {
    "all": lifecycle.ALL,
    "upcoming": frozenset({"created", "ready"}),
    "active": frozenset({"testStarting", "testing", "liveStarting", "live"}),
    "completed": frozenset({"complete"}),
}


@operation("liveBroadcasts.insert")
def insert(call: Call) -> JSON:
    """A new broadcast, and its video."""
    _may_stream(call)
    snippet, status, content = call.given("snippet"), call.given("status"), call.given("contentDetails")
    _check_snippet(call, snippet)
    required("status.privacyStatus", status.get("privacyStatus"), "privacyStatusRequired")
    _check_content(content)
    base = {"channelId": call.channel.id, "publishedAt": call.world.now(), "isDefaultBroadcast": False}
    state = {"lifeCycleStatus": "created", "recordingStatus": "notRecording", "liveBroadcastPriority": "normal"}
    parts = {
        "snippet": _snippet({**base, "liveChatId": new_id("Cg0KC", 18), "thumbnails": {}}, snippet),
        "status": replaced(state, status, STATUS),
        "contentDetails": _content({}, content),
        "statistics": {},
    }
    parts["status"]["madeForKids"] = parts["status"]["selfDeclaredMadeForKids"]
    broadcast = Broadcast(**call.world.born("liveBroadcast", call.channel), id=new_id(), parts=parts)
    call.world.broadcasts[broadcast.id] = broadcast
    videos.of_broadcast(call.world, broadcast)
    return broadcast.shown(call.parts)


@operation("liveBroadcasts.update")
def update(call: Call) -> JSON:
    """Every mutable field of the named parts, replaced."""
    required("id", call.body.get("id"), "idRequired")
    broadcast = _find(call, str(call.body["id"]))
    new = dict(broadcast.parts)
    if "snippet" in call.parts:
        _check_snippet(call, call.given("snippet"), old=broadcast)
        new["snippet"] = _snippet(broadcast.parts["snippet"], call.given("snippet"))
    if "status" in call.parts:
        required("status.privacyStatus", call.given("status").get("privacyStatus"), "privacyStatusRequired")
        new["status"] = replaced(broadcast.parts["status"], call.given("status"), STATUS)
    if "contentDetails" in call.parts:
        _check_content(call.given("contentDetails"))
        new["contentDetails"] = _content(broadcast.parts["contentDetails"], call.given("contentDetails"))
        _check_frozen(broadcast, new["contentDetails"])
    broadcast.parts = new
    videos.follow(call.world.videos[broadcast.id], broadcast)
    return broadcast.shown(call.parts)


@operation("liveBroadcasts.list")
def find(call: Call) -> JSON:
    """By ids, all of mine, or those in a state; newest first."""
    by = call.exactly_one("id", "mine", "broadcastStatus")
    mine = listed(call, own(call.world.broadcasts, call.channel))[::-1]
    if by == "id":
        found = [
            b for b in call.world.broadcasts.values() if b.id in call.all("id") and b.channel_id == call.channel.id
        ]
    elif by == "mine":
        found = mine if call.flag("mine") else []
    else:
        found = [b for b in mine if b.status in FILTERS.get(call.one("broadcastStatus"), lifecycle.ALL)]
    if call.one("broadcastType") == "persistent":
        found = []
    return page(call, "liveBroadcast", found)


@operation("liveBroadcasts.bind")
def bind(call: Call) -> JSON:
    """Bind to a stream; without one, unbind."""
    broadcast, wanted = _find(call, call.one("id")), call.one("streamId")
    if broadcast.status not in FILTERS["upcoming"]:
        raise ApiError(
            403,
            "liveBroadcastBindingNotAllowed",
            "The current status of the live broadcast does not allow it to be bound to a stream.",
            domain=BROADCAST,
        )
    content = dict(broadcast.parts["contentDetails"])
    content.pop("boundStreamId", None)
    if wanted:
        stream = owned(call.world.streams, wanted, call.channel, "liveStream")
        _refuse_used(call, broadcast, stream)
        content |= {"boundStreamId": stream.id, "boundStreamLastUpdateTimeMs": call.world.now()}
    broadcast.parts["contentDetails"] = content
    broadcast.status = "ready" if wanted else "created"
    return broadcast.shown(call.parts)


def _refuse_used(call: Call, broadcast: Broadcast, stream: Stream) -> None:
    if stream.parts["contentDetails"]["isReusable"]:
        return
    if any(b.stream_id == stream.id and b.id != broadcast.id for b in call.world.broadcasts.values()):
        raise ApiError(403, "liveBroadcastBindingNotAllowed", "The stream is not reusable.", domain=BROADCAST)


@operation("liveBroadcasts.transition")
def transition(call: Call) -> JSON:
    """Ask for testing, live or complete."""
    broadcast = _find(call, call.one("id"))
    if call.stuck:
        broadcast.stuck = True
    lifecycle.transition(call.world, broadcast, call.one("broadcastStatus"))
    return broadcast.shown(call.parts)


@operation("liveBroadcasts.insertCuepoint")
def insert_cuepoint(call: Call) -> JSON:
    """A break for advertisements, while it is on."""
    broadcast = _find(call, call.one("id"))
    if call.body.get("insertionOffsetTimeMs") and call.body.get("walltimeMs"):
        raise refused("walltimeMs", "cuepointTimesExcludeEachOther", "Only one of the two times may be given.")
    if broadcast.status not in {"testing", "live"}:
        raise ApiError(403, "invalidCuepointState", "The broadcast is not on.", domain=BROADCAST)
    return {"cueType": "cueTypeAd", "durationSecs": 30, **call.body, "id": new_id()}


@operation("liveBroadcasts.delete")
def delete(call: Call) -> None:
    """Delete the broadcast and its video; not while it is on."""
    broadcast = _find(call, call.one("id"))
    if broadcast.status in {"liveStarting", "live"} and not broadcast.stuck:
        raise ApiError(
            403,
            "liveBroadcastDeletionNotAllowed",
            "The broadcast cannot be deleted in its current state.",
            domain=BROADCAST,
        )
    del call.world.broadcasts[broadcast.id]
    call.world.videos.pop(broadcast.id, None)


def _find(call: Call, wanted: str) -> Broadcast:
    if not wanted:
        raise not_found("liveBroadcast")
    return owned(call.world.broadcasts, wanted, call.channel, "liveBroadcast")


def _may_stream(call: Call) -> None:
    if not call.channel.may_stream:
        raise ApiError(403, "liveStreamingNotEnabled", "The user is not enabled for live streaming.", domain=BROADCAST)


def _check_snippet(call: Call, snippet: JSON, old: Broadcast | None = None) -> None:
    required("snippet.title", snippet.get("title"), "titleRequired")
    videos.check_words("snippet", snippet)
    required("snippet.scheduledStartTime", snippet.get("scheduledStartTime"), "scheduledStartTimeRequired")
    starts, now = datetime.fromisoformat(snippet["scheduledStartTime"]), call.world.clock.now()
    unchanged = old is not None and datetime.fromisoformat(old.parts["snippet"]["scheduledStartTime"]) == starts
    if not unchanged and not now <= starts <= now + FURTHEST:
        message = "The scheduled start time must be in the future and close enough to the present."
        raise refused("snippet.scheduledStartTime", "invalidScheduledStartTime", message)
    if (ends := snippet.get("scheduledEndTime")) and datetime.fromisoformat(ends) <= starts:
        message = "The scheduled end time must follow the scheduled start time."
        raise refused("snippet.scheduledEndTime", "invalidScheduledEndTime", message)


def _snippet(part: JSON, given: JSON) -> JSON:
    """The new snippet, its times in the API's own form."""
    new = replaced(part, given, SNIPPET)
    times = {name: stamp(datetime.fromisoformat(new[name])) for name in TIMES if name in new}
    return new | times


def _check_content(content: JSON) -> None:
    if "closedCaptionsType" in content and "enableClosedCaptions" in content:
        message = "closedCaptionsType and enableClosedCaptions exclude each other."
        raise refused("contentDetails", "invalidValue", message)


def _content(part: JSON, given: JSON) -> JSON:
    monitor = replaced({"embedHtml": ""}, given.get("monitorStream") or {}, MONITOR)
    return {**replaced(part, given, CONTENT), "monitorStream": monitor}


def _check_frozen(broadcast: Broadcast, new: JSON) -> None:
    if broadcast.status in FILTERS["upcoming"]:
        return
    old = broadcast.parts["contentDetails"]
    for name in (*CONTENT, "monitorStream"):
        if old.get(name) != new.get(name):
            word = "enableMonitorStream" if name == "monitorStream" else name
            raise ApiError(
                403,
                f"{word}ModificationNotAllowed",
                f"{word} cannot be changed in the broadcast's current state.",
                domain=BROADCAST,
            )

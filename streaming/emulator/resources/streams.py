"""liveStreams: where encoders send to."""

import secrets
import string
from typing import Final

from streaming.emulator.calls import Call, listed, operation, page, replaced, required
from streaming.emulator.errors import ApiError
from streaming.emulator.lifecycle import health
from streaming.emulator.world import JSON, Stream, new_id, own, owned

SNIPPET: Final[JSON] = {"title": None, "description": ""}
CDN: Final[JSON] = {"frameRate": None, "ingestionType": None, "resolution": None}


@operation("liveStreams.insert")
def insert(call: Call) -> JSON:
    """A new stream with a secret key."""
    if not call.channel.may_stream:
        raise ApiError(403, "liveStreamingNotEnabled", "The user is not enabled for live streaming.")
    _check(call)
    cdn = replaced({"ingestionInfo": _ingestion(call.world.ingest_address)}, call.given("cdn"), CDN)
    reusable = call.given("contentDetails").get("isReusable", True)
    base = {"channelId": call.channel.id, "publishedAt": call.world.now(), "isDefaultStream": False}
    parts = {
        "snippet": replaced(base, call.given("snippet"), SNIPPET),
        "cdn": cdn,
        "status": {"streamStatus": "ready", "healthStatus": health(call.world, "noData", [])},
        "contentDetails": {"isReusable": reusable, "closedCaptionsIngestionUrl": ""},
    }
    stream = Stream(**call.world.born("liveStream", call.channel), id=new_id(call.channel.id[2:], 12), parts=parts)
    call.world.streams[stream.id] = stream
    return stream.shown(call.parts)


@operation("liveStreams.update")
def update(call: Call) -> JSON:
    """Title and description; what concerns the ingest can not be changed."""
    required("id", call.body.get("id"), "idRequired")
    stream = owned(call.world.streams, str(call.body["id"]), call.channel, "liveStream")
    if "snippet" in call.parts:
        _check_title(call)
        stream.parts["snippet"] = replaced(stream.parts["snippet"], call.given("snippet"), SNIPPET)
    if "cdn" in call.parts and any(call.given("cdn").get(name) != stream.parts["cdn"].get(name) for name in CDN):
        raise ApiError(403, "liveStreamModificationNotAllowed", "The ingest of a stream cannot be changed.")
    return stream.shown(call.parts)


@operation("liveStreams.list")
def find(call: Call) -> JSON:
    """By ids, or all of mine that are reusable; newest first."""
    mine = own(call.world.streams, call.channel)
    if call.exactly_one("id", "mine") == "id":
        found = [stream for stream in mine if stream.id in call.all("id")]
    else:
        found = [stream for stream in listed(call, mine) if stream.parts["contentDetails"]["isReusable"]][::-1]
    return page(call, "liveStream", found)


@operation("liveStreams.delete")
def delete(call: Call) -> None:
    """Delete it, unless a broadcast that is to come or on uses it."""
    stream = owned(call.world.streams, call.one("id"), call.channel, "liveStream")
    if any(
        b.stream_id == stream.id and b.status not in {"complete", "revoked"} for b in call.world.broadcasts.values()
    ):
        raise ApiError(403, "liveStreamDeletionNotAllowed", "The stream is bound to a broadcast.")
    del call.world.streams[stream.id]


def _check(call: Call) -> None:
    _check_title(call)
    for name in CDN:
        required(f"cdn.{name}", call.given("cdn").get(name), f"{name}Required")


def _check_title(call: Call) -> None:
    title = call.given("snippet").get("title")
    required("snippet.title", title, "titleRequired")
    if len(str(title)) > 128:  # noqa: PLR2004 -- the API's limit
        raise ApiError(
            400, "invalidTitle", "The title must be 1 to 128 characters long.", location="snippet.title", where="other"
        )


def _ingestion(address: str) -> JSON:
    letters = string.ascii_lowercase + string.digits
    key = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))
    if address:
        return {"streamName": key, "ingestionAddress": address}
    return {
        "streamName": key,
        "ingestionAddress": "rtmp://a.rtmp.youtube.com/live2",
        "backupIngestionAddress": "rtmp://b.rtmp.youtube.com/live2?backup=1",
        "rtmpsIngestionAddress": "rtmps://a.rtmps.youtube.com/live2",
        "rtmpsBackupIngestionAddress": "rtmps://b.rtmps.youtube.com/live2?backup=1",
    }

"""search: dear, and with a bucket of its own."""

from streaming.emulator.calls import Call, listed, operation, paged
from streaming.emulator.errors import ApiError
from streaming.emulator.resources.videos import seen
from streaming.emulator.world import JSON, Video, etag


@operation("search.list")
def search(call: Call) -> JSON:
    """My own videos, newest first, by their live state and words."""
    if not call.flag("forMine") and not call.one("channelId"):
        raise ApiError(400, "invalidSearchFilter", "Only forMine and channelId are known here.")
    if call.flag("forMine") and call.all("type") != ["video"]:
        raise ApiError(400, "invalidSearchFilter", "forMine needs type=video.", location="type", where="parameter")
    owner = call.channel.id if call.flag("forMine") else call.one("channelId")
    states = {"completed": "none", "live": "live", "upcoming": "upcoming"}
    wanted, words = states.get(call.one("eventType")), call.one("q").casefold()
    rows = [
        _hit(video)
        for video in reversed(listed(call, list(call.world.videos.values())))
        if video.channel_id == owner and seen(call.world, video, call.channel) and words in video.title.casefold()
        and (wanted is None or (wanted == video.parts["snippet"]["liveBroadcastContent"] and "liveStreamingDetails" in video.parts))
    ]  # fmt: skip
    return paged(call, "search", rows)


def _hit(video: Video) -> JSON:
    names = ("publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle", "liveBroadcastContent")
    body: JSON = {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": video.id}}
    body["snippet"] = {name: video.parts["snippet"][name] for name in names}
    return {"etag": etag(body), **body}

"""channels: whose authorisation it is."""

from streaming.emulator.calls import Call, operation, paged
from streaming.emulator.world import JSON, Channel, etag


@operation("channels.list")
def find(call: Call) -> JSON:
    """Mine, or by ids."""
    if call.exactly_one("mine", "id", "forHandle", "forUsername") == "mine":
        found = [call.channel] if call.flag("mine") and call.channel.id else []
    else:
        found = [channel for channel in call.world.channels.values() if channel.id in call.all("id")]
    body = paged(call, "channel", [_shown(call, channel) for channel in found])
    if not found:
        del body["items"]
    return body


def _shown(call: Call, channel: Channel) -> JSON:
    count = sum(video.channel_id == channel.id for video in call.world.videos.values())
    parts: JSON = {
        "snippet": {"title": channel.title, "description": "", "customUrl": f"@{channel.id[2:].lower()}", "thumbnails": {}},
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": channel.uploads}},
        "statistics": {"videoCount": str(count), "viewCount": "0", "subscriberCount": "0", "hiddenSubscriberCount": False},
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
    }  # fmt: skip
    shown = {name: parts[name] for name in call.parts if name in parts}
    return {"kind": "youtube#channel", "etag": etag(parts), "id": channel.id, **shown}

"""videos, thumbnails, search: what viewers see."""

from typing import Final

from streaming.emulator import aftermath
from streaming.emulator.calls import Call, operation, page, replaced, required
from streaming.emulator.errors import ApiError, not_found, refused
from streaming.emulator.world import JSON, Broadcast, Channel, Video, World, etag, new_id, owned

SNIPPET: Final[JSON] = {
    "title": None, "description": "", "categoryId": None, "tags": None, "defaultLanguage": None, "defaultAudioLanguage": None,
}  # fmt: skip
STATUS: Final[JSON] = {
    "privacyStatus": "public", "embeddable": True, "license": "youtube", "publicStatsViewable": True, "publishAt": None,
    "selfDeclaredMadeForKids": False, "containsSyntheticMedia": None,
}  # fmt: skip
OWNERS_PARTS: Final = frozenset({"fileDetails", "processingDetails", "suggestions"})
LONGEST_TITLE: Final = 100
"""Characters."""
LONGEST_DESCRIPTION: Final = 5000
"""Bytes."""
LARGEST_PICTURE: Final = 50 * 2**20


def new_video(world: World, channel: Channel, name: str, *, title: str, description: str = "") -> Video:
    """A video that is there and public; its parts may be changed."""
    parts: dict[str, JSON] = {
        "snippet": {
            "channelId": channel.id, "channelTitle": channel.title, "publishedAt": world.now(), "title": title,
            "description": description, "categoryId": "22", "liveBroadcastContent": "none", "thumbnails": thumbnails(world, name),
        },
        "status": {
            "uploadStatus": "processed", "privacyStatus": "public", "embeddable": True, "license": "youtube",
            "publicStatsViewable": True, "madeForKids": False, "selfDeclaredMadeForKids": False,
        },
        "contentDetails": {
            "duration": "PT0S", "caption": "false", "definition": "hd", "dimension": "2d", "licensedContent": False,
            "projection": "rectangular", "hasCustomThumbnail": False,
        },
        "statistics": {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"},
        "processingDetails": {"processingStatus": "succeeded"},
        "player": {"embedHtml": ""},
    }  # fmt: skip
    video = Video(**world.born("video", channel), id=name, parts=parts)
    world.videos[name] = video
    return video


def of_broadcast(world: World, broadcast: Broadcast) -> Video:
    """The video of a new broadcast, which lists show only after a while."""
    video = new_video(world, world.channel_of(broadcast), broadcast.id, title=broadcast.title)
    video.visible_from = world.clock.later(world.timings.visible)
    snippet = broadcast.parts["snippet"]
    video.parts["snippet"]["liveBroadcastContent"] = "upcoming"
    video.parts["status"]["uploadStatus"] = "uploaded"
    video.parts["processingDetails"] = {"processingStatus": "processing"}
    video.parts["liveStreamingDetails"] = {"activeLiveChatId": snippet["liveChatId"]}
    snippet["thumbnails"] = video.parts["snippet"]["thumbnails"]
    follow(video, broadcast)
    return video


def follow(video: Video, broadcast: Broadcast) -> None:
    """Show on the video what its broadcast says."""
    snippet, status = broadcast.parts["snippet"], broadcast.parts["status"]
    video.parts["snippet"] |= {"title": snippet["title"], "description": snippet["description"]}
    video.parts["status"] |= {name: status[name] for name in ("privacyStatus", "selfDeclaredMadeForKids")}
    details = video.parts["liveStreamingDetails"]
    for name in ("scheduledStartTime", "scheduledEndTime"):
        details.pop(name, None)
        if name in snippet:
            details[name] = snippet[name]


def thumbnails(world: World, name: str) -> JSON:
    """The sizes of the still picture."""
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return {
        size: {"url": f"{world.root}/vi/{name}/{size}.jpg", "width": width, "height": height}
        for size, (width, height) in sizes.items()
    }


def seen(world: World, video: Video, channel: Channel | None) -> bool:
    """Whether that channel's people (None: anybody) get to see the video now."""
    if video.visible_from and world.clock.now() < video.visible_from:
        return False
    return video.privacy != "private" or (channel is not None and video.channel_id == channel.id)


@operation("videos.list")
def find(call: Call) -> JSON:
    """By ids; private ones of others and those too young are missing."""
    call.exactly_one("id", "chart", "myRating")
    wanted = call.all("id")
    if len(wanted) > 50:  # noqa: PLR2004 -- the API's limit
        raise ApiError(400, "invalidFilters", "At most 50 ids.", location="id", where="parameter")
    found = [v for name in wanted if (v := call.world.videos.get(name)) and seen(call.world, v, call.channel)]
    foreign = [v for v in found if v.channel_id != call.channel.id]
    if foreign and OWNERS_PARTS & set(call.parts):
        raise ApiError(403, "forbidden", "The request cannot access the owner's parts of a video of somebody else.")
    return page(call, "video", found)


@operation("videos.insert")
def insert(call: Call) -> JSON:
    """An uploaded file becomes a video, which is processed after a while."""
    if call.media is None or not call.media.content:
        raise ApiError(400, "mediaBodyRequired", "The request does not include the video content.")
    given = {"title": "unknown", "categoryId": "22"} | {n: v for n, v in call.given("snippet").items() if v is not None}
    check_words("body.snippet", given)
    world = call.world
    video = new_video(world, call.channel, new_id(), title=given["title"])
    video.parts["snippet"] = replaced(video.parts["snippet"], given, SNIPPET)
    video.parts["status"] = replaced(video.parts["status"], call.given("status"), STATUS) | {"uploadStatus": "uploaded"}
    video.parts["processingDetails"] = {"processingStatus": "processing"}
    video.media = world.keep(video.id, call.media.content)
    video.length = aftermath.media_length(video)
    world.clock.after(world.timings.processed, lambda: aftermath.finish(video))
    return video.shown(call.parts)


@operation("videos.update")
def update(call: Call) -> JSON:
    """Every mutable field of the named parts, replaced; the broadcast follows."""
    required("id", call.body.get("id"), "idRequired")
    video = _visible(call, str(call.body["id"]))
    new = dict(video.parts)
    if "snippet" in call.parts:
        _check_snippet(call.given("snippet"))
        new["snippet"] = replaced(video.parts["snippet"], call.given("snippet"), SNIPPET)
    if "status" in call.parts:
        new["status"] = replaced(video.parts["status"], call.given("status"), STATUS)
    video.parts = new
    if broadcast := call.world.broadcasts.get(video.id):
        broadcast.parts["snippet"] |= {"title": video.title, "description": video.description}
        broadcast.parts["status"]["privacyStatus"] = video.privacy
    return video.shown(call.parts)


def _check_snippet(snippet: JSON) -> None:
    required("snippet.title", snippet.get("title"), "invalidTitle")
    required("snippet.categoryId", snippet.get("categoryId"), "invalidCategoryId")
    check_words("body.snippet", snippet)


def check_words(path: str, snippet: JSON) -> None:
    """Raise ApiError 400 for a title or a description that is refused."""
    title, description = str(snippet["title"]), str(snippet.get("description", ""))
    if len(title) > LONGEST_TITLE or set(title) & set("<>"):
        raise refused(f"{path}.title", "invalidTitle", "The title is too long, or holds < or >.")
    if len(description.encode()) > LONGEST_DESCRIPTION or set(description) & set("<>"):
        raise refused(f"{path}.description", "invalidDescription", "The description is too long, or holds < or >.")


@operation("videos.delete")
def delete(call: Call) -> None:
    """The video is gone, and so is its broadcast."""
    video = _visible(call, call.one("id"))
    del call.world.videos[video.id]
    call.world.broadcasts.pop(video.id, None)


@operation("videos.batchGetStats")
def stats(call: Call) -> JSON:
    """Numbers of many videos; those that nobody may see are missing."""
    found = [v for name in call.all("id") if (v := call.world.videos.get(name)) and seen(call.world, v, call.channel)]
    rows = [{**video.shown(call.parts), "kind": "youtube#videoStat"} for video in found]
    body: JSON = {"kind": "youtube#batchGetStatsResponse", "items": rows}
    return {"etag": etag(body), **body}


@operation("thumbnails.set")
def set_thumbnail(call: Call) -> JSON:
    """Keep the uploaded picture."""
    video = _visible(call, call.one("videoId"))
    if not call.channel.may_set_thumbnails:
        raise ApiError(
            403,
            "forbidden",
            "The authenticated user doesn't have permissions to upload and set custom video thumbnails.",
            domain="youtube.thumbnail",
        )
    if call.media is None or not call.media.content:
        raise ApiError(400, "mediaBodyRequired", "The request does not include the image content.")
    if call.media.content_type not in {"image/jpeg", "image/png", "application/octet-stream"}:
        raise ApiError(400, "invalidImage", "The provided image content is invalid.")
    if len(call.media.content) > LARGEST_PICTURE:
        raise ApiError(400, "mediaBodyTooLarge", "The picture is too large.")
    video.thumbnail = (call.media.content_type, call.media.content)
    video.parts["contentDetails"]["hasCustomThumbnail"] = True
    body: JSON = {"kind": "youtube#thumbnailSetResponse", "items": [video.parts["snippet"]["thumbnails"]]}
    return {"etag": etag(body), **body}


def _visible(call: Call, wanted: str) -> Video:
    video = owned(call.world.videos, wanted, call.channel, "video")
    if not seen(call.world, video, call.channel):
        raise not_found("video")
    return video

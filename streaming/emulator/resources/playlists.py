"""playlists and playlistItems; a channel's uploads are a playlist that nobody fills by hand."""

from typing import Final

from streaming.emulator.calls import Call, listed, operation, page, paged, replaced, required
from streaming.emulator.errors import ApiError, not_found
from streaming.emulator.resources.videos import seen
from streaming.emulator.world import JSON, Item, Video, World, etag, new_id, own, owned

SNIPPET: Final[JSON] = {"title": None, "description": "", "defaultLanguage": None}
STATUS: Final[JSON] = {"privacyStatus": "public"}


def new_playlist(world: World, channel_id: str, *, snippet: JSON, status: JSON) -> Item:
    """A playlist without items."""
    channel = world.channels[channel_id]
    base = {"channelId": channel.id, "channelTitle": channel.title, "publishedAt": world.now(), "thumbnails": {}}
    parts = {
        "snippet": replaced(base, snippet, SNIPPET),
        "status": replaced({}, status, STATUS),
        "contentDetails": {"itemCount": 0},
    }
    playlist = Item(**world.born("playlist", channel), id=new_id("PL", 24), parts=parts)
    world.playlists[playlist.id] = playlist
    return playlist


def add_item(world: World, playlist: Item, video: Video) -> Item:
    """The video at the playlist's end."""
    position = playlist.parts["contentDetails"]["itemCount"]
    item = Item(
        **world.born("playlistItem", world.channel_of(playlist)),
        id=new_id("UEx", 24),
        parts=_item_parts(world, playlist.id, video, position),
    )
    world.playlist_items[item.id] = item
    playlist.parts["contentDetails"]["itemCount"] = position + 1
    return item


def _item_parts(world: World, playlist_id: str, video: Video, position: int) -> dict[str, JSON]:
    shown = {
        name: video.parts["snippet"][name]
        for name in ("channelId", "channelTitle", "title", "description", "thumbnails")
    }
    snippet = {
        "playlistId": playlist_id,
        "position": position,
        "publishedAt": world.now(),
        "videoOwnerChannelId": video.channel_id,
    }
    return {
        "snippet": {**shown, **snippet, "resourceId": {"kind": "youtube#video", "videoId": video.id}},
        "contentDetails": {"videoId": video.id, "videoPublishedAt": video.parts["snippet"]["publishedAt"]},
        "status": {"privacyStatus": video.privacy},
    }


@operation("playlists.insert")
def insert(call: Call) -> JSON:
    """A new playlist."""
    _check_title(call)
    playlist = new_playlist(call.world, call.channel.id, snippet=call.given("snippet"), status=call.given("status"))
    return playlist.shown(call.parts)


def _check_title(call: Call) -> None:
    title = call.given("snippet").get("title")
    required("snippet.title", title, "playlistTitleRequired")
    if len(str(title)) > 150 or set(str(title)) & set("<>"):  # noqa: PLR2004 -- the API's limit
        raise ApiError(400, "invalidPlaylistSnippet", "The title must be 1 to 150 characters without < and >.")


@operation("playlists.update")
def update(call: Call) -> JSON:
    """Every mutable field of the named parts, replaced."""
    required("id", call.body.get("id"), "idRequired")
    playlist = owned(call.world.playlists, str(call.body["id"]), call.channel, "playlist")
    if "snippet" in call.parts:
        _check_title(call)
        playlist.parts["snippet"] = replaced(playlist.parts["snippet"], call.given("snippet"), SNIPPET)
    if "status" in call.parts:
        playlist.parts["status"] = replaced(playlist.parts["status"], call.given("status"), STATUS)
    return playlist.shown(call.parts)


@operation("playlists.delete")
def delete(call: Call) -> None:
    """The list and its items are gone, the videos stay."""
    playlist = owned(call.world.playlists, call.one("id"), call.channel, "playlist")
    del call.world.playlists[playlist.id]
    for item in _items(call.world, playlist.id):
        del call.world.playlist_items[item.id]


@operation("playlistItems.delete")
def delete_item(call: Call) -> None:
    """Take it out; those behind it move up."""
    item = owned(call.world.playlist_items, call.one("id"), call.channel, "playlistItem")
    playlist_id = item.parts["snippet"]["playlistId"]
    del call.world.playlist_items[item.id]
    rest = _items(call.world, playlist_id)
    for position, other in enumerate(rest):
        other.parts["snippet"]["position"] = position
    call.world.playlists[playlist_id].parts["contentDetails"]["itemCount"] = len(rest)


@operation("playlists.list")
def find(call: Call) -> JSON:
    """Mine, a channel's public ones, or by ids."""
    by = call.exactly_one("mine", "channelId", "id")
    if by == "mine":
        return page(call, "playlist", listed(call, own(call.world.playlists, call.channel)))
    found = [
        p for p in call.world.playlists.values() if p.id in call.all("id") or p.channel_id == call.one("channelId")
    ]
    return page(call, "playlist", [p for p in found if p.privacy == "public" or p.channel_id == call.channel.id])


@operation("playlistItems.insert")
def insert_item(call: Call) -> JSON:
    """A video into one of my playlists; twice is possible."""
    given = call.given("snippet")
    required("snippet.playlistId", given.get("playlistId"), "playlistIdRequired")
    wanted = (given.get("resourceId") or {}).get("videoId")
    required("snippet.resourceId", wanted, "resourceIdRequired")
    playlist = owned(call.world.playlists, given["playlistId"], call.channel, "playlist")
    video = call.world.videos.get(str(wanted))
    if video is None or not seen(call.world, video, call.channel):
        raise not_found("video")
    return add_item(call.world, playlist, video).shown(call.parts)


@operation("playlistItems.list")
def find_items(call: Call) -> JSON:
    """A playlist's items in their order; a channel's uploads newest first."""
    if call.exactly_one("playlistId", "id") == "id":
        return page(call, "playlistItem", [i for i in call.world.playlist_items.values() if i.id in call.all("id")])
    wanted = call.one("playlistId")
    for channel in call.world.channels.values():
        if channel.uploads == wanted:
            return paged(call, "playlistItem", _uploads(call, channel.id, wanted))
    playlist = call.world.playlists.get(wanted)
    if playlist is None or (playlist.privacy == "private" and playlist.channel_id != call.channel.id):
        raise not_found("playlist")
    items = _items(call.world, wanted)
    if call.one("videoId"):
        items = [i for i in items if i.parts["contentDetails"]["videoId"] == call.one("videoId")]
    return page(call, "playlistItem", listed(call, items))


def _items(world: World, playlist_id: str) -> list[Item]:
    return [item for item in world.playlist_items.values() if item.parts["snippet"]["playlistId"] == playlist_id]


def _uploads(call: Call, channel_id: str, playlist_id: str) -> list[JSON]:
    """Drawn up anew each time, since videos come, go and change."""
    videos = [v for v in call.world.videos.values() if v.channel_id == channel_id and seen(call.world, v, call.channel)]
    videos = [v for v in videos if v.parts["snippet"]["liveBroadcastContent"] != "upcoming"]
    rows = []
    for position, video in enumerate(reversed(listed(call, videos))):
        parts = _item_parts(call.world, playlist_id, video, position)
        parts["snippet"]["publishedAt"] = video.parts["snippet"]["publishedAt"]
        shown = {name: parts[name] for name in call.parts if name in parts}
        rows.append({"kind": "youtube#playlistItem", "etag": etag(parts), "id": f"UU{video.id}", **shown})
    return rows

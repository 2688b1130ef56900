"""videos, thumbnails and the channel itself."""

from collections.abc import Sequence
from typing import Any, Final

from googleapiclient.errors import MediaUploadSizeError
from googleapiclient.http import MediaInMemoryUpload

from streaming.errors import NotAllowed, NotFound, Rejected
from streaming.platform import Channel, Privacy, Video
from streaming.youtube.block import with_block
from streaming.youtube.call import Api, as_page, batches, understood
from streaming.youtube.values import instant, number, seconds

# None that are for owners only: asking for them would hide the videos of others in the same call.
PARTS: Final = "id,snippet,status,contentDetails,liveStreamingDetails,statistics"

# What videos.update would reset if it were left out.
_SNIPPET: Final = ("title", "categoryId", "description", "tags", "defaultLanguage", "defaultAudioLanguage")


class Videos:
    """The videos of a channel, and of everybody."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._calls = api.client.videos

    def channel(self) -> Channel:
        """See LivePlatform.channel."""
        asked = self._api.client.channels().list(part="id,snippet,contentDetails", mine=True)
        try:
            found = self._api.run(asked, lambda answer: [_channel(item) for item in as_page(answer)["items"]])
        except NotAllowed as error:
            if error.reason != "youtubeSignupRequired":
                raise
            raise NotFound(str(error), reason=error.reason) from error
        if not found:
            raise NotFound("the account has no channel", reason="channelNotFound")
        return found[0]

    def by_id(self, ids: Sequence[str]) -> dict[str, Video]:
        """See LivePlatform.videos."""
        return {item["id"]: understood(read, item) for item in self._items(ids)}

    def update_description(self, video_id: str, block: str) -> Video:
        """See LivePlatform.update_description."""
        current = next(iter(self._items([video_id])), None)
        if current is None:
            raise NotFound(f"there is no video {video_id}", reason="videoNotFound")
        seen = understood(read, current)
        snippet = {name: current["snippet"][name] for name in _SNIPPET if name in current["snippet"]}
        snippet["description"] = with_block(snippet.get("description", ""), block)
        if snippet["description"] == current["snippet"].get("description", ""):
            return seen
        asked = self._calls().update(part="id,snippet", body={"id": video_id, "snippet": snippet})
        return self._api.run(asked, lambda answer: read({**current, **answer}))

    def set_thumbnail(self, video_id: str, picture: bytes, content_type: str) -> None:
        """See LivePlatform.set_thumbnail."""
        media = MediaInMemoryUpload(picture, mimetype=content_type)
        try:
            asked = self._api.client.thumbnails().set(videoId=video_id, media_body=media)
        except MediaUploadSizeError as error:
            raise Rejected(str(error), reason="mediaBodyTooLarge") from error
        self._api.run(asked, lambda _: None)

    def _items(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        asked = [self._calls().list(part=PARTS, id=some, maxResults=50) for some in batches(ids)]
        return [item for one in asked for item in self._api.run(one, as_page)["items"]]


def read(item: dict[str, Any]) -> Video:
    """The API's video as ours. Raises KeyError, ValueError where it is not whole."""
    snippet, status = item["snippet"], item["status"]
    live: dict[str, Any] = item.get("liveStreamingDetails", {})
    return Video(
        id=str(item["id"]),
        channel_id=snippet["channelId"],
        title=snippet["title"],
        description=snippet.get("description", ""),
        privacy=Privacy(status["privacyStatus"]),
        published_at=instant(snippet.get("publishedAt")),
        upload_status=status.get("uploadStatus", ""),
        live_content=snippet.get("liveBroadcastContent", "none"),
        duration=seconds(item.get("contentDetails", {}).get("duration")),
        actual_start=instant(live.get("actualStartTime")),
        actual_end=instant(live.get("actualEndTime")),
        scheduled_start=instant(live.get("scheduledStartTime")),
        language=snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage"),
        embeddable=bool(status.get("embeddable", True)),
        views=number(item.get("statistics", {}).get("viewCount")),
        thumbnails={name: picture["url"] for name, picture in snippet.get("thumbnails", {}).items()},
        tags=tuple(snippet.get("tags", ())),
        etag=item.get("etag", ""),
    )


def _channel(item: dict[str, Any]) -> Channel:
    uploads = item["contentDetails"]["relatedPlaylists"]["uploads"]
    return Channel(id=item["id"], title=item["snippet"]["title"], uploads=uploads)

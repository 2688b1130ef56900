"""playlists and what is in them."""

from typing import Any

from streaming.platform import Page, Playlist
from streaming.youtube.call import PAGE, Api, as_page, understood


class Playlists:
    """The playlists of one channel."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._calls = api.client.playlists
        self._items = api.client.playlistItems

    def every(self) -> list[Playlist]:
        """See LivePlatform.playlists."""
        return [understood(read, item) for item in self._api.items(self._calls().list, part="id,snippet", mine=True)]

    def create(self, title: str, description: str) -> Playlist:
        """See LivePlatform.create_playlist."""
        body = {"snippet": {"title": title, "description": description}, "status": {"privacyStatus": "public"}}
        return self._api.run(self._calls().insert(part="id,snippet,status", body=body), read)

    def add(self, playlist_id: str, video_id: str) -> None:
        """See LivePlatform.add_to_playlist."""
        there = self._items().list(part="id", playlistId=playlist_id, videoId=video_id, maxResults=PAGE)
        if self._api.run(there, as_page)["items"]:
            return
        resource = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": playlist_id, "resourceId": resource}}
        self._api.run(self._items().insert(part="id,snippet", body=body), lambda answer: str(answer["id"]))

    def page(self, playlist_id: str, token: str | None) -> Page:
        """See LivePlatform.playlist_page."""
        asked = self._items().list(part="id,contentDetails", playlistId=playlist_id, maxResults=PAGE, pageToken=token)
        return self._api.run(asked, _page)


def read(item: dict[str, Any]) -> Playlist:
    """The API's playlist as ours. Raises KeyError."""
    snippet = item["snippet"]
    return Playlist(id=str(item["id"]), title=snippet["title"], description=snippet.get("description", ""))


def _page(answer: dict[str, Any]) -> Page:
    page = as_page(answer)
    return Page(
        video_ids=tuple(item["contentDetails"]["videoId"] for item in page["items"]),
        next_token=page.get("nextPageToken"),
        total=page.get("pageInfo", {}).get("totalResults"),
    )

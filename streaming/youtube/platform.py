"""YouTube as a `LivePlatform`: one connected channel."""

from collections.abc import Sequence

from streaming.platform import (
    Broadcast,
    BroadcastPlan,
    BroadcastStatus,
    CaptionTrack,
    Channel,
    Ingest,
    Page,
    Playlist,
    StreamHealth,
    Video,
)
from streaming.youtube.broadcasts import Broadcasts
from streaming.youtube.call import Api
from streaming.youtube.captions import Captions
from streaming.youtube.playlists import Playlists
from streaming.youtube.streams import Streams
from streaming.youtube.videos import Videos


class YouTubePlatform:
    """Implements `streaming.platform.LivePlatform`, where each method is described."""

    def __init__(self, api: Api) -> None:
        self._broadcasts = Broadcasts(api)
        self._streams = Streams(api)
        self._videos = Videos(api)
        self._captions = Captions(api)
        self._playlists = Playlists(api)

    def channel(self) -> Channel:
        """1 call."""
        return self._videos.channel()

    def create_broadcast(self, plan: BroadcastPlan) -> Broadcast:
        """1 call."""
        return self._broadcasts.create(plan)

    def find_broadcasts(self, marker: str) -> list[Broadcast]:
        """1 call per 50 broadcasts that the channel ever had."""
        return self._broadcasts.find(marker)

    def broadcasts(self, ids: Sequence[str]) -> dict[str, Broadcast]:
        """1 call per 50."""
        return self._broadcasts.by_id(ids)

    def update_broadcast(self, broadcast_id: str, plan: BroadcastPlan) -> Broadcast:
        """1 call, and 1 more where something differs."""
        return self._broadcasts.update(broadcast_id, plan)

    def delete_broadcast(self, broadcast_id: str) -> None:
        """1 call."""
        self._broadcasts.delete(broadcast_id)

    def create_ingest(self, marker: str) -> Ingest:
        """1 call."""
        return self._streams.create(marker)

    def find_ingests(self, marker: str) -> list[Ingest]:
        """1 call per 50 ingests."""
        return self._streams.find(marker)

    def health(self, stream_ids: Sequence[str]) -> dict[str, StreamHealth]:
        """1 call per 50."""
        return self._streams.health(stream_ids)

    def bind(self, broadcast_id: str, stream_id: str) -> Broadcast:
        """2 calls, 1 where it is bound already."""
        return self._broadcasts.bind(broadcast_id, stream_id)

    def transition(self, broadcast_id: str, to: BroadcastStatus) -> Broadcast:
        """1 to 4 calls."""
        return self._broadcasts.transition(broadcast_id, to)

    def set_thumbnail(self, video_id: str, picture: bytes, content_type: str) -> None:
        """1 call."""
        self._videos.set_thumbnail(video_id, picture, content_type)

    def videos(self, ids: Sequence[str]) -> dict[str, Video]:
        """1 call per 50."""
        return self._videos.by_id(ids)

    def update_description(self, video_id: str, block: str) -> Video:
        """1 call, and 1 more where something differs."""
        return self._videos.update_description(video_id, block)

    def caption_tracks(self, video_id: str) -> list[CaptionTrack]:
        """1 call."""
        return self._captions.tracks(video_id)

    def caption(self, track_id: str) -> bytes:
        """1 call."""
        return self._captions.text(track_id)

    def put_caption(self, video_id: str, *, language: str, name: str, content: bytes) -> CaptionTrack:
        """2 calls."""
        return self._captions.put(video_id, language=language, name=name, content=content)

    def playlists(self) -> list[Playlist]:
        """1 call per 50."""
        return self._playlists.every()

    def create_playlist(self, title: str, description: str) -> Playlist:
        """1 call."""
        return self._playlists.create(title, description)

    def add_to_playlist(self, playlist_id: str, video_id: str) -> None:
        """2 calls, 1 where it is there."""
        self._playlists.add(playlist_id, video_id)

    def playlist_page(self, playlist_id: str, token: str | None = None) -> Page:
        """1 call."""
        return self._playlists.page(playlist_id, token)

"""What people do by hand on the platform's own pages, behind our back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streaming.emulator import aftermath, texts
from streaming.emulator.lifecycle import complete
from streaming.emulator.resources.captions import new_track, of_video
from streaming.emulator.resources.chat import new_message
from streaming.emulator.resources.playlists import add_item, new_playlist
from streaming.emulator.resources.videos import new_video
from streaming.emulator.world import Item, Video, World, new_id


@dataclass(frozen=True)
class Upload:
    """An ordinary video: seconds that its file need not tell, an automatic caption track where `captions` (WebVTT) is given."""

    title: str
    description: str = ""
    length: float = 60.0
    media: Path | None = None
    captions: str = ""
    language: str = "en"
    published: str = ""
    privacy: str = "public"


class Studio:
    """The hands of the channel's owner. Ids that do not exist raise KeyError."""

    def __init__(self, world: World) -> None:
        self._world = world

    def upload(self, channel_id: str, title: str, **details: Any) -> str:
        """A finished ordinary video; `details` are those of Upload. Its id."""
        given = Upload(title, **details)
        with self._world.clock.lock:
            channel = self._world.channels[channel_id]
            video = new_video(self._world, channel, new_id(), title=title, description=given.description)
            video.media, video.language, video.recorded_captions = given.media, given.language, given.captions
            video.length = aftermath.media_length(video) or given.length
            video.parts["snippet"]["defaultAudioLanguage"] = given.language
            video.parts["snippet"] |= {"publishedAt": given.published} if given.published else {}
            video.parts["status"]["privacyStatus"] = given.privacy
            aftermath.finish(video)
            if given.captions:
                snippet = {"language": given.language, "name": "", "trackKind": "ASR"}
                new_track(self._world, video, snippet, given.captions.encode())
            return video.id

    def caption(self, video_id: str, text: str, *, language: str, name: str = "", kind: str = "standard") -> str:
        """A caption track; its id."""
        with self._world.clock.lock:
            snippet = {"language": language, "name": name, "trackKind": kind}
            return new_track(self._world, self._world.videos[video_id], snippet, text.encode()).id

    def trim(self, video_id: str, *, start: float = 0.0, end: float | None = None) -> None:
        """Keep only what lies between these seconds: the duration and every caption move along; the file stays as it is."""
        with self._world.clock.lock:
            video = self._world.videos[video_id]
            end = min(end or video.length or 0.0, video.length or 0.0)
            video.length = end - start
            aftermath.finish(video)
            for track in of_video(self._world, video_id):
                track.content = texts.write(texts.cut(texts.read(track.content), start, end), "vtt")
                track.parts["snippet"]["lastUpdated"] = self._world.now()

    def edit(self, video_id: str, **fields: str) -> None:
        """Change title, description, categoryId, privacyStatus … of a video and its broadcast."""
        with self._world.clock.lock:
            for item in (self._world.videos[video_id], self._world.broadcasts.get(video_id)):
                if item is not None:
                    _write(item, fields)

    def count(self, video_id: str, *, views: int = 0, likes: int = 0, viewers: int | None = None) -> None:
        """What the audience has done so far, and how many watch now (None: nobody is told)."""
        with self._world.clock.lock:
            video = self._world.videos[video_id]
            video.parts["statistics"] = {**video.parts["statistics"], "viewCount": str(views), "likeCount": str(likes)}
            if "liveStreamingDetails" in video.parts:
                video.parts["liveStreamingDetails"].pop("concurrentViewers", None)
                if viewers:
                    video.parts["liveStreamingDetails"]["concurrentViewers"] = str(viewers)

    def delete(self, video_id: str) -> None:
        """The video, its broadcast and its captions are gone."""
        with self._world.clock.lock:
            del self._world.videos[video_id]
            self._world.broadcasts.pop(video_id, None)
            for track in of_video(self._world, video_id):
                del self._world.captions[track.id]

    def end(self, broadcast_id: str) -> None:
        """Press the platform's own button that ends the stream."""
        with self._world.clock.lock:
            complete(self._world, self._world.broadcasts[broadcast_id])

    def playlist(self, channel_id: str, title: str, video_ids: list[str]) -> str:
        """A public playlist with these videos; its id."""
        with self._world.clock.lock:
            made = new_playlist(self._world, channel_id, snippet={"title": title}, status={})
            for video_id in video_ids:
                add_item(self._world, made, self._world.videos[video_id])
            return made.id

    def say(self, broadcast_id: str, channel_id: str, text: str) -> None:
        """A message in the broadcast's chat."""
        with self._world.clock.lock:
            chat = self._world.broadcasts[broadcast_id].parts["snippet"]["liveChatId"]
            new_message(self._world, chat, self._world.channels[channel_id], text)

    def revoke(self, video_id: str) -> None:
        """The platform takes the broadcast down."""
        with self._world.clock.lock:
            self._world.broadcasts[video_id].status = "revoked"


def _write(item: Item | Video, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        part = "status" if name in {"privacyStatus", "embeddable"} else "snippet"
        item.parts[part] = {**item.parts[part], name: value}

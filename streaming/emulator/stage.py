"""Everything of the emulator that can be driven and looked at, with or without a server around it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from streaming.emulator.api import Api
from streaming.emulator.clock import Clock
from streaming.emulator.lifecycle import health, ingest_started, ingest_stopped
from streaming.emulator.oauth import FORCE_SSL, Authorization
from streaming.emulator.studio import Studio
from streaming.emulator.world import JSON, Broadcast, Channel, Stream, Video, World, new_id

NO_SOUND: JSON = {
    "type": "noAudioStream",
    "severity": "error",
    "reason": "No audio stream",
    "description": "No audio arrives.",
}
STARVED: JSON = {
    "type": "videoIngestionStarved",
    "severity": "error",
    "reason": "Starved",
    "description": "Too little video arrives.",
}
CLIENT = ("emulator.apps.example", "not-a-secret")
"""The OAuth client that is known from the start, and stays the same when the emulator is started again."""


class Stage:
    """A platform's world, its API and authorisation, and the hands that move it."""

    def __init__(self, *, pace: float, time: Callable[[], datetime]) -> None:
        self.clock = Clock(time, pace=pace)
        self.world = World(self.clock)
        self.timings = self.world.timings
        self.oauth = Authorization(self.world)
        self.api = Api(self.world, self.oauth)
        self.faults = self.api.faults
        self.journal = self.api.journal
        self.quota = self.api.quota
        self.rate = self.api.rate
        self.studio = Studio(self.world)
        self.client_id, self.client_secret = CLIENT
        self.oauth.clients[self.client_id] = self.client_secret

    @property
    def broadcasts(self) -> dict[str, Broadcast]:
        """Every broadcast by its id, oldest first, as it stands now."""
        self.clock.settle()
        return self.world.broadcasts

    @property
    def streams(self) -> dict[str, Stream]:
        """Every stream by its id."""
        return self.world.streams

    @property
    def videos(self) -> dict[str, Video]:
        """Every video by its id, those of broadcasts included, as it stands now."""
        self.clock.settle()
        return self.world.videos

    def add_channel(self, title: str = "Channel", *, may_stream: bool = True, may_set_thumbnails: bool = True) -> str:
        """A new channel; its id."""
        channel = Channel(new_id("UC", 16), title, may_stream, may_set_thumbnails)
        self.world.channels[channel.id] = channel
        return channel.id

    def refresh_token(self, channel_id: str, *, scopes: frozenset[str] = frozenset({FORCE_SSL})) -> str:
        """A refresh token, as if the channel's owner had consented; "" stands for an account without a channel."""
        return self.oauth.grant(self.client_id, channel_id, scopes).token

    def access_token(self, channel_id: str, *, scopes: frozenset[str] = frozenset({FORCE_SSL})) -> str:
        """An access token that lives for an hour."""
        return self.oauth.access(self.oauth.grant(self.client_id, channel_id, scopes))

    def ingest(self, stream_key: str) -> "Encoder":
        """The encoder that knows this key (a stream's id does as well). Raises KeyError for an unknown one."""
        for stream in self.world.streams.values():
            if stream_key in {stream.key, stream.id}:
                return Encoder(self.world, stream)
        raise KeyError(stream_key)

    def set_recording(
        self, video_id: str, media: Path | None = None, captions: str | None = None, *, length: float | None = None
    ) -> None:
        """What the ingest of that video recorded: an MP4 file, its words as WebVTT, its seconds (the file tells else)."""
        video = self.world.videos[video_id]
        video.media = media or video.media
        video.recorded_captions = captions or video.recorded_captions
        video.length = length or video.length


class Encoder:
    """An encoder that sends to a stream, or does not."""

    def __init__(self, world: World, stream: Stream) -> None:
        self._world = world
        self._stream = stream

    def start(self, *, sound: bool = True, healthy: bool = True) -> None:
        """Send pictures, with sound or without, well or badly; called again, it changes to that."""
        issues = ([] if sound else [NO_SOUND]) + ([] if healthy else [STARVED])
        with self._world.clock.lock:
            was_active = self._stream.active
            status = health(self._world, "good" if sound and healthy else "bad", issues)
            self._stream.parts["status"] = {"streamStatus": "active", "healthStatus": status}
            if not was_active:
                ingest_started(self._world, self._stream)

    def stop(self) -> None:
        """Send nothing more."""
        with self._world.clock.lock:
            self._stream.parts["status"] = {
                "streamStatus": "inactive",
                "healthStatus": health(self._world, "noData", []),
            }
            ingest_stopped(self._world, self._stream)

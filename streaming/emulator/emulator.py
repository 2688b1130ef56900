"""The emulator as tests, the demo and the command line hold it: start, stop, drive, look."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from streaming.emulator.api import Api
from streaming.emulator.clock import Clock, real_time
from streaming.emulator.errors import ApiError
from streaming.emulator.http import Request, Response, Server
from streaming.emulator.lifecycle import health, ingest_started, ingest_stopped
from streaming.emulator.oauth import FORCE_SSL, Authorization
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


class Emulator:
    """A whole platform on a port of the loopback (0: any), for the time of a `with` block.

    `pace` makes the platform's waits that many times shorter; `time` is the clock that it runs by, and may stand still.
    """

    def __init__(self, port: int = 0, *, pace: float = 1.0, time: Callable[[], datetime] = real_time) -> None:
        self.clock = Clock(time, pace=pace)
        self.world = World(self.clock)
        self.oauth = Authorization(self.world)
        self.api = Api(self.world, self.oauth)
        self.faults, self.journal, self.quota, self.rate = (
            self.api.faults,
            self.api.journal,
            self.api.quota,
            self.api.rate,
        )
        self.timings = self.world.timings
        self.client_id, self.client_secret = "emulator.apps.example", "GOCSPX-" + new_id()
        self.oauth.clients[self.client_id] = self.client_secret
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Self:
        """Serve."""
        self._server = Server(self._port, self.respond, self.clock.now)
        self.world.root = self._server.url
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving; what exists stays to be looked at."""
        if self._server:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """The root address, for the API as for OAuth; no slash at the end."""
        return self.world.root

    def respond(self, request: Request) -> Response:
        """Any request, to whom it belongs."""
        first = request.path.split("/")[1]
        if request.path == "/o/oauth2/auth":
            return self.oauth.consent(request)
        if request.path == "/token":
            return self.oauth.token(request)
        if request.path == "/revoke":
            return self.oauth.revoke(request)
        if first == "youtube":
            return self.api.answer(request)
        error = ApiError(404, "notFound", "Not Found")
        return Response(error.status, error.body())

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

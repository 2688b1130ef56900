"""The emulator's ingest: what encoders really send makes a stream active, and its absence inactive."""

from contextlib import AbstractContextManager
from datetime import datetime

from streaming.emulator.stage import Encoder, Stage
from streaming.rtmp import Refused, WrongKey, serving

APP = "live2"


def ingest(stage: Stage, port: int) -> AbstractContextManager[int]:
    """A server for encoders on that port of the loopback (0: any); its port. What is sent is looked at, not kept."""
    return serving(_Door(stage), host="127.0.0.1", port=port, clock=stage.clock.now)


def address(port: int) -> str:
    """What streams name as the place to send to."""
    return f"rtmp://127.0.0.1:{port}/{APP}"


class _Door:
    """Lets in who knows a stream's key, one at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._fed: dict[str, _Fed] = {}

    def authorise(self, app: str, key: str, peer: str) -> "_Fed":  # noqa: ARG002 -- from anywhere, as the platform does
        """See `streaming.rtmp.Door`."""
        world = self._stage.world
        with world.clock.lock:
            stream = next((item for item in world.streams.values() if item.key == key), None)
            if stream is None or app != APP:
                raise WrongKey
            fed = self._fed.setdefault(key, _Fed(self._stage, Encoder(world, stream)))
            if fed.open:
                raise Refused("Another encoder sends with this key.")
            fed.open = True
            return fed


class _Fed:
    """A stream while an encoder sends to it: active from the first piece on, inactive a while after the last one."""

    def __init__(self, stage: Stage, encoder: Encoder) -> None:
        self.open = False
        self._clock = stage.clock
        self._patience = stage.timings.ingest_lost
        self._encoder = encoder
        self._pieces = 0
        self._sound = True

    def start(self, began: datetime, codecs: str) -> None:  # noqa: ARG002 -- see `streaming.rtmp.Sink`
        """Note whether there is sound."""
        self._sound = "mp4a" in codecs

    def put(self, piece: bytes) -> None:  # noqa: ARG002 -- see `streaming.rtmp.Sink`
        """Be active, until nothing has come for a while."""
        with self._clock.lock:
            self._pieces += 1
            self._encoder.start(sound=self._sound)
            seen = self._pieces
            self._clock.after(self._patience, lambda: self._lost(seen))

    def close(self, why: Refused | None) -> None:  # noqa: ARG002 -- see `streaming.rtmp.Sink`
        """Make room for another encoder."""
        self.open = False

    def _lost(self, seen: int) -> None:
        if seen == self._pieces:
            self._encoder.stop()

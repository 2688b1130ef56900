"""What exists at the platform: channels, streams, broadcasts, videos, captions, playlists, chat."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from streaming.emulator.clock import Clock, stamp
from streaming.emulator.errors import not_found

JSON = dict[str, Any]


@dataclass
class Timings:
    """How long the platform takes, in seconds before the pace divides them.

    `script` are the stages after the end: the flag leaves "live", a wrong duration, the final one, automatic captions
    syncing, serving.
    """

    starting: float = 5.0
    visible: float = 3.0
    list_lag: float = 0.0
    flag: float = 60.0
    wrong_duration: float = 120.0
    processed: float = 600.0
    asr_syncing: float = 300.0
    asr_serving: float = 900.0
    auto_stop: float = 60.0
    ingest_lost: float = 10.0


@dataclass
class Channel:
    """A channel and what it may do."""

    id: str
    title: str
    may_stream: bool = True
    may_set_thumbnails: bool = True

    @property
    def uploads(self) -> str:
        """The playlist of all its videos."""
        return "UU" + self.id.removeprefix("UC")


@dataclass
class Item:
    """A resource: its parts are kept in the API's own form. Lists show it from `listed_from` on."""

    kind: str
    id: str
    channel_id: str
    created: datetime
    listed_from: datetime
    parts: dict[str, JSON]

    def shown(self, parts: Iterable[str]) -> JSON:
        """The resource with these parts only, and its etag."""
        body = {"kind": self.kind, "id": self.id, **{p: self.parts[p] for p in parts if p in self.parts}}
        return {"etag": etag(self.parts), **body}

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.parts["snippet"].get("title", ""))

    @property
    def description(self) -> str:
        """Its description."""
        return str(self.parts["snippet"].get("description", ""))

    @property
    def privacy(self) -> str:
        """Who finds it."""
        return str(self.parts["status"]["privacyStatus"])


@dataclass
class Stream(Item):
    """A live stream: where an encoder sends to."""

    @property
    def key(self) -> str:
        """The secret stream key."""
        return str(self.parts["cdn"]["ingestionInfo"]["streamName"])

    @property
    def active(self) -> bool:
        """Whether pictures arrive."""
        return bool(self.parts["status"]["streamStatus"] == "active")


@dataclass
class Broadcast(Item):
    """A live broadcast; the video of the same id is its other face. `stuck`: its next *Starting never ends."""

    stuck: bool = False

    @property
    def status(self) -> str:
        """Its life cycle status."""
        return str(self.parts["status"]["lifeCycleStatus"])

    @status.setter
    def status(self, value: str) -> None:
        self.parts["status"]["lifeCycleStatus"] = value

    @property
    def stream_id(self) -> str | None:
        """The bound stream."""
        return self.parts["contentDetails"].get("boundStreamId")


@dataclass
class Video(Item):
    """A video. `media` and `recorded_captions` are what the ingest recorded; `length` its real seconds."""

    visible_from: datetime | None = None
    media: Path | None = None
    recorded_captions: str = ""
    language: str = "en"
    length: float | None = None
    thumbnail: tuple[str, bytes] | None = None


@dataclass
class Caption(Item):
    """A caption track with its text, which the API never shows in the resource."""

    content: bytes = b""


AnItem = TypeVar("AnItem", bound=Item)


@dataclass
class World:
    """Everything that exists, in the order in which it was made."""

    clock: Clock
    timings: Timings = field(default_factory=Timings)
    channels: dict[str, Channel] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    broadcasts: dict[str, Broadcast] = field(default_factory=dict)
    videos: dict[str, Video] = field(default_factory=dict)
    captions: dict[str, Caption] = field(default_factory=dict)
    playlists: dict[str, Item] = field(default_factory=dict)
    playlist_items: dict[str, Item] = field(default_factory=dict)
    messages: dict[str, Item] = field(default_factory=dict)
    root: str = ""
    ingest_address: str = ""
    """Where encoders are to send to, in earnest; "" where none can, and YouTube's own addresses are shown."""
    default_media: Path | None = None
    default_captions: str = ""
    folder: TemporaryDirectory[str] | None = None
    """Where uploaded files lie, once there are any."""

    def keep(self, name: str, content: bytes) -> Path:
        """The file that holds an upload, until `clear`."""
        self.folder = self.folder or TemporaryDirectory(prefix="emulator-")
        path = Path(self.folder.name) / name
        path.write_bytes(content)
        return path

    def clear(self) -> None:
        """Delete every uploaded file."""
        if self.folder:
            self.folder.cleanup()
            self.folder = None

    def now(self) -> str:
        """Now, as the API writes it."""
        return stamp(self.clock.now())

    def born(self, kind: str, channel: Channel) -> JSON:
        """The fields that every new item starts with, its id apart."""
        now = self.clock.now()
        listed = self.clock.later(self.timings.list_lag)
        return {"kind": f"youtube#{kind}", "channel_id": channel.id, "created": now, "listed_from": listed}

    def channel_of(self, item: Item) -> Channel:
        """Whose it is."""
        return self.channels[item.channel_id]


def new_id(prefix: str = "", length: int = 8) -> str:
    """A name that nothing else has; without a prefix 11 characters, like a video's."""
    return prefix + secrets.token_urlsafe(length)


def etag(value: object) -> str:
    """An opaque name of this very content."""
    return hashlib.sha1(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:27]  # noqa: S324 -- a name


def owned(items: dict[str, AnItem], wanted: str, channel: Channel, what: str) -> AnItem:
    """The channel's own item of that id. Raises ApiError 404 in the words of `what`."""
    item = items.get(wanted)
    if item is None or item.channel_id != channel.id:
        raise not_found(what)
    return item


def own(items: dict[str, AnItem], channel: Channel) -> Sequence[AnItem]:
    """The channel's items, oldest first."""
    return [item for item in items.values() if item.channel_id == channel.id]

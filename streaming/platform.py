"""What a live platform does for us, as one Protocol, and the things that it speaks of.

Implementations: `streaming.youtube` (Google's API, or any server that follows its discovery document). Every method may
raise the errors of `streaming.errors`; what creates something may raise Uncertain, and is then looked for by its marker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol


class Privacy(StrEnum):
    """Who finds a broadcast."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class Latency(StrEnum):
    """How far viewers lag behind: about 15 to 60, 7 to 12, 3 to 5 seconds."""

    NORMAL = "normal"
    LOW = "low"
    ULTRA_LOW = "ultraLow"


class BroadcastStatus(StrEnum):
    """The platform's life cycle of a broadcast, in YouTube's words."""

    CREATED = "created"
    READY = "ready"
    TEST_STARTING = "testStarting"
    TESTING = "testing"
    LIVE_STARTING = "liveStarting"
    LIVE = "live"
    COMPLETE = "complete"
    REVOKED = "revoked"


class StreamStatus(StrEnum):
    """Whether pictures arrive."""

    CREATED = "created"
    READY = "ready"
    ACTIVE = "active"
    INACTIVE = "inactive"
    ERROR = "error"


class Health(StrEnum):
    """How well they arrive."""

    GOOD = "good"
    OK = "ok"
    BAD = "bad"
    NO_DATA = "noData"
    REVOKED = "revoked"


SILENT: Final = frozenset({"noAudioStream", "audioBitrateTooLow"})
"""Kinds of issue that mean: no sound arrives."""


class Priority(StrEnum):
    """Whose calls go first when the quota runs short: going live and ending; what people wait for; everything else."""

    CRITICAL = "critical"
    NORMAL = "normal"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class HealthIssue:
    """One complaint of the platform about what arrives; `kind` is its word, `severity` info, warning or error."""

    kind: str
    severity: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """What arrives at an ingest."""

    status: StreamStatus
    health: Health
    issues: tuple[HealthIssue, ...] = ()

    @property
    def has_sound(self) -> bool:
        """Whether the platform has no complaint about missing sound."""
        return not any(issue.kind in SILENT for issue in self.issues)


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """What a broadcast is to be. `marker` is our own short name for it ("qa-7F3K2…"), by which it is found again.

    `description` holds the line with the marker already. `rehearsal`: the platform's test phase is wanted.
    """

    marker: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime | None
    privacy: Privacy
    rehearsal: bool = False
    latency: Latency = Latency.LOW
    made_for_kids: bool = False


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a broadcast is, as the platform said last. On YouTube its id is also the video's."""

    id: str
    title: str
    description: str
    starts_at: datetime | None
    ends_at: datetime | None
    privacy: Privacy
    status: BroadcastStatus
    stream_id: str | None = None
    chat_id: str | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    rehearsal: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Ingest:
    """Where an encoder sends to; `key` is a secret that never stands in a log."""

    stream_id: str
    title: str
    address: str
    backup_address: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Video:
    """What the platform says of a video. `duration` in seconds, None while it is not known (or zero)."""

    id: str
    channel_id: str
    title: str
    description: str
    privacy: Privacy
    published_at: datetime | None
    upload_status: str
    live_content: str
    duration: float | None
    actual_start: datetime | None
    actual_end: datetime | None
    scheduled_start: datetime | None
    language: str | None
    embeddable: bool
    views: int | None
    thumbnails: Mapping[str, str]
    tags: tuple[str, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True)
class CaptionTrack:
    """A caption track without its text; `kind` "standard" was made by people, "ASR" by a machine."""

    id: str
    language: str
    name: str
    kind: str
    status: str
    draft: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose channel it is; `uploads` is the playlist of all its videos."""

    id: str
    title: str
    uploads: str


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist of the channel; `description` may hold our marker."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a playlist's video ids, and the token of the next one."""

    video_ids: tuple[str, ...]
    next_token: str | None
    total: int | None


class LivePlatform(Protocol):
    """One connected channel of a live platform. Calls block, are never repeated inside, and may be made from any thread."""

    def channel(self) -> Channel:
        """The channel that we are connected to. Raises NotFound for an account without one."""

    def create_broadcast(self, plan: BroadcastPlan) -> Broadcast:
        """A new broadcast. Raises Uncertain where it may have been made: then see `find_broadcasts`."""

    def find_broadcasts(self, marker: str) -> list[Broadcast]:
        """Every broadcast of the channel whose description holds the marker's line, oldest first. Lists lag: it may come later."""

    def broadcasts(self, ids: Sequence[str]) -> dict[str, Broadcast]:
        """By id; those that are gone are missing. Up to 50 cost as much as one."""

    def update_broadcast(self, broadcast_id: str, plan: BroadcastPlan) -> Broadcast:
        """Bring title, our part of the description, times and privacy to the plan: read, modify, write.

        What somebody else changed outside our fenced block stays. Writes nothing where nothing differs.
        """

    def delete_broadcast(self, broadcast_id: str) -> None:
        """Delete it; gone already is as good."""

    def create_ingest(self, marker: str) -> Ingest:
        """A new reusable ingest whose title holds the marker. Raises Uncertain."""

    def find_ingests(self, marker: str) -> list[Ingest]:
        """Every reusable ingest whose title holds the marker, oldest first."""

    def health(self, stream_ids: Sequence[str]) -> dict[str, StreamHealth]:
        """What arrives at these ingests, by their ids."""

    def bind(self, broadcast_id: str, stream_id: str) -> Broadcast:
        """The broadcast, fed by that ingest; does nothing where it is so already."""

    def transition(self, broadcast_id: str, to: BroadcastStatus) -> Broadcast:
        """Ask for TESTING, LIVE or COMPLETE, and return what the platform says then.

        Being there already, or on the way, is success. From READY the platform's test phase is switched on first for
        TESTING, and off for LIVE. Raises Rejected with the reason "errorStreamInactive" while nothing arrives.
        """

    def set_thumbnail(self, video_id: str, picture: bytes, content_type: str) -> None:
        """Make this the video's still picture. Raises NotAllowed where the channel may not set one."""

    def videos(self, ids: Sequence[str]) -> dict[str, Video]:
        """By id; private ones of others and deleted ones are missing. Up to 50 cost as much as one."""

    def update_description(self, video_id: str, block: str) -> Video:
        """Replace our fenced block in the video's description, or add it at the end; all else stays as it was read.

        Raises Rejected where the description would become too long.
        """

    def caption_tracks(self, video_id: str) -> list[CaptionTrack]:
        """The video's caption tracks. Raises NotAllowed for somebody else's video."""

    def caption(self, track_id: str) -> bytes:
        """The track as WebVTT. Raises NotFound, NotAllowed."""

    def put_caption(self, video_id: str, *, language: str, name: str, content: bytes) -> CaptionTrack:
        """Make `content` (WebVTT) the video's track of that language and name, replacing an older one of ours."""

    def playlists(self) -> list[Playlist]:
        """All playlists of the channel."""

    def create_playlist(self, title: str, description: str) -> Playlist:
        """A new public playlist. Raises Uncertain."""

    def add_to_playlist(self, playlist_id: str, video_id: str) -> None:
        """Put the video at the playlist's end, unless it is there."""

    def playlist_page(self, playlist_id: str, token: str | None = None) -> Page:
        """50 videos of the playlist, newest first for the channel's uploads."""

"""This site as a live platform: broadcasts are folders, what arrives in them is their archive. See streaming.platform."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from streaming.errors import NotFound, Rejected
from streaming.local.archive import Archive
from streaming.local.health import health_of
from streaming.local.segments import Segment
from streaming.platform import (
    Broadcast,
    BroadcastPlan,
    BroadcastStatus,
    CaptionTrack,
    Channel,
    Ingest,
    Page,
    Playlist,
    Privacy,
    StreamHealth,
    StreamStatus,
    Video,
)

_W = BroadcastStatus
_NO_BROADCAST: Final = "liveBroadcastNotFound"
_BEFORE: Final = frozenset({_W.READY, _W.TESTING})
_FROM: Final = {_W.TESTING: {_W.READY}, _W.LIVE: _BEFORE, _W.COMPLETE: _BEFORE | {_W.LIVE}}
_KEY: Final = 24
_OWN: Final = "local"


def stream_key(secret: str, broadcast_id: str) -> str:
    """The key by which an encoder may send for this broadcast: the id and a signature of it."""
    signed = hmac.new(secret.encode(), f"stream key:{broadcast_id}".encode(), sha256).hexdigest()
    return f"{broadcast_id}-{signed[:_KEY]}"


def broadcast_of_key(secret: str, key: str) -> str | None:
    """The broadcast for which the key is right, None where it is for none."""
    broadcast_id, _, signed = key.rpartition("-")
    wanted = stream_key(secret, broadcast_id).rpartition("-")[2]
    return broadcast_id if broadcast_id and hmac.compare_digest(signed.encode(), wanted.encode()) else None


class LocalPlatform:
    """Broadcasts in the folders below `root`; `encoder_address` is where encoders send to."""

    def __init__(self, root: Path, *, clock: Callable[[], datetime], encoder_address: str) -> None:
        self._root, self._clock, self._address = root, clock, encoder_address

    def channel(self) -> Channel:
        """This site."""
        return Channel(_OWN, "This site", "")

    def create_broadcast(self, plan: BroadcastPlan) -> Broadcast:
        """A new broadcast; the same one as before where there is one with this marker."""
        if there := self.find_broadcasts(plan.marker):
            return there[0]
        archive = Archive(self._root, secrets.token_hex(8))
        archive.write_plan(_as_json(plan, status=_W.READY))
        return self._read(archive)

    def find_broadcasts(self, marker: str) -> list[Broadcast]:
        """Those of this marker, oldest first."""
        folders = sorted(self._root.glob("*/broadcast.json"), key=lambda path: path.parent.stat().st_ctime)
        found = [Archive(self._root, path.parent.name) for path in folders]
        return [self._read(one) for one in found if (one.plan() or {}).get("marker") == marker]

    def broadcasts(self, ids: Sequence[str]) -> dict[str, Broadcast]:
        """By id; those that are gone are missing."""
        archives = [Archive(self._root, one) for one in ids]
        return {one.id: self._read(one) for one in archives if one.plan() is not None}

    def update_broadcast(self, broadcast_id: str, plan: BroadcastPlan) -> Broadcast:
        """Bring its details to the plan."""
        archive, known = self._known(broadcast_id)
        kept = {name: known[name] for name in ("status", "actual_start", "actual_end") if known.get(name)}
        archive.write_plan({**_as_json(plan, status=_W.READY), **kept})
        return self._read(archive)

    def delete_broadcast(self, broadcast_id: str) -> None:
        """Delete it, with all that has arrived; gone already is as good."""
        Archive(self._root, broadcast_id).delete()

    def create_ingest(self, marker: str) -> Ingest:  # noqa: ARG002 -- each broadcast has its own ingest here
        """There is none beside those of the broadcasts."""
        raise Rejected("each broadcast has an ingest of its own", reason="notSupported")

    def find_ingests(self, marker: str) -> list[Ingest]:  # noqa: ARG002 -- see create_ingest
        """None, see `create_ingest`."""
        return []

    def health(self, stream_ids: Sequence[str]) -> dict[str, StreamHealth]:
        """What arrives, by the ids of the broadcasts."""
        return {one: health_of(Archive(self._root, one), now=self._clock()) for one in stream_ids}

    def bind(self, broadcast_id: str, stream_id: str) -> Broadcast:
        """The broadcast, which has its ingest from the beginning. Raises NotFound for any other."""
        archive, _ = self._known(broadcast_id)
        if stream_id != broadcast_id:
            raise NotFound(f"no stream {stream_id}", reason="liveStreamNotFound")
        return self._read(archive)

    def transition(self, broadcast_id: str, to: BroadcastStatus) -> Broadcast:
        """Make it TESTING, LIVE or COMPLETE; being there already is success. Raises Rejected."""
        archive, known = self._known(broadcast_id)
        status, now = _W(known["status"]), self._clock()
        if status is to:
            return self._read(archive)
        if status not in _FROM.get(to, ()):
            raise Rejected(f"a broadcast that is {status} cannot become {to}", reason="invalidTransition")
        if to is not _W.COMPLETE and health_of(archive, now=now).status is not StreamStatus.ACTIVE:
            raise Rejected("nothing arrives", reason="errorStreamInactive")
        instants = {_W.LIVE: {"actual_start": now.isoformat()}, _W.COMPLETE: {"actual_end": now.isoformat()}}
        archive.write_plan({**known, "status": to.value, **instants.get(to, {})})
        return self._read(archive)

    def set_thumbnail(self, video_id: str, picture: bytes, content_type: str) -> None:
        """Nothing: our pages show the session's picture."""

    def videos(self, ids: Sequence[str]) -> dict[str, Video]:
        """Each broadcast as what can be watched; its duration is known once it is over and all of it has arrived."""
        return {one: self._video(found) for one, found in self.broadcasts(ids).items()}

    def update_description(self, video_id: str, block: str) -> Video:  # noqa: ARG002 -- our pages show the chapters themselves
        """The video, unchanged. Raises NotFound."""
        archive, _ = self._known(video_id)
        return self._video(self._read(archive))

    def caption_tracks(self, video_id: str) -> list[CaptionTrack]:  # noqa: ARG002 -- see put_caption
        """None: our pages keep texts themselves."""
        return []

    def caption(self, track_id: str) -> bytes:
        """There is none. Raises NotFound."""
        raise NotFound(f"no captions {track_id}", reason="captionNotFound")

    def put_caption(self, video_id: str, *, language: str, name: str, content: bytes) -> CaptionTrack:  # noqa: ARG002 -- its Protocol
        """Texts are kept with recordings. Raises Rejected."""
        raise Rejected("captions are kept with the recording", reason="notSupported")

    def playlists(self) -> list[Playlist]:
        """None: our pages are ordered by topics."""
        return []

    def create_playlist(self, title: str, description: str) -> Playlist:  # noqa: ARG002 -- see playlists
        """There are none here. Raises Rejected."""
        raise Rejected("there are no playlists here", reason="notSupported")

    def add_to_playlist(self, playlist_id: str, video_id: str) -> None:
        """Nothing, see `playlists`."""

    def playlist_page(self, playlist_id: str, token: str | None = None) -> Page:  # noqa: ARG002 -- see playlists
        """An empty one."""
        return Page((), None, 0)

    def _known(self, broadcast_id: str) -> tuple[Archive, dict[str, Any]]:
        archive = Archive(self._root, broadcast_id)
        known = archive.plan()
        if known is None:
            raise NotFound(f"no broadcast {broadcast_id}", reason=_NO_BROADCAST)
        return archive, known

    def _read(self, archive: Archive) -> Broadcast:
        known = archive.plan()
        if known is None:
            raise NotFound(f"no broadcast {archive.id}", reason=_NO_BROADCAST)
        return Broadcast(
            id=archive.id, title=known["title"], description=known["description"], starts_at=_instant(known["starts_at"]),
            ends_at=_instant(known["ends_at"]), privacy=Privacy(known["privacy"]), status=_W(known["status"]),
            stream_id=archive.id, actual_start=_instant(known.get("actual_start")),
            actual_end=_instant(known.get("actual_end")), rehearsal=True,
        )  # fmt: skip

    def _video(self, broadcast: Broadcast) -> Video:
        archive, now = Archive(self._root, broadcast.id), self._clock()
        over = broadcast.status is _W.COMPLETE and archive.settled(now, until=broadcast.actual_end)
        content = {_W.COMPLETE: "none", _W.LIVE: "live"}.get(broadcast.status, "upcoming")
        return Video(
            id=broadcast.id, channel_id=_OWN, title=broadcast.title, description=broadcast.description,
            privacy=broadcast.privacy, published_at=broadcast.actual_start, upload_status="processed" if over else "uploaded",
            live_content=content, duration=_length(archive.segments(), broadcast) if over else None,
            actual_start=broadcast.actual_start, actual_end=broadcast.actual_end, scheduled_start=broadcast.starts_at,
            language=None, embeddable=True, views=None, thumbnails={},
        )  # fmt: skip


def _length(segments: Sequence[Segment], broadcast: Broadcast) -> float | None:
    begin, end = broadcast.actual_start, broadcast.actual_end
    within = [one for one in segments if begin and end and one.end > begin and one.start < end]
    return sum(one.duration for one in within) or None


def _as_json(plan: BroadcastPlan, *, status: BroadcastStatus) -> dict[str, Any]:
    return {
        "marker": plan.marker, "title": plan.title, "description": plan.description, "privacy": plan.privacy.value,
        "starts_at": plan.starts_at.isoformat(), "ends_at": plan.ends_at.isoformat() if plan.ends_at else None,
        "status": status.value,
    }  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
